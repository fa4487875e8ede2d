"""Documents that bind: one tree of typed parts, rendered as HTML and as PDF."""
