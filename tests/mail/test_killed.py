"""Workers are killed by -9 before, during and after sending: each letter is there once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat.models import Conversation
from tests.mail.conftest import Answer, Work
from tests.mail.mailbox import Mailbox, part
from tests.servers import ROOT, database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

StartWorker = Callable[[str], "subprocess.Popen[bytes]"]

VERA = "vera@example.org"
MOMENTS = ["before", "during", "after"]


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail")


@pytest.fixture
def start_worker(acme: Account, tmp_path: Path) -> StartWorker:
    """Starts a process that works through Acme's letters and is killed at the moment named."""

    def start(moment: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.mail.worker", str(acme.pk), moment],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "chatapp.settings",
                "DATABASE_URL": database_url(),
                "REDIS_PREFIX": django_settings.REDIS_PREFIX,
                "VAR_DIR": str(tmp_path),
            },
        )

    return start


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_letter_is_there_once_though_the_worker_was_killed(
    mailbox: Mailbox,
    start_worker: StartWorker,
    due: Work,
    ana: Membership,
    answer: Answer,
    conversation: Conversation,
    new_conversation: Callable[..., Conversation],
    moment: str,
) -> None:
    answer(new_conversation("Are you open?", email=VERA))
    due()

    # Two letters are due, so two workers die: one at the agents' letter, one at the visitor's.
    for _letter in range(2):
        assert start_worker(moment).wait(60) == -signal.SIGKILL
    due()
    assert start_worker("never").wait(60) == 0
    due()
    assert start_worker("never").wait(60) == 0

    assert mailbox.recipients == ["ana@example.org", VERA]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_workers_letter_waits_until_its_claim_lapses(
    mailbox: Mailbox,
    start_worker: StartWorker,
    due: Work,
    ana: Membership,
    conversation: Conversation,
    moment: str,
) -> None:
    due()
    assert start_worker(moment).wait(60) == -signal.SIGKILL
    there = len(mailbox.letters)

    assert start_worker("never").wait(60) == 0

    assert there == (1 if moment == "after" else 0)
    assert len(mailbox.letters) == there


def test_an_answer_that_follows_a_killed_worker_is_not_lost(
    mailbox: Mailbox,
    start_worker: StartWorker,
    due: Work,
    answer: Answer,
    new_conversation: Callable[..., Conversation],
) -> None:
    asked = new_conversation("Are you open?", email=VERA)
    answer(asked, "Until six.")
    with tenant(asked.account_id):
        asked.mails.filter(kind="visitor_waits").delete()
    due()
    assert start_worker("before").wait(60) == -signal.SIGKILL

    answer(asked, "On Fridays until four.")
    due()
    assert start_worker("never").wait(60) == 0

    texts = " ".join(part(letter, "plain") for letter in mailbox.letters)
    assert (texts.count("Until six."), texts.count("On Fridays until four.")) == (1, 1)


def test_two_workers_at_once_share_the_letters_and_double_none(
    mailbox: Mailbox,
    start_worker: StartWorker,
    due: Work,
    acme: Account,
    ana: Membership,
    ben: Membership,
    new_conversation: Callable[..., Conversation],
) -> None:
    conversations = [new_conversation(f"Question {number}") for number in range(10)]
    due()

    workers = [start_worker("never") for _worker in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]

    assert mailbox.recipients == ["ana@example.org"] * 10 + ["ben@example.org"] * 10
    with tenant(acme.pk):
        for one in conversations:
            sent = one.mails.exclude(recipient="")
            assert list(sent.values_list("attempts", flat=True)) == [1, 1]
