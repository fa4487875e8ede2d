"""`make bench`: sets up a durable stack in a temporary folder, measures, prints the table."""

import asyncio
import os
import resource
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.servers import ROOT, free_port
from chatapp.embedded.stack import Stack


def main() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 16_384)), hard))
    with tempfile.TemporaryDirectory(prefix="chatapp-bench-") as folder:
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

            asyncio.run(measure(port, sys.argv[1:]))


if __name__ == "__main__":
    main()
