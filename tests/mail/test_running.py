"""The worker and beat as the Procfile starts them, on a Redis that can be emptied and a web
process that tells how they are."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import redis
from django.utils import timezone

from accounts.models import Account, Membership
from chat.models import Conversation
from chatapp.embedded import Stack
from tests.mail.conftest import Work
from tests.mail.mailbox import Mailbox
from tests.servers import Background, database_url, start_web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

SOON = 45.0
"""Seconds, three rounds of beat among them."""


@dataclass
class Running:
    background: Background
    redis: "redis.Redis"
    readiness: Callable[[], dict[str, Any]]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Web, worker and beat on the test's database, with a Redis of their own."""
    with ExitStack() as until_the_end:
        # Not below tmp_path: run by root, the server's own user could not pass through.
        folder = until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="chatapp-redis-"))
        Path(folder).chmod(0o711)
        own = until_the_end.enter_context(
            Stack(Path(folder) / "servers", durable=False, with_postgres=False)
        )
        environment = {
            **own.environment,
            "VAR_DIR": str(tmp_path),
            "DEBUG": "0",
            "LOG_LEVEL": "INFO",
            "WORKER_PROCESSES": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        web = start_web(environment)
        until_the_end.callback(web.stop)
        background = Background(
            {**web.environment, "DATABASE_URL": database_url()}, tmp_path / "background.log"
        )
        until_the_end.callback(background.kill_all)
        background.start("worker")
        background.start("beat")

        def readiness() -> dict[str, Any]:
            try:
                with urlopen(f"{web.url}/readyz") as response:  # noqa: S310  (our own address)
                    told: dict[str, Any] = json.load(response)
            except HTTPError as error:
                told = json.load(error)
            return told

        yield Running(background, redis.Redis.from_url(own.environment["REDIS_URL"]), readiness)


def _until(what: Callable[[], bool], *, within: float) -> bool:
    deadline = time.monotonic() + within
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def test_readiness_tells_that_the_worker_lives_and_that_it_was_killed(running: Running) -> None:
    assert running.readiness()["checks"]["worker"] == "stale"

    assert _until(lambda: running.readiness()["checks"]["worker"] == "ok", within=SOON)
    running.background.kill("worker")

    assert _until(lambda: running.readiness()["checks"]["worker"] == "stale", within=SOON)
    # The web process goes on without it.
    assert running.readiness()["ready"] is True


def test_a_letter_goes_out_once_though_the_worker_is_killed_and_redis_emptied(
    running: Running,
    tmp_path: Path,
    acme: Account,
    ana: Membership,
    due: Work,
    conversation: Conversation,
) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    assert _until(lambda: running.readiness()["checks"]["worker"] == "ok", within=SOON)
    running.background.kill("worker")
    due()
    # Beat has queued the work, and the queue is gone before anybody did it.
    assert _until(lambda: running.redis.llen(_queue(running)) > 0, within=SOON)
    running.redis.flushall()

    running.background.start("worker")
    assert _until(lambda: len(mailbox.letters) > 0, within=SOON)
    due()
    assert _until(lambda: _is_done(acme), within=SOON)

    assert mailbox.recipients == ["ana@example.org"]


def test_worker_and_beat_log_lines_with_task_and_account_and_without_persons(
    running: Running,
    tmp_path: Path,
    acme: Account,
    ana: Membership,
    due: Work,
    conversation: Conversation,
) -> None:
    due()
    assert _until(lambda: _is_done(acme), within=SOON)

    sent = [line for line in running.background.lines() if line["event"] == "letter_sent"]
    assert [(line["task"], line["account"]) for line in sent] == [
        ("chat.tasks.send_letters", str(acme.pk))
    ]
    assert sent[0]["task_id"]
    assert "example.org" not in running.background.log.read_text()


def _queue(running: Running) -> str:
    return f"{running.background.environment['REDIS_PREFIX']}:celery:celery"


def _is_done(acme: Account) -> bool:
    acme.refresh_from_db()
    return acme.errand_at is None or acme.errand_at > timezone.now()
