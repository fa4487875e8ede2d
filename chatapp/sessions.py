"""Sessions in the database, as Django's, for any cookie that a browser may send."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """A cookie can spell NUL, at which PostgreSQL faults: only keys of our making are asked for."""
        return bool(key and len(key) >= 8 and key.isascii() and key.isalnum())
