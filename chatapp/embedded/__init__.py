"""A private PostgreSQL and Valkey for laptops and tests, so that a fresh machine needs only Python.

Nothing here knows Django or the product, and nothing here runs in production.
"""

from chatapp.embedded.process import EmbeddedError
from chatapp.embedded.stack import Stack

__all__ = ["EmbeddedError", "Stack"]
