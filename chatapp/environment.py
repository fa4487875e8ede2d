"""Settings come from the environment, typed, and a missing one is an error that names it."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment:
    """Typed reads of environment variables. `NAME_FILE` may name a file that holds the value."""

    def __init__(self) -> None:
        self._env = environ.Env()

    def required(self, name: str) -> str:
        """The value, or ImproperlyConfigured with the name of what is missing."""
        value = self.text(name, default="")
        if not value:
            raise ImproperlyConfigured(
                f"Set {name} (see .env.example), or start everything with `make run`."
            )
        return value

    def text(self, name: str, *, default: str) -> str:
        if path := os.environ.get(f"{name}_FILE"):
            return Path(path).read_text().strip()
        return str(self._env.str(name, default=default))

    def flag(self, name: str, *, default: bool = False) -> bool:
        return bool(self._env.bool(name, default=default))

    def integer(self, name: str, *, default: int) -> int:
        return int(self._env.int(name, default=default))

    def listed(self, name: str) -> list[str]:
        """Comma-separated values; empty when unset."""
        return [part.strip() for part in self.text(name, default="").split(",") if part.strip()]

    def database(self, name: str, *, pool_max: int) -> dict[str, Any]:
        """A PostgreSQL connection with a pool. Any other scheme is refused."""
        url = self.required(name)
        if urlsplit(url).scheme not in {"postgres", "postgresql"}:
            raise ImproperlyConfigured(f"{name} must be a postgres:// address.")
        config: dict[str, Any] = dict(self._env.db_url_config(url))
        config["ENGINE"] = "django.db.backends.postgresql"
        config["CONN_MAX_AGE"] = 0
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = {
            **config.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": pool_max, "timeout": 10},
        }
        return config

    def email(self, name: str, *, default: str) -> dict[str, Any]:
        """Django's EMAIL_ settings from an address such as smtp+tls://user:pass@host:587."""
        return dict(self._env.email_url_config(self.text(name, default=default)))
