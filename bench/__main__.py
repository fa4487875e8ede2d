"""`make bench`: sets up a durable stack in a temporary folder, measures, prints the table."""

import argparse
import asyncio
import os
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.servers import ROOT, free_port
from chatapp.embedded.stack import Stack

PARTS = ("latency", "throughput", "memory", "sizes", "purge")
BYTES_PER_MESSAGE = 1_000
"""Of disk, with indexes and the log of changes."""
SPARE_BYTES = 3 * 2**30


def main() -> None:
    given = _arguments()
    # Whoever ends us gets the folder back, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 16_384)), hard))
    with tempfile.TemporaryDirectory(prefix="chatapp-bench-") as folder:
        if "purge" in given.parts:
            _require_space(folder, given.messages)
        # Run by root, the servers' own user passes through.
        Path(folder).chmod(0o711)
        with Stack(Path(folder) / "stack", durable=True) as stack:
            port = free_port()
            os.environ.update(
                stack.environment,
                SECRET_KEY=secrets.token_hex(32),
                PUBLIC_URL=f"http://127.0.0.1:{port}",
                ALLOWED_HOSTS="127.0.0.1,testserver",
                VAR_DIR=folder,
                DEBUG="0",
                LOG_LEVEL="WARNING",
                DJANGO_SETTINGS_MODULE="chatapp.settings",
            )
            for command in (["migrate", "-v", "0"], ["collectstatic", "-v", "0", "--noinput"]):
                subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)
            from bench.measure import measure  # noqa: PLC0415  (reads the environment above)

            asyncio.run(measure(port, stack, given.parts, given.messages))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument(
        "--messages",
        type=int,
        default=5_000_000,
        metavar="N",
        help="how many there are when the purge begins; a fifth has expired (5,000,000)",
    )
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if given.messages < 2_000:
        parser.error("--messages must be 2,000 at least")
    given.parts = given.parts or PARTS
    return given


def _require_space(folder: str, messages: int) -> None:
    free, wanted = shutil.disk_usage(folder).free, messages * BYTES_PER_MESSAGE + SPARE_BYTES
    if free < wanted:
        raise SystemExit(
            f"{folder} has {free / 2**30:.1f} GiB left, and a purge among {messages:,} messages wants"
            f" {wanted / 2**30:.1f}. Choose fewer (--messages) or another place (TMPDIR)."
        )


if __name__ == "__main__":
    main()
