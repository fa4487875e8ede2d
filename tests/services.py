"""A pytest plugin: private servers for one test run, up before Django's settings are read.

Loaded with `-p tests.services` (pyproject.toml). One process starts the servers; the workers of
pytest-xdist inherit their addresses. DATABASE_URL and REDIS_URL that are set already are used instead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from chatapp.embedded import Stack

# Settings that the tests decide, whatever the developer's shell says.
ENVIRONMENT = {
    "DEBUG": "1",  # static files without a manifest; pytest-django switches settings.DEBUG off
    "SECRET_KEY": "the tests sign with this and nothing else does",
    "PUBLIC_URL": "http://chat.test",
    "ALLOWED_HOSTS": "chat.test,testserver,localhost,127.0.0.1",
    "EMAIL_URL": "",
    "TRUSTED_PROXIES": "0",
    "DB_POOL": "8",
}
STACK = pytest.StashKey[Stack]()
FOLDER = pytest.StashKey[Path]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    # A wrapper, because pytest-django reads the settings in this same hook, first among the plain ones.
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _start(early_config)
    # Database numbers do not separate pub/sub.
    os.environ["REDIS_PREFIX"] = f"test-{worker or 'only'}-{os.getpid()}"
    yield


def pytest_unconfigure(config: pytest.Config) -> None:
    if stack := config.stash.get(STACK, None):
        stack.stop()
    if folder := config.stash.get(FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


def _start(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="chatapp-tests-"))
    folder.chmod(0o711)  # run by root, the servers' own user passes through
    config.stash[FOLDER] = folder
    os.environ.update(ENVIRONMENT)
    os.environ["VAR_DIR"] = str(folder / "var")
    stack = Stack(
        folder / "servers",
        durable=False,
        with_postgres=not os.environ.get("DATABASE_URL"),
        with_valkey=not os.environ.get("REDIS_URL"),
    )
    os.environ.update(stack.start())
    config.stash[STACK] = stack
