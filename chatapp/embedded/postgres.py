"""PostgreSQL with one role and one database, both named chatapp."""

import os
import signal
import subprocess
from pathlib import Path

from chatapp.embedded.binaries import PostgresBinaries
from chatapp.embedded.places import Owner, claim
from chatapp.embedded.process import EmbeddedError, Server

ROLE = DATABASE = "chatapp"

# Error messages repeat the values of a row, and a log is no place for what visitors write.
DISCREET = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
# A test's data need not outlive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Postgres(Server):
    """A PostgreSQL whose only application role is neither superuser nor exempt from row-level security."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends sessions and writes everything down

    def __init__(
        self,
        *,
        binaries: PostgresBinaries,
        data: Path,
        log: Path,
        owner: Owner | None,
        password: str,
        durable: bool,
    ) -> None:
        super().__init__(data=data, log=log, owner=owner)
        self.binaries = binaries
        self.password = password
        self.durable = durable

    @property
    def url(self) -> str:
        """The address for the application role."""
        return f"postgres://{ROLE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            **DISCREET,
            **(DURABLE if self.durable else FAST),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries.postgres), "-D", str(self.data), "-p", str(self.port), *options]

    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def is_ready(self) -> bool:
        try:
            lines = self.pid_file().read_text().splitlines()
        except OSError:
            return False
        # Line 1 is the process, line 8 its state: a file left by an earlier one says nothing.
        return bool(
            len(lines) >= 8
            and self.process
            and lines[0] == str(self.process.pid)
            and lines[7].strip() == "ready"
        )

    def start(self) -> None:
        self.initialise()
        super().start()

    def initialise(self) -> None:
        """Create the data folder, the role and the database, once. A half-made folder is made again."""
        done = self.data / "chatapp-ready"
        if done.exists():
            return
        if self.data.exists() and any(self.data.iterdir()):
            # Never finished, so nothing of value: initdb insists on an empty folder.
            for entry in sorted(self.data.rglob("*"), reverse=True):
                entry.rmdir() if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        claim(self.data, self.owner, mode=0o700)
        self._run(self._initdb())
        # Single-user mode needs no running server, no port and no second password.
        self._run(
            [str(self.binaries.postgres), "--single", "-j", "-D", str(self.data), "postgres"],
            given=(
                f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD '{self.password}';\n\n"
                f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n\n"
            ),
        )
        # The superuser has no password, so nobody logs in as one: the wall between accounts ignores superusers.
        (self.data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        done.touch()
        if self.owner:
            os.chown(done, self.owner.uid, self.owner.gid)

    def _initdb(self) -> list[str]:
        locale = (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if self.binaries.major >= 17
            else ["--locale=C.UTF-8"]
        )
        return [
            str(self.binaries.initdb), "-D", str(self.data), "-U", "superuser", "-E", "UTF8",
            "-A", "reject", *locale, *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip

    def _run(self, command: list[str], given: str = "") -> None:
        answer = subprocess.run(
            command,
            input=given,
            cwd=self.data,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            user=self.owner.uid if self.owner else None,
            group=self.owner.gid if self.owner else None,
            extra_groups=[] if self.owner else None,
        )
        said = f"{answer.stdout}{answer.stderr}"
        # Single-user mode reports a failed statement and still ends with 0.
        if answer.returncode or "ERROR:" in said or "FATAL:" in said:
            raise EmbeddedError(
                f"{Path(command[0]).name} failed in {self.data}:\n{said.replace(self.password, '***')}"
            )
