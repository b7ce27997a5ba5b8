"""Reading meeting lists of other people: one importer a format, one normal form for all of them."""
