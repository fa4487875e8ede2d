"""The application's processes: started together, kept running, ended together."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from chatapp.embedded.process import EmbeddedError, end_with_parent

# Celery lets its running tasks finish first.
STOP_SECONDS = 15.0
# Ending this often within a minute is no accident that a new start would cure.
ENDS_PER_MINUTE = 3


@dataclass(frozen=True)
class Command:
    """A name for people and a line for the shell."""

    name: str
    line: str


@dataclass
class _Child:
    command: Command
    process: subprocess.Popen[bytes]
    ended_at: list[float] = field(default_factory=list)
    rest: bytes = b""


class Children:
    """Processes whose output is shown under their name.

    One that ends by itself is started again; three times within a minute is an EmbeddedError. Each has a
    session of its own, so that Ctrl-C reaches only us and we end them in order.
    """

    def __init__(
        self, *, cwd: Path, environment: Mapping[str, str], output: IO[str] | None = None
    ) -> None:
        self._cwd = cwd
        self._environment = environment
        self._output = output or sys.stdout
        self._children: list[_Child] = []
        self._selector = selectors.DefaultSelector()

    def start(self, command: Command) -> None:
        """Start a process; its environment is read now."""
        child = _Child(command, self._spawn(command))
        self._children.append(child)
        self._listen(child)

    def watch(self, *, seconds: float) -> None:
        """Show what the processes write and start again what ended, for about `seconds`."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not self._selector.get_map():
                time.sleep(min(left, 0.05))
            for key, _ in self._selector.select(left) if self._selector.get_map() else []:
                self._show(key.data)
            for child in self._children:
                if child.process.poll() is not None:
                    self._start_again(child)

    def stop(self) -> None:
        """End all: politely, then after a while by force, with everything they started."""
        for child in self._children:
            _signal_group(child, signal.SIGTERM, leader_only=True)
        deadline = time.monotonic() + STOP_SECONDS
        while (
            any(child.process.poll() is None for child in self._children)
            and time.monotonic() < deadline
        ):
            for key, _ in self._selector.select(0.1) if self._selector.get_map() else [(None, 0)]:
                self._show(key.data) if key else time.sleep(0.05)
        for child in self._children:
            # Also after a polite end: a killed worker leaves its pool behind.
            _signal_group(child, signal.SIGKILL)
            child.process.wait()
            self._show(child)
            if child.process.stdout:
                child.process.stdout.close()
        self._children.clear()
        self._selector.close()

    def _start_again(self, child: _Child) -> None:
        self._show(child)
        now = time.monotonic()
        child.ended_at = [*(at for at in child.ended_at if now - at < 60), now]
        code = child.process.returncode
        self._say(child, f"ended by itself (exit code {code})")
        if len(child.ended_at) >= ENDS_PER_MINUTE:
            raise EmbeddedError(
                f"{child.command.name} ended {len(child.ended_at)} times within a minute, the last time with "
                f"exit code {code}. What it wrote is above."
            )
        _signal_group(child, signal.SIGKILL)
        if child.process.stdout:
            with contextlib.suppress(KeyError):
                self._selector.unregister(child.process.stdout)
            child.process.stdout.close()
        child.process = self._spawn(child.command)
        self._listen(child)

    def _spawn(self, command: Command) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["/bin/sh", "-c", command.line],
            cwd=self._cwd,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )

    def _listen(self, child: _Child) -> None:
        assert child.process.stdout
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _show(self, child: _Child) -> None:
        stream = child.process.stdout
        if not stream or stream.closed:
            return
        while True:
            try:
                part = os.read(stream.fileno(), 65536)
            except BlockingIOError:
                return
            if not part:
                with contextlib.suppress(KeyError):
                    self._selector.unregister(stream)
                break
            *lines, child.rest = (child.rest + part).split(b"\n")
            for line in lines:
                self._say(child, line.decode(errors="replace"))
        if child.rest:
            self._say(child, child.rest.decode(errors="replace"))
            child.rest = b""

    def _say(self, child: _Child, line: str) -> None:
        # A reader that went away (`make run | head`) is no reason to leave processes behind.
        with contextlib.suppress(BrokenPipeError):
            print(f"{child.command.name:<7}| {line}", file=self._output, flush=True)


def _signal_group(child: _Child, number: signal.Signals, *, leader_only: bool = False) -> None:
    # The group's number is the leader's: it stays ours as long as one member is alive or the leader unreaped.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if leader_only:
            child.process.send_signal(number)
        else:
            os.killpg(child.process.pid, number)
