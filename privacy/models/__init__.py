"""Tables of the privacy app, one module for each part."""
