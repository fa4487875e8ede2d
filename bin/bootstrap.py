#!/usr/bin/env python3
"""Make a checkout ready: Python packages, Node, Node packages, bundles, translations (`make setup`).

Runs with nothing but Python's standard library. A step whose inputs did not change is skipped.
`--browser` also provides the Chromium of the browser tests.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 19)
DEBIAN = shutil.which("apt-get") is not None


class SetupError(Exception):
    """A step failed; the message says what to do."""


def find_python() -> Path:
    """A Python that is new enough: the one that runs this, or a newer one beside it."""
    if sys.version_info >= OLDEST_PYTHON:
        return Path(sys.executable)
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            return Path(found)
    wanted = ".".join(map(str, OLDEST_PYTHON))
    raise SetupError(f"Python {wanted} or newer is needed; this is {sys.version.split()[0]}.")


def fingerprint(paths: Iterable[Path], *extra: str) -> str:
    """One hash over the contents and names of files, folders taken whole."""
    found = hashlib.sha256("\0".join(extra).encode())
    for path in sorted(paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(f"{file.relative_to(ROOT)}\0".encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


class Setup:
    """The steps, their display, and the log of what the tools said."""

    def __init__(self) -> None:
        self.log = ROOT / "var" / "log" / "setup.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.live = sys.stdout.isatty()

    def step(
        self, name: str, work: Callable[[], None], *, stamp: str = "", result: Path | None = None
    ) -> None:
        """Do `work` and show it, unless `stamp` is what it was and `result` is still there."""
        stamps = VENV / "stamps"
        mark = stamps / re.sub(r"\W+", "-", name.lower())
        if (
            stamp
            and mark.exists()
            and mark.read_text() == stamp
            and (not result or result.exists())
        ):
            return
        self.started, self.name = time.monotonic(), name
        self._show("…")
        try:
            work()
        except SetupError:
            self._end("×")
            raise
        if stamp:
            stamps.mkdir(exist_ok=True)
            mark.write_text(stamp)
        self._end("✓")

    def call(self, *command: str | Path, advice: str = "") -> None:
        """Run a tool quietly. On failure SetupError holds the end of its output and the advice."""
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            begin = log.tell()
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
            while True:
                try:
                    code = process.wait(timeout=0.5)
                    break
                except subprocess.TimeoutExpired:
                    self._show("…")
        if code:
            said = self.log.read_bytes()[begin:].decode(errors="replace").splitlines()[-15:]
            raise SetupError(
                "\n".join(
                    [
                        f"`{' '.join(map(str, command))}` failed:",
                        *(f"  {line}" for line in said),
                        advice,
                    ]
                )
                + f"\nThe whole log: {self.log}"
            )

    def _show(self, sign: str) -> None:
        if self.live:
            seconds = time.monotonic() - self.started
            print(f"\r  {sign} {self.name:<42} {seconds:5.1f} s", end="", flush=True)

    def _end(self, sign: str) -> None:
        self._show(sign)
        print(
            ""
            if self.live
            else f"  {sign} {self.name:<42} {time.monotonic() - self.started:5.1f} s",
            flush=True,
        )


def make_venv(setup: Setup, python: Path) -> None:
    """An empty virtual environment with pip; on Debian as root the missing module is installed first."""
    if subprocess.run(
        [python, "-c", "import venv, ensurepip"], capture_output=True, check=False
    ).returncode:
        version = subprocess.run(
            [python, "-c", "import sys; print('python%d.%d-venv' % sys.version_info[:2])"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        if not (DEBIAN and os.geteuid() == 0):
            raise SetupError(
                f"{python} has no venv module. Install it and try again: sudo apt-get install -y {version}"
            )
        setup.call("apt-get", "update")
        setup.call("apt-get", "install", "-y", "--no-install-recommends", version)
    if VENV.exists():
        shutil.rmtree(VENV)
    setup.call(python, "-m", "venv", VENV)


def install_uv(setup: Setup) -> None:
    setup.call(
        PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements/uv.txt",
        advice="Is the package registry reachable? `pip config list` shows which one is used.",
    )  # fmt: skip


def install_packages(setup: Setup, *locks: str) -> None:
    """Install exactly the locked packages, with uv, or with pip where only pip knows the registry."""
    files = [f"requirements/{lock}" for lock in locks]
    try:
        setup.call(VENV / "bin/uv", "pip", "sync", "--python", PYTHON, "--require-hashes", *files)
    except SetupError:
        named = [part for file in files for part in ("-r", file)]
        setup.call(
            PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", *named,
            advice="Is the package registry reachable? `pip config list` shows which one is used.",
        )  # fmt: skip
    # So that `pytest` and `mypy` find the checkout from any folder, as after an editable install.
    packages = next(VENV.glob("lib/python3*/site-packages"))
    (packages / "checkout.pth").write_text(f"{ROOT}\n")


def node_version(node: str | Path) -> tuple[int, ...]:
    """The version of a node program; () when it does not run."""
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", said)[:3])


def system_node() -> str | None:
    """The system's Node with npm, when both are there and new enough."""
    # Not ours: it is there only because the system has none, and would argue itself away.
    folders = [
        folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(VENV / "bin")
    ]
    path = os.pathsep.join(folders)
    node = shutil.which("node", path=path)
    if node and shutil.which("npm", path=path) and node_version(node) >= OLDEST_NODE:
        return node
    return None


def chromium() -> str | None:
    """The browser that the browser tests drive."""
    return next(
        (
            path
            for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser")
            if Path(path).exists()
        ),
        None,
    )


def install_chromium(setup: Setup) -> None:
    command = "apt-get install -y chromium"
    if not (DEBIAN and os.geteuid() == 0):
        raise SetupError(
            f"The browser tests need Chromium. Install it and try again: sudo {command}"
        )
    setup.call("apt-get", "update")
    setup.call(*command.split())


def bootstrap(setup: Setup, *, browser: bool) -> None:
    """All steps, in order. Raises SetupError at the first that fails."""
    python = find_python()
    if not PYTHON.exists():
        setup.step("Virtual environment", lambda: make_venv(setup, python))
    setup.step(
        "uv",
        lambda: install_uv(setup),
        stamp=fingerprint([ROOT / "requirements/uv.txt"]),
        result=VENV / "bin/uv",
    )
    locks = ["dev.txt", "uv.txt"] + ([] if system_node() else ["node.txt"])
    setup.step(
        "Python packages",
        lambda: install_packages(setup, *locks),
        stamp=fingerprint([ROOT / "requirements" / lock for lock in locks], str(ROOT)),
        result=VENV / "bin/pytest",
    )
    node = system_node() or str(VENV / "bin/node")
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(node).parent), str(VENV / "bin"), os.environ["PATH"]]
    )
    packages = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]
    setup.step(
        "Node packages",
        # Install scripts run code of strangers; no package of ours needs one.
        lambda: setup.call(
            "npm", "ci", "--ignore-scripts", advice="Is the npm registry reachable?"
        ),
        stamp=fingerprint(packages, ".".join(map(str, node_version(node)[:1]))),
        result=ROOT / "node_modules/.package-lock.json",
    )
    if (ROOT / "frontend/build.mjs").exists():
        sources = [ROOT / "frontend", ROOT / "static/css", *packages]
        setup.step(
            "Bundles",
            lambda: setup.call(node, "frontend/build.mjs"),
            stamp=fingerprint(sources),
            result=ROOT / "static/build",
        )
    else:
        print("  - No frontend/build.mjs yet: no bundles")
    if translations := sorted((ROOT / "locale").rglob("*.po")):
        setup.step(
            "Translations",
            lambda: setup.call(PYTHON, "bin/compile_locales.py"),
            stamp=fingerprint(translations),
            result=translations[-1].with_suffix(".mo"),
        )
    if browser and not chromium():
        setup.step("Chromium for the browser tests", lambda: install_chromium(setup))


def main(arguments: list[str]) -> int:
    """The exit code: 0 when everything is ready."""
    setup = Setup()
    # Two at once (a test run beside `make run`) would tear at the same folders.
    with (ROOT / "var" / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is running in this checkout; waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            bootstrap(setup, browser="--browser" in arguments)
        except SetupError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopped.", file=sys.stderr)
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
