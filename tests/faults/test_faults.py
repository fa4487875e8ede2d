"""Runs the play in a process of its own: it has servers of its own, to be killed."""

import os
import subprocess
import sys

import pytest

from tests.servers import ROOT

# What the tests decided for their own servers must not reach the play's.
_OURS = ("DATABASE_URL", "REDIS_URL", "REDIS_PREFIX", "DJANGO_SETTINGS_MODULE")


@pytest.mark.faults
@pytest.mark.timeout(240)
def test_nothing_acknowledged_is_lost_doubled_or_reordered_by_kill_9() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}

    played = subprocess.run(
        [sys.executable, "-m", "tests.faults"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=220,
        check=False,
    )

    print(played.stdout)  # noqa: T201  (shown with -s, and when it fails)
    assert played.returncode == 0, played.stdout
