"""A durable stack of its own, one database, and web processes to measure."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatapp.embedded.process import free_port

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


__all__ = ["ROOT", "free_port", "resident_kib", "web"]
