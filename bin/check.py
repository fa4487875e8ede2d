"""All checks that need no test run (`make check`): every one runs, and the failures stand at the end."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chatapp.embedded import Stack

ROOT = Path(__file__).resolve().parent.parent
BARE = {"LC_ALL": "C.UTF-8"}


def tracked(pattern: str) -> list[str]:
    """Files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def checks() -> dict[str, list[str]]:
    """Name and command of each check."""
    return {
        "Python formatting": ["ruff", "format", "--check", "--quiet", "."],
        "Python lint": ["ruff", "check", "--quiet", "."],
        "Python types": ["mypy"],
        "Templates": ["djade", "--check", "--target-version", "5.2", *tracked("templates/*.html")],
        "Import contracts": ["lint-imports"],
        "Front-end formatting and lint": ["biome", "ci", "--reporter=summary"],
        "Front-end types": ["tsc", "--noEmit"],
        "Migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        "Django's system check": [sys.executable, "manage.py", "check"],
    }


def environment(folder: Path, servers: dict[str, str]) -> dict[str, str]:
    """What settings require, for commands that serve nobody."""
    return {
        "SECRET_KEY": secrets.token_hex(32),
        "PUBLIC_URL": "http://localhost:8000",
        "DEBUG": "1",
        "VAR_DIR": str(folder / "var"),
        **servers,
        **os.environ,
        **BARE,
    }


def main() -> int:
    """The number of failed checks."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="chatapp-check-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the servers' user passes through
        given = bool(os.environ.get("DATABASE_URL")), bool(os.environ.get("REDIS_URL"))
        with Stack(
            folder / "servers", durable=False, with_postgres=not given[0], with_valkey=not given[1]
        ) as stack:
            for title, command in checks().items():
                started = time.monotonic()
                answer = subprocess.run(
                    command, cwd=ROOT, env=environment(folder, stack.environment),
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                )  # fmt: skip
                sign = "✓" if answer.returncode == 0 else "×"
                print(f"  {sign} {title:<42} {time.monotonic() - started:5.1f} s", flush=True)
                if answer.returncode:
                    failed.append(title)
                    print(answer.stdout, flush=True)
    print(f"{len(checks()) - len(failed)} passed, {len(failed)} failed")
    return len(failed)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
