"""Kettle Lane, the demo shop: a stranger's site with a strict security policy and our snippet."""
