"""Letters to people who asked about their data while the mail server is away, or refuses them."""

import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Account, Membership
from privacy import request_letters, requests
from privacy.models import RequestLetter, SubjectRequest
from privacy.models.requests import Channel, LetterKind, RequestKind
from privacy.tasks import send_due_request_letters, send_request_letters
from tests.conftest import LogIn
from tests.coverage import covers
from tests.mail.mailbox import Mailbox
from tests.mail.smtp import server_that_answers
from tests.servers import free_port

UseServer = Callable[[int], None]


@pytest.fixture
def use_server(settings: Settings) -> UseServer:
    """Sends mail to the server on this port of ours."""

    def use(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port

    return use


@pytest.fixture
def use_mailbox(settings: Settings, tmp_path: Path) -> Callable[[], Mailbox]:
    """Sends mail to a folder."""

    def use() -> Mailbox:
        settings.EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"
        settings.MAIL_DIR = tmp_path / "mail"
        return Mailbox(settings.MAIL_DIR)

    return use


@pytest.fixture
def asked(inside_acme: None) -> SubjectRequest:
    """Somebody asked on the public page and is to prove who they are."""
    now = timezone.now()
    one = requests.receive(
        RequestKind.ACCESS, Channel.PAGE, name="Nell", email="nell@example.org", now=now
    )
    requests.ask_identity(one, now=now)
    return one


def _due_at(account: Account) -> object:
    return Account.objects.values_list("request_errand_at", flat=True).get(pk=account.pk)


@covers("R3")
def test_a_code_arrives_while_it_is_good_once_the_server_is_back(
    asked: SubjectRequest,
    acme: Account,
    use_server: UseServer,
    use_mailbox: Callable[[], Mailbox],
) -> None:
    assert _due_at(acme) is not None, "beat finds the account"
    use_server(free_port())
    began = timezone.now()
    # Away for a quarter of an hour: 0, 1, 3 and 7 minutes.
    for minutes in (0, 1, 3, 7):
        with time_machine.travel(began + timedelta(minutes=minutes, seconds=2), tick=False):
            send_request_letters(account_id=str(acme.pk))
            assert _due_at(acme) == timezone.now() + timedelta(minutes=minutes + 1)
    mailbox = use_mailbox()

    with time_machine.travel(began + timedelta(minutes=15, seconds=3), tick=False):
        send_request_letters(account_id=str(acme.pk))
        code = re.search(r"^\d{6}$", mailbox.text(), re.MULTILINE)
        assert code
        assert requests.confirm_identity(asked, code[0], now=timezone.now())

    assert _due_at(acme) is None


def test_a_code_that_could_not_be_sent_in_time_is_given_up_and_the_desk_says_so(
    asked: SubjectRequest,
    acme: Account,
    ana: Membership,
    login: LogIn,
    use_mailbox: Callable[[], Mailbox],
) -> None:
    mailbox = use_mailbox()

    with time_machine.travel(timezone.now() + requests.CODE_LASTS, tick=False):
        send_request_letters(account_id=str(acme.pk))

    assert mailbox.letters == []
    assert _due_at(acme) is None
    page = login(ana).get(f"/app/acme/settings/privacy/requests/{asked.pk}/").content.decode()
    assert "Not delivered" in page
    assert "send another code" in page


def test_a_mailbox_that_does_not_exist_is_tried_once(
    asked: SubjectRequest, acme: Account, use_server: UseServer
) -> None:
    with server_that_answers("550 no such mailbox") as port:
        use_server(port)
        send_request_letters(account_id=str(acme.pk))

    letter = RequestLetter.objects.get()
    assert (letter.attempts, letter.dropped_at is None, letter.sent_at) == (1, False, None)
    assert _due_at(acme) is None


def test_a_letter_is_given_up_after_three_days(
    asked: SubjectRequest, acme: Account, use_server: UseServer
) -> None:
    RequestLetter.objects.update(kind=LetterKind.ANSWER)
    use_server(free_port())
    now = began = timezone.now()

    while due_at := _due_at(acme):
        assert isinstance(due_at, type(now))
        now = max(now, due_at) + timedelta(seconds=1)
        with time_machine.travel(now, tick=False):
            send_request_letters(account_id=str(acme.pk))

    letter = RequestLetter.objects.get()
    assert letter.dropped_at
    assert letter.attempts == request_letters.MAX_ATTEMPTS
    assert timedelta(days=2) < now - began < timedelta(days=4)


def test_beat_visits_the_accounts_where_a_letter_is_due(
    acme: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    now = timezone.now()
    visits = {}
    for name, due_at in {"nothing": None, "later": now + timedelta(minutes=1), "due": now}.items():
        Account.objects.filter(pk=acme.pk).update(request_errand_at=due_at)
        with django_capture_on_commit_callbacks() as started:
            send_due_request_letters()
        visits[name] = len(started)

    assert visits == {"nothing": 0, "later": 0, "due": 1}


def test_letters_from_before_there_were_errands_go_out_after_the_update(
    asked: SubjectRequest,
    acme: Account,
    use_mailbox: Callable[[], Mailbox],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mailbox = use_mailbox()
    Account.objects.filter(pk=acme.pk).update(request_errand_at=None)
    migration = import_module("accounts.migrations.0012_wake_letters_of_requests")

    with connection.schema_editor() as editor:
        migration.wake(apps, editor)

    with django_capture_on_commit_callbacks() as started:
        send_due_request_letters()
    assert len(started) == 1
    send_request_letters(account_id=str(acme.pk))
    assert RequestLetter.objects.get().sent_at
    assert mailbox.only
    assert _due_at(acme) is None
