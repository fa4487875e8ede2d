"""One server process: started in its own session, ended with us, found again after a crash."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chatapp.embedded.places import EmbeddedError, Owner

__all__ = ["EmbeddedError", "Server", "free_port"]

START_SECONDS = 30.0
STOP_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1
# Loaded here and not in the child: between fork and exec only the system call itself is safe.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Server:
    """A server on 127.0.0.1 whose data and port outlive its process.

    `start`, `stop`, `kill` and `start` again are the whole life; the port stays the same throughout.
    """

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, *, data: Path, log: Path, owner: Owner | None) -> None:
        self.data = data
        self.log = log
        self.owner = owner
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The program and its arguments, for the present port."""
        raise NotImplementedError

    def pid_file(self) -> Path:
        """The file in which a running server of this data folder leaves its process number."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether clients are served."""
        raise NotImplementedError

    def start(self) -> None:
        """Start and wait until clients are served. Raises EmbeddedError with the end of the log."""
        if self.process and self.process.poll() is None:
            return
        self.end_leftover()
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.process = self._spawn()
            if self._wait_until_ready(deadline):
                return
            # A server killed with -9 leaves children that hold its memory for a moment longer.
            if time.monotonic() > deadline or not self._may_try_again():
                self.kill()
                raise EmbeddedError(f"{self.name} did not start.\n{tail(self.log)}")
            time.sleep(0.2)
            self.end_leftover()

    def has_fallen(self) -> bool:
        """Whether it was started and ended without `stop` or `kill`."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Stop in order, so that the next start needs no recovery."""
        if not self.process:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End at once with SIGKILL, as a crash would."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def end_leftover(self) -> None:
        """Make the data folder free: end a server that outlived its supervisor, drop a stale pid file.

        Where process 1 does not reap, a killed server stays a zombie, and its number may also have gone
        to a stranger: both look alive to the server itself, which then refuses to start.
        """
        file = self.pid_file()
        try:
            pid = int(file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            file.unlink(missing_ok=True)
            return
        if runs_in(pid, self.data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, self.stop_signal)
                wait_for(lambda: not runs_in(pid, self.data), STOP_SECONDS)
                if runs_in(pid, self.data):
                    os.kill(pid, signal.SIGKILL)
                    wait_for(lambda: not runs_in(pid, self.data), STOP_SECONDS)
        file.unlink(missing_ok=True)

    def _may_try_again(self) -> bool:
        return bool(self.process and self.process.poll() is not None)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command(),
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                # Its own session: Ctrl-C is for the supervisor, which stops the servers last.
                start_new_session=True,
                preexec_fn=end_with_parent(self.stop_signal),
                user=self.owner.uid if self.owner else None,
                group=self.owner.gid if self.owner else None,
                extra_groups=[] if self.owner else None,
            )

    def _wait_until_ready(self, deadline: float) -> bool:
        process = self.process
        assert process
        wait_for(lambda: process.poll() is not None or self.is_ready(), deadline - time.monotonic())
        return process.poll() is None and self.is_ready()


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel sends it `number` when its parent dies.

    The tie is to the thread that starts the child: call from one that lives as long as the process.
    """
    libc, parent = _libc, os.getpid()
    if libc is None:
        return None

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it died before the tie was made

    return tie


def runs_in(pid: int, folder: Path) -> bool:
    """Whether the process is alive, no zombie, and works in `folder`."""
    if sys.platform != "linux":
        listed = subprocess.run(
            ["ps", "-o", "stat=,command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return str(folder) in listed.stdout and not listed.stdout.startswith("Z")
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and Path(f"/proc/{pid}/cwd").readlink() == folder
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; whether it did within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log file, with its path, for people."""
    try:
        text = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        text = []
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in text)])
