"""Write the lock files again: requirements/*.txt and package-lock.json (`make lock`).

The locks hold versions and hashes and no download address, so that every machine uses the registry it is
configured for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    str(ROOT / ".venv/bin/uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes",
    "--python-version", "3.11",
    "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate",
]  # fmt: skip
LOCKS = {
    "app.txt": ["pyproject.toml"],
    "dev.txt": ["pyproject.toml", "--group", "dev", "--constraints", "requirements/app.txt"],
    "node.txt": ["--group", "node"],
    "uv.txt": ["--group", "uv"],
}
Lock = dict[str, dict[str, dict[str, object]]]


def python_locks(extra: list[str]) -> None:
    """Resolve every group; `extra` goes to uv (`--upgrade`, `--upgrade-package NAME`)."""
    for name, sources in LOCKS.items():
        subprocess.run(
            [*COMPILE, *sources, *extra, "--output-file", f"requirements/{name}"],
            cwd=ROOT,
            check=True,
        )


def complete(lock: Lock) -> list[str]:
    """Add the platform packages that the registry in use does not carry, and return their names.

    npm leaves an optional package out of the lock when its registry does not have it, and `npm ci` then refuses
    the lock as incomplete on every machine. The added entries pin the version; they are installed only on the
    platform they name, and without an integrity hash because there was no file to take it from.
    """
    added = []
    for package in list(lock["packages"].values()):
        optional = package.get("optionalDependencies", {})
        assert isinstance(optional, dict)
        for name, version in optional.items():
            path = f"node_modules/{name}"
            system, _, processor = name.rpartition("/")[2].removeprefix("cli-").partition("-")
            if path in lock["packages"] or system not in {"android", "darwin", "linux", "win32"}:
                continue
            processor, _, libc = processor.partition("-")
            lock["packages"][path] = {
                "version": version, "cpu": [processor], "dev": True, "optional": True, "os": [system],
                **({"libc": [libc]} if libc else {}),
            }  # fmt: skip
            added.append(name)
    lock["packages"] = dict(sorted(lock["packages"].items()))
    return added


def node_lock() -> None:
    """Resolve package.json."""
    path = ROOT / "package-lock.json"
    subprocess.run(["npm", "install", "--package-lock-only"], cwd=ROOT, check=True)
    lock: Lock = json.loads(path.read_text())
    for name in complete(lock):
        print(f"not in this registry, locked by version only: {name}")
    path.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    python_locks(sys.argv[1:])
    node_lock()
