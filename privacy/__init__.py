"""What may be kept and for how long: the cookie registry and the visitor-facing notice."""
