"""Where servers keep their files, and as whom they run."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


class EmbeddedError(Exception):
    """A server cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Owner:
    """The system user that servers run as."""

    uid: int
    gid: int


def owner_for(folder: Path) -> Owner | None:
    """Whom the servers of `folder` run as: None is ourselves.

    PostgreSQL refuses to run as root, so root lends the folder to `postgres` or `nobody`, and stays with
    whoever already owns what is in it.
    """
    if os.geteuid() != 0:
        return None
    data = home(folder) / "postgres"
    if data.exists() and (owned := data.stat()).st_uid != 0:
        return Owner(owned.st_uid, owned.st_gid)
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(user.pw_uid, user.pw_gid)
    return Owner(65534, 65534)


def home(folder: Path) -> Path:
    """The place for the servers' files: in `folder` itself, or beside it in the temporary tree.

    The second is for root whose folder the servers' user cannot enter (below /root). It is named by a
    hash of the folder's path, so that two checkouts keep apart and each finds its own again.
    """
    marker = folder / "home"
    return Path(marker.read_text().strip()) if marker.exists() else folder


def settle(folder: Path, owner: Owner | None) -> Path:
    """Make and return the servers' place for `folder`. Raises EmbeddedError when another user holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    place = home(folder)
    if place == folder and owner and not can_enter(folder, owner):
        place = temporary(f"chatapp-{digest(folder)}")
        (folder / "home").write_text(f"{place}\n")
    claim(place, None, mode=0o711 if owner else 0o700)
    return place


def temporary(name: str) -> Path:
    """A path in the temporary tree that outlives a reboot where the system has one."""
    lasting = Path("/var/tmp")  # noqa: S108  (claim() refuses a folder that another user planted)
    return (lasting if os.access(lasting, os.W_OK) else Path(tempfile.gettempdir())) / name


def claim(folder: Path, owner: Owner | None, *, mode: int) -> None:
    """Create `folder` for `owner`, or accept one that is already theirs.

    A folder of the right name that somebody else planted in the temporary tree is refused.
    """
    uid = owner.uid if owner else os.geteuid()
    if not folder.exists():
        folder.mkdir(parents=True, mode=mode)
        if owner:
            os.chown(folder, owner.uid, owner.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise EmbeddedError(
            f"{folder} belongs to user {found.st_uid}, not {uid}. Remove it, or set VAR_DIR to another place."
        )
    folder.chmod(mode)


def can_enter(path: Path, owner: Owner) -> bool:
    """Whether that user may pass through every folder down to `path` and use it."""
    return (
        subprocess.run(
            ["test", "-x", path],
            cwd="/",
            check=False,
            user=owner.uid,
            group=owner.gid,
            extra_groups=[],
        ).returncode
        == 0
    )


def readable_copy(package: Path, program: Path, owner: Owner | None) -> Path:
    """`program` inside `package`, or in a copy of the package where `owner` can run it.

    The sibling `.libs` folder goes along, because programs look for their libraries relative to themselves.
    """
    if owner is None or can_enter(program, owner):
        return program
    changed = program.stat().st_mtime_ns
    target = temporary(f"chatapp-programs-{digest(package)}-{changed:x}")
    if not target.exists():
        making = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(package, making / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        try:
            making.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(making)
    claim(target, None, mode=0o755)
    return target / package.name / program.relative_to(package)


def digest(path: Path) -> str:
    """A short name for a path."""
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
