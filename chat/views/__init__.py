"""Pages and JSON of the inbox, and the files."""
