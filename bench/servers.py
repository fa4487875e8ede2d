"""A durable stack of its own, one database, and web processes to measure."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chatapp.embedded.postgres import Postgres
from chatapp.embedded.process import end_with_parent, free_port, tail

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def web(application: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """One daphne process that serves `application` on 127.0.0.1, as the Procfile starts it."""
    log = Path(os.environ["VAR_DIR"]) / f"web-{port}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("daphne")),
                *("-v", "0", "-b", "127.0.0.1", "-p", str(port), "--no-server-name"),
                *("--websocket-max-message-size", "65536", application),
            ],
            cwd=ROOT,
            env=os.environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/livez", process, log)
        yield process
    finally:
        process.terminate()
        process.wait(20)


@dataclass(frozen=True)
class Worker:
    """A Celery worker with two processes, as the Procfile starts it, that also tells of steps."""

    process: subprocess.Popen[bytes]
    log: Path

    def require_life(self) -> None:
        """Raises RuntimeError, with the end of its log, when it has ended."""
        if self.process.poll() is not None:
            raise RuntimeError(f"the worker ended.\n{tail(self.log)}")

    def steps(self) -> list[float]:
        """Milliseconds of each step of a purge so far, from BEGIN to COMMIT."""
        lines = (json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{")
        return [line["ms"] for line in lines if line["event"] == "purge_step"]


@contextmanager
def worker() -> Iterator[Worker]:
    """A worker that takes tasks."""
    log = Path(os.environ["VAR_DIR"]) / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("celery")),
                *("-q", "-A", "chatapp", "worker", "--loglevel", "DEBUG", "--concurrency", "2"),
            ],
            cwd=ROOT,
            env={**os.environ, "LOG_LEVEL": "DEBUG"},
            stdout=output,
            stderr=subprocess.STDOUT,
            # Its processes go with it.
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  (one system call)
        )
    try:
        yield Worker(process, log)
    finally:
        # Not politely: a running task would be waited for, and a purge may be killed at any time.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


class LockWaits:
    """Waits for rows and tables, which PostgreSQL tells in its log from 10 ms on. Advisory locks,
    by which purges take turns, are left out: nobody who talks takes one."""

    def __init__(self, postgres: Postgres) -> None:
        with (postgres.data / "postgresql.conf").open("a") as settings:
            settings.write("log_lock_waits = on\ndeadlock_timeout = 10ms\n")
        assert postgres.process
        postgres.process.send_signal(signal.SIGHUP)
        self._log = postgres.log

    def read(self) -> list[float]:
        """Milliseconds of each wait so far."""
        told = self._log.read_text(errors="replace")
        found = re.findall(r"acquired \w+ on (.*) after ([\d.]+) ms", told)
        return [float(ms) for what, ms in found if not what.startswith("advisory lock")]


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the web process ended while starting:\n{log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (our own loopback address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the web process did not answer in 30 seconds")


def resident_kib(pid: int) -> int:
    """Resident memory of a process in KiB, from /proc."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS line")


__all__ = ["ROOT", "LockWaits", "Worker", "free_port", "resident_kib", "web", "worker"]
