"""From a client's wishes and the listed meetings to a ranked choice with reasons."""
