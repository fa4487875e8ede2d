"""The four that are killed: a web process, a worker, PostgreSQL and Valkey."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from chatapp.embedded.process import Server
from tests.servers import ROOT, Web


class Victim(Protocol):
    """What can be killed and started again."""

    name: str

    def strike(self) -> None:
        """SIGKILL, at once and without waiting."""

    def revive(self) -> None:
        """Bury it and start it again; returns when it serves."""


@dataclass
class WebVictim:
    web: Web
    name: str = "web"

    def strike(self) -> None:
        os.kill(self.web.process.pid, signal.SIGKILL)

    def revive(self) -> None:
        self.web.restart()


@dataclass
class ServerVictim:
    server: Server
    name: str

    def strike(self) -> None:
        assert self.server.process
        os.kill(self.server.process.pid, signal.SIGKILL)

    def revive(self) -> None:
        self.server.kill()
        self.server.start()


@dataclass
class Worker:
    """A Celery worker with a beat of its own, in one process group."""

    environment: dict[str, str]
    folder: Path
    name: str = "worker"
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with (self.folder / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-q", "-A", "chatapp", "worker", "--beat"),
                    *("--schedule", str(self.folder / "schedule"), "--concurrency", "1"),
                    *("--loglevel", "WARNING"),
                ],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def strike(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)

    def revive(self) -> None:
        self.process.wait(10)
        self.start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.strike()
            self.process.wait(10)
