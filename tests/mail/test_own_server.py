"""Letters leave by the account's own mail server, over TLS, and by nothing else."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import companies, sealing, smtp
from accounts.models import Account, AuditEntry, Membership
from accounts.outbound import Route
from accounts.sealing import UnsealableError
from accounts.smtp import Server, Trouble, TroubleError
from accounts.tenancy import tenant
from chat.models import Conversation, ConversationMail, MailServer
from privacy import platform, registers
from privacy.documents import dpa
from tests.accounts.test_company import COMPANY
from tests.coverage import covers
from tests.mail import own_server
from tests.mail.conftest import Work
from tests.mail.mailbox import Mailbox
from tests.mail.own_server import HOST, PASSWORD, USER, OwnServer
from tests.privacy.test_agreements import FILE
from tests.privacy.test_export import exported, opened

LogIn = Callable[[Membership], Client]

PAGE = "/app/acme/settings/mail/server/"
SETTINGS = "/app/acme/settings/mail/"
TYPED = {
    "host": HOST,
    "port": "587",
    "user": USER,
    "password": PASSWORD,
    "from_address": "hello@shop.test",
    "country": "AT",
}
TODAY = datetime(2026, 11, 24, tzinfo=UTC).date()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_server.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnServer]:
    """The account's server, found where every server is."""
    with own_server.running(file) as (server, route):
        monkeypatch.setattr(own_server, "ROUTE", route)
        settings.OUTBOUND_ROUTE = "tests.mail.own_server.ROUTE"
        yield server


def _kept(acme: Account) -> MailServer | None:
    with tenant(acme.pk):
        return MailServer.objects.first()


@covers("S17", page="/app/<slug>/settings/mail/server/")
@pytest.mark.parametrize("port", ["587", "465"])
def test_a_server_is_tried_out_by_a_letter_and_then_kept_encrypted(
    server: OwnServer, login: LogIn, ana: Membership, acme: Account, port: str
) -> None:
    response = login(ana).post(PAGE, {**TYPED, "port": port}, follow=True)

    kept = _kept(acme)
    assert kept is not None
    assert PASSWORD not in kept.password
    assert sealing.unseal(kept.password) == PASSWORD
    (letter,) = server.took
    assert (letter["To"], letter["From"].addresses[0].addr_spec) == (
        ana.user.email,
        "hello@shop.test",
    )
    told = [verb for is_secure, verb in server.heard if not is_secure]
    assert told == ([] if port == "465" else ["EHLO", "STARTTLS"])
    page = response.content.decode()
    assert HOST in page
    assert "Austria" in page
    assert PASSWORD not in page + login(ana).get(PAGE).content.decode()
    with tenant(acme.pk):
        entries = json.dumps([one.details for one in AuditEntry.objects.all()])
    assert f"{HOST}:{port}, AT" in entries
    assert PASSWORD not in entries
    assert USER not in entries


@covers("S17", page="/app/<slug>/settings/mail/server/")
@pytest.mark.parametrize(
    ("typed", "behaves", "says"),
    [
        ({"host": "nowhere.test"}, {}, "There is no server of this name."),
        ({"host": "inside.test"}, {}, "leads to an address that is not public"),
        ({"host": "127.0.0.1"}, {}, "Write the name of a server"),
        ({"host": "other.shop.test"}, {}, "could not be encrypted"),
        ({"port": "2525"}, {}, "Select a valid choice"),
        ({}, {"offers_tls": False}, "could not be encrypted"),
        ({"password": "wrong words"}, {}, "does not accept this user and password"),
        ({}, {"answer_to_sender": "553 no"}, "but the server refused the e-mail"),
        ({}, {"answer_to_recipient": "550 no"}, "but the server refused the e-mail"),
    ],
)
def test_the_step_that_fails_is_named_and_nothing_of_the_server_or_the_password(
    server: OwnServer,
    login: LogIn,
    ana: Membership,
    acme: Account,
    typed: dict[str, str],
    behaves: dict[str, object],
    says: str,
) -> None:
    """A34"""
    for name, value in behaves.items():
        setattr(server, name, value)
    sent = {**TYPED, **typed}

    response = login(ana).post(PAGE, sent)

    page = response.content.decode()
    assert (response.status_code, _kept(acme), server.took) == (422, None, [])
    assert says in page
    assert f'value="{sent["host"]}"' in page
    assert f'value="{USER}"' in page
    assert server.words not in page
    assert sent["password"] not in page
    assert not [verb for is_secure, verb in server.heard if not is_secure and verb == "AUTH"]


def test_a_server_that_drips_is_cut_off(server: OwnServer) -> None:
    server.pause = 0.05
    begun = monotonic()

    with pytest.raises(TroubleError) as raised:
        smtp.open_line(Server(HOST, 587, USER, PASSWORD), seconds=0.3)

    assert raised.value.trouble is Trouble.CONNECT
    assert monotonic() - begun < 2


def test_a_certificate_that_nobody_trusts_ends_it(
    server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = own_server.ROUTE
    monkeypatch.setattr(own_server, "ROUTE", Route(resolve=known.resolve, connect=known.connect))

    with pytest.raises(TroubleError) as raised:
        smtp.open_line(Server(HOST, 465, USER, PASSWORD))

    assert raised.value.trouble is Trouble.TLS


@covers("S17")
def test_the_password_goes_to_no_other_server_than_it_was_given_for(
    server: OwnServer, login: LogIn, ana: Membership, acme: Account
) -> None:
    login(ana).post(PAGE, TYPED)
    elsewhere = {**TYPED, "password": "", "host": "other.shop.test"}
    heard = len(server.heard)

    assert login(ana).post(PAGE, elsewhere).status_code == 422
    assert len(server.heard) == heard
    moved = login(ana).post(PAGE, {**TYPED, "password": "", "country": "DE"})

    kept = _kept(acme)
    assert kept is not None
    assert (moved.status_code, kept.country) == (302, "DE")
    assert sealing.unseal(kept.password) == PASSWORD


def test_older_keys_open_what_they_sealed_until_they_are_dropped(settings: Settings) -> None:
    sealed = sealing.seal(PASSWORD)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of at least fifty characters, quite random"

    assert sealing.unseal(sealed) == PASSWORD
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(UnsealableError):
        sealing.unseal(sealed)


@covers("S16", "S17", page="/app/<slug>/settings/mail/")
def test_agreement_and_pages_name_the_server_and_the_platform_again_once_it_is_removed(
    server: OwnServer, login: LogIn, ana: Membership, acme: Account
) -> None:
    registers.load(FILE)
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
    client = login(ana)
    client.post(PAGE, TYPED)

    with tenant(acme.pk):
        named = {(one.mailer, one.country) for one in platform.mails(acme, TODAY)}
        agreement = dpa.build(platform.facts(acme, TODAY)).canonical()
    processing = client.get(reverse("privacy_processing", args=["acme"])).content.decode()
    unticked = client.post(f"{PAGE}remove/")
    client.post(f"{PAGE}remove/", {"understood": "yes"})

    assert named == {(HOST, "Austria")}
    assert HOST in agreement
    assert HOST in processing
    assert unticked.status_code == 422
    assert _kept(acme) is None
    assert HOST not in client.get(SETTINGS).content.decode()
    with tenant(acme.pk):
        assert HOST not in {one.mailer for one in platform.mails(acme, TODAY)}


def test_the_password_does_not_leave_with_an_export(
    server: OwnServer, login: LogIn, ana: Membership, acme: Account
) -> None:
    login(ana).post(PAGE, TYPED)
    kept = _kept(acme)
    assert kept is not None

    archive = opened(exported(acme, ana))

    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert HOST.encode() in everything
    assert kept.password.encode() not in everything


@covers("S17")
@pytest.mark.django_db(transaction=True)
def test_letters_leave_by_the_server_wait_while_it_fails_and_never_go_another_way(
    server: OwnServer,
    mailbox: Mailbox,
    login: LogIn,
    due: Work,
    work: Work,
    ana: Membership,
    acme: Account,
    conversation: Conversation,
) -> None:
    client = login(ana)
    client.post(PAGE, TYPED)
    server.took.clear()
    server.answer_to_sender = "451 later"
    due()
    work()

    failing = client.get(SETTINGS).content.decode()
    assert "The last e-mail was not taken" in failing
    assert server.words not in failing
    assert server.took == []
    with tenant(acme.pk):
        assert ConversationMail.objects.exclude(recipient="").get().attempts == 1

    server.answer_to_sender = "250 ok"
    due()
    work()

    (letter,) = server.took
    assert letter["To"] == "ana@example.org"
    assert mailbox.recipients == []
    assert "The last e-mail was not taken" not in client.get(SETTINGS).content.decode()
