"""`python -m tests.faults [seed]`: a durable stack of its own, the play, and what it showed."""

import asyncio
import os
import random
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from chatapp.embedded.stack import Stack
from tests.servers import ROOT, free_port


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}: again with `python -m tests.faults {seed}`", flush=True)  # noqa: T201
    random.seed(seed)
    with tempfile.TemporaryDirectory(prefix="chatapp-faults-") as name:
        folder = Path(name)
        # Run by root, the servers' own user passes through.
        folder.chmod(0o711)
        with Stack(folder / "stack", durable=True) as stack:
            port = free_port()
            os.environ.update(
                stack.environment,
                SECRET_KEY=secrets.token_hex(32),
                PUBLIC_URL=f"http://127.0.0.1:{port}",
                ALLOWED_HOSTS="*",
                REDIS_PREFIX="faults",
                VAR_DIR=name,
                DEBUG="1",
                EMAIL_URL="",
                TRUSTED_PROXIES="0",
                DB_POOL="8",
                LOG_LEVEL="WARNING",
                PYTHONUNBUFFERED="1",
                DJANGO_SETTINGS_MODULE="chatapp.settings",
            )
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True
            )
            from tests.faults.play import play  # noqa: PLC0415  (reads the environment above)

            asyncio.run(play(stack, folder, port))


if __name__ == "__main__":
    main()
