"""The script of the snippet: current, or pinned for ever."""

import gzip
from io import StringIO
from pathlib import Path

import brotli
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from widget import releases


@pytest.fixture
def bundle(settings: Settings, tmp_path: Path) -> Path:
    """A built loader of our own, so that the test needs no build."""
    settings.STATICFILES_DIRS = [tmp_path]
    path = tmp_path / "build" / "loader.js"
    path.parent.mkdir()
    path.write_bytes(b'"use strict";' + b"/* a loader */" * 40)
    return path


def test_the_loader_is_asked_for_again_after_minutes_and_may_be_used_by_every_site(
    bundle: Path,
) -> None:
    response = Client().get("/widget/loader.js?anything")

    assert response.content == bundle.read_bytes()
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert "Cookie" not in response["Vary"]


def test_an_unchanged_loader_is_not_sent_again(bundle: Path) -> None:
    first = Client().get("/widget/loader.js")
    again = Client().get("/widget/loader.js", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""

    bundle.write_bytes(b"another")
    changed = Client().get("/widget/loader.js", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.content == b"another"


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip")]
)
def test_the_loader_is_compressed_as_the_browser_likes(
    bundle: Path, accepted: str, encoding: str
) -> None:
    """A22: each form is the plain one, packed."""
    response = Client().get("/widget/loader.js", headers={"Accept-Encoding": accepted})

    unpack = brotli.decompress if encoding == "br" else gzip.decompress
    assert response["Content-Encoding"] == encoding
    assert unpack(response.content) == bundle.read_bytes()
    assert "Accept-Encoding" in response["Vary"]


def test_a_released_loader_stays_when_the_current_one_changes(bundle: Path, tmp_path: Path) -> None:
    """A22."""
    said = StringIO()
    call_command("release_loader", "1.2.0", folder=tmp_path, stdout=said)
    released = bundle.read_bytes()
    bundle.write_bytes(b"newer")

    assert releases.integrity(released) in said.getvalue()
    assert (tmp_path / "loader-1.2.0.js").read_bytes() == released
    assert releases.integrity(released) in (tmp_path / "integrity.json").read_text()
    with pytest.raises(CommandError, match="released already"):
        call_command("release_loader", "1.2.0", folder=tmp_path)


def test_releasing_the_same_loader_again_changes_nothing(bundle: Path, tmp_path: Path) -> None:
    first = releases.release("1.2.0", tmp_path)

    assert releases.release("1.2.0", tmp_path) == first


@pytest.mark.parametrize("version", ["1.2", "1.2.0-rc1", "../../settings", "latest", ""])
def test_what_is_no_version_is_not_released(bundle: Path, tmp_path: Path, version: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        releases.release(version, tmp_path)


@pytest.mark.parametrize("version", ["9999.9999.9999", "latest", "..%2F..%2Fmodels"])
def test_a_version_that_was_never_released_is_not_found(version: str) -> None:
    assert Client().get(f"/widget/loader-{version}.js").status_code == 404


@pytest.mark.parametrize("path", sorted(releases.FOLDER.glob("loader-*.js")), ids=lambda p: p.name)
def test_every_released_loader_is_served_for_ever_with_the_hash_it_was_given(path: Path) -> None:
    """A22."""
    version = path.stem.removeprefix("loader-")
    response = Client().get(f"/widget/{path.name}")

    assert response.content == path.read_bytes()
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert f'"{version}": "{releases.integrity(path.read_bytes())}"' in releases.HASHES.read_text()
