import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from chatapp.embedded import Stack

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the servers' user can enter (pytest's own are closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="chatapp-embedded-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def stack(folder: Path) -> Iterator[Stack]:
    with Stack(folder / "servers", durable=False) as started:
        yield started


@pytest.fixture
def durable_stack(folder: Path) -> Iterator[Stack]:
    with Stack(folder / "durable", durable=True) as started:
        yield started


def database(stack: Stack) -> psycopg.Connection:
    """A connection as the application would make it."""
    return psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True)


def cache(stack: Stack) -> redis.Redis:
    return redis.Redis.from_url(stack.environment["REDIS_URL"], decode_responses=True)


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# A checkout with our supervisor and an application of a few lines, so that starting, stopping and
# failing can be seen without the product.
MANAGE = """
import os, sys, psycopg
from pathlib import Path
if os.environ.get("FAIL_AT") == sys.argv[1]:
    sys.exit("the disk is full of pumpkins")
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS calls (name text)")
    connection.execute("INSERT INTO calls VALUES (%s)", [sys.argv[1]])
"""
ANSWER = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["DATABASE_URL"].encode())
    def log_message(self, *arguments): pass
port = int(os.environ[sys.argv[1]])
open(os.path.join(os.environ["VAR_DIR"], sys.argv[1] + ".pid"), "w").write(str(os.getpid()))
http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""
WAIT = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
open(os.path.join(os.environ["VAR_DIR"], sys.argv[1] + ".pid"), "w").write(str(child.pid))
print(sys.argv[1], "is ready", flush=True)
time.sleep(600)
"""
PROCFILE = """
release: exit 3
web: exec python answer.py PORT
worker: exec python wait.py worker
beat: exec python wait.py beat
"""


@pytest.fixture
def checkout(folder: Path) -> Path:
    path = folder / "checkout"
    shutil.copytree(
        ROOT / "chatapp" / "embedded",
        path / "chatapp" / "embedded",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name, text in {
        "chatapp/__init__.py": "",
        "manage.py": MANAGE,
        "answer.py": ANSWER,
        "wait.py": WAIT,
        "Procfile": PROCFILE,
        "demo/__init__.py": "",
        "demo/shop.py": "import runpy, sys; sys.argv = ['', 'SHOP_PORT']; runpy.run_path('answer.py')",
    }.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text)
    return path


Starts = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def supervisor(checkout: Path) -> Iterator[Starts]:
    """Start `python -m chatapp.embedded run` in the checkout as a terminal would."""
    started: list[subprocess.Popen[str]] = []

    def start(**environment: str) -> subprocess.Popen[str]:
        ours = {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "PUBLIC_URL", "SECRET_KEY", "ALLOWED_HOSTS"}
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        process = subprocess.Popen(
            [sys.executable, "-m", "chatapp.embedded", "run"],
            cwd=checkout,
            env={**inherited, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()
