"""The client's own pages: a private link, no JavaScript needed, in words for any shoulder."""
