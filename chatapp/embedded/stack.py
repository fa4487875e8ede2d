"""The two servers together."""

import fcntl
import json
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from chatapp.embedded.binaries import PostgresBinaries, find_postgres, find_valkey
from chatapp.embedded.places import EmbeddedError, Owner, owner_for, readable_copy, settle
from chatapp.embedded.postgres import Postgres
from chatapp.embedded.process import Server
from chatapp.embedded.valkey import Valkey


class Stack:
    """A private PostgreSQL and Valkey whose data and passwords stay in `directory`.

    Both listen on 127.0.0.1 on ports that were free, with passwords made once per directory. `durable`
    keeps every commit over a power cut; without it the servers are fast and the data is for throwing away.
    One Stack at a time may use a directory. Start it from a thread that lives as long as the process:
    the servers end with that thread.
    """

    def __init__(
        self,
        directory: Path,
        *,
        durable: bool,
        with_postgres: bool = True,
        with_valkey: bool = True,
    ) -> None:
        self.directory = directory.resolve()
        self.durable = durable
        self._wanted = (with_postgres, with_valkey)
        self._lock: IO[str] | None = None
        self._postgres: Postgres | None = None
        self._valkey: Valkey | None = None

    @property
    def postgres(self) -> Postgres:
        """The PostgreSQL of a started stack: kill it, start it again."""
        if self._postgres is None:
            raise EmbeddedError("This stack has no PostgreSQL, or was not started.")
        return self._postgres

    @property
    def valkey(self) -> Valkey:
        """The Valkey of a started stack: kill it, start it again."""
        if self._valkey is None:
            raise EmbeddedError("This stack has no Valkey, or was not started.")
        return self._valkey

    @property
    def environment(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL of the servers that this stack runs."""
        found = {}
        if self._postgres:
            found["DATABASE_URL"] = self._postgres.url
        if self._valkey:
            found["REDIS_URL"] = self._valkey.url
        return found

    def start(self) -> dict[str, str]:
        """Start what is wanted, wait until clients are served, and return `environment`."""
        self._hold()
        try:
            owner = owner_for(self.directory)
            place = settle(self.directory, owner)
            passwords = self._passwords()
            logs = self.directory / "log"
            logs.mkdir(exist_ok=True)
            with_postgres, with_valkey = self._wanted
            if with_postgres:
                self._postgres = self._postgres or Postgres(
                    binaries=_runnable(find_postgres(), owner),
                    data=place / "postgres",
                    log=logs / "postgres.log",
                    owner=owner,
                    password=passwords["postgres"],
                    durable=self.durable,
                )
                self._postgres.start()
            if with_valkey:
                self._valkey = self._valkey or Valkey(
                    program=_runnable_valkey(find_valkey(), owner),
                    data=place / "valkey",
                    log=logs / "valkey.log",
                    owner=owner,
                    password=passwords["valkey"],
                    durable=self.durable,
                )
                self._valkey.start()
        except BaseException:
            self.stop()
            raise
        return self.environment

    def stop(self) -> None:
        """Stop both in order and let go of the directory. A stack that is not running is left alone."""
        servers: list[Server | None] = [self._valkey, self._postgres]
        for server in servers:
            if server:
                server.stop()
        if self._lock:
            self._lock.close()
            self._lock = None

    def revive(self) -> list[str]:
        """Start again what ended by itself, on the same port and data; the names of what was."""
        running: list[Server | None] = [self._postgres, self._valkey]
        fallen = [server for server in running if server and server.has_fallen()]
        for server in fallen:
            server.start()
        return [server.name for server in fallen]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _hold(self) -> None:
        if self._lock:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        lock = (self.directory / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise EmbeddedError(
                f"The servers of {self.directory} are already running (process {holder}). Stop them there, "
                "or set VAR_DIR to another folder for a second set."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _passwords(self) -> dict[str, str]:
        file = self.directory / "passwords.json"
        if not file.exists():
            making = file.with_suffix(".new")
            making.unlink(missing_ok=True)
            making.touch(mode=0o600)
            making.write_text(
                json.dumps({name: secrets.token_hex(24) for name in ("postgres", "valkey")})
            )
            making.rename(file)
        passwords: dict[str, str] = json.loads(file.read_text())
        return passwords


def _runnable(found: PostgresBinaries, owner: Owner | None) -> PostgresBinaries:
    if not found.package:
        return found
    program = readable_copy(found.package, found.postgres, owner)
    return PostgresBinaries(bin=program.parent, major=found.major, package=found.package)


def _runnable_valkey(program: Path, owner: Owner | None) -> Path:
    return readable_copy(program.parent, program, owner)
