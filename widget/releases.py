"""The loader as it is served: the current one, and the released ones that pages have pinned.

A page that names a version keeps exactly these bytes forever, so released loaders are files of
the repository and outlive every deploy. Their hashes stand beside them for `integrity`.
"""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
from django.contrib.staticfiles import finders

FOLDER = Path(__file__).resolve().parent / "releases"
HASHES = FOLDER / "integrity.json"
BUNDLE = "build/loader.js"
VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}\Z")


@dataclass(frozen=True)
class Script:
    """A loader's bytes, plain and compressed, and the hash that names them."""

    plain: bytes
    brotli: bytes
    gzip: bytes
    digest: str

    def encoded(self, accepted: str) -> tuple[bytes, str]:
        """The smallest form that an Accept-Encoding header allows, and its name ("" for plain)."""
        names = {part.split(";")[0].strip() for part in accepted.lower().split(",")}
        if "br" in names:
            return self.brotli, "br"
        if "gzip" in names:
            return self.gzip, "gzip"
        return self.plain, ""


class AlreadyReleasedError(ValueError):
    """The version exists with other bytes, which pages may have pinned."""


def current() -> Script | None:
    """The loader that follows releases; None where the front end has not been built."""
    found = finders.find(BUNDLE)
    return _read(Path(found)) if isinstance(found, str) else None


def pinned(version: str) -> Script | None:
    """The released loader of this version, if there is one."""
    path = FOLDER / f"loader-{version}.js"
    return _read(path) if VERSION.match(version) and path.is_file() else None


def release(version: str, folder: Path = FOLDER) -> str:
    """Keep the current loader under this version and return its `integrity` value.

    Releasing the same bytes again changes nothing. Raises AlreadyReleasedError for other bytes,
    ValueError for a version that is not three numbers, FileNotFoundError without a bundle.
    """
    if not VERSION.match(version):
        raise ValueError(f"{version} is not a version; write three numbers such as 1.2.0.")
    script = current()
    if script is None:
        raise FileNotFoundError(f"static/{BUNDLE} is missing: build the front end first.")
    path = folder / f"loader-{version}.js"
    if path.exists() and path.read_bytes() != script.plain:
        raise AlreadyReleasedError(f"{version} is released already and must stay as it is.")
    path.write_bytes(script.plain)
    hashes_file = folder / HASHES.name
    hashes: dict[str, str] = json.loads(hashes_file.read_text()) if hashes_file.exists() else {}
    hashes[version] = integrity(script.plain)
    hashes_file.write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n")
    return hashes[version]


def integrity(content: bytes) -> str:
    """The value of a script's `integrity` attribute (Subresource Integrity, SHA-384)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _read(path: Path) -> Script:
    status = path.stat()
    return _compressed(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _compressed(path: Path, changed_ns: int, size: int) -> Script:
    """Compressed once for each state of the file, which time and size tell apart."""
    plain = path.read_bytes()
    return Script(
        plain=plain,
        brotli=brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11),
        gzip=gzip.compress(plain, 9, mtime=0),
        digest=hashlib.sha256(plain).hexdigest()[:32],
    )
