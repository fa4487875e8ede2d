"""Which server programs are taken."""

from pathlib import Path

import pytest

from chatapp.embedded import EmbeddedError
from chatapp.embedded.binaries import find_postgres, find_valkey


def program(path: Path, said: str = "") -> Path:
    path.write_text(f"#!/bin/sh\necho '{said}'\n")
    path.chmod(0o755)
    return path


def test_a_named_folder_comes_before_the_wheels(tmp_path: Path) -> None:
    program(tmp_path / "initdb")
    program(tmp_path / "postgres", "postgres (PostgreSQL) 16.4")

    found = find_postgres({"PG_BINDIR": str(tmp_path)})

    assert (found.bin, found.major) == (tmp_path, 16)


def test_a_named_folder_with_an_old_version_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "initdb")
    program(tmp_path / "postgres", "postgres (PostgreSQL) 13.9")

    with pytest.raises(EmbeddedError, match="PG_BINDIR"):
        find_postgres({"PG_BINDIR": str(tmp_path)})


def test_a_named_program_comes_before_the_wheel(tmp_path: Path) -> None:
    chosen = program(tmp_path / "redis-server")

    assert find_valkey({"REDIS_BIN": str(chosen)}) == chosen


def test_a_named_program_that_cannot_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="REDIS_BIN"):
        find_valkey({"REDIS_BIN": str(tmp_path / "absent")})


def test_without_orders_the_wheels_serve() -> None:
    assert find_postgres({}).package
    assert find_valkey({}).name == "valkey-server"
