"""The web process as production runs it, against the test's database: to be killed and restarted."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from chatapp.embedded.run import procfile

ROOT = Path(__file__).resolve().parents[1]
STARTS_WITHIN = 40.0
"""Seconds."""


@dataclass
class Web:
    """A daphne of its own. `log` holds everything that it printed."""

    port: int
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """Where it listens. Its pages believe to be at PUBLIC_URL, which may differ."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """What a page of its own sends as Origin."""
        return self.environment["PUBLIC_URL"]

    def start(self) -> None:
        """Start it, and return when it answers. Raises RuntimeError with its log if it does not."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "daphne", "-v", "0", "--no-server-name"),
                    *("-b", "127.0.0.1", "-p", str(self.port)),
                    *("--websocket-max-message-size", "65536"),
                    "chatapp.asgi:application",
                ],
                cwd=ROOT,
                env=dict(self.environment),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.kill()
                raise RuntimeError(f"the web process did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """kill -9: no clean-up, no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Kill it and start it again on the same port."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """As an operator stops it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.unlink(missing_ok=True)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/livez", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


@dataclass
class Background:
    """Worker and beat, each in a process group of its own."""

    environment: dict[str, str]
    log: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start what the Procfile calls by this name."""
        lines = procfile((ROOT / "Procfile").read_text())
        (command,) = (line.line for line in lines if line.name == name)
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["/bin/sh", "-c", command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """kill -9, the worker's children included."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """What a test leaves behind, at its end."""
        for name in list(self.processes):
            self.kill(name)

    def lines(self) -> list[dict[str, Any]]:
        """What they wrote to stdout and stderr, every line of it JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def start_web(environment: Mapping[str, str] | None = None, *, port: int | None = None) -> Web:
    """Start a web process on the test's database and Redis. Whoever starts it stops it.

    `environment` goes on top of the tests' own; without a PUBLIC_URL it is its own address.
    """
    port = port or free_port()
    public = f"http://127.0.0.1:{port}"
    values = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_PREFIX": settings.REDIS_PREFIX,
        "PUBLIC_URL": public,
        "ALLOWED_HOSTS": "*",
        "PYTHONUNBUFFERED": "1",
        **(environment or {}),
    }
    handle, log = tempfile.mkstemp(prefix="web-", suffix=".log")
    os.close(handle)
    web = Web(port, values, Path(log))
    web.start()
    return web


def database_url() -> str:
    """The address of the database that this run's tests use, for a process of its own."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{settings.DATABASES['default']['NAME']}"))


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
