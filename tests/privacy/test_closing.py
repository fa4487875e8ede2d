"""Closing an account: read-only for a month, then nothing is left of it but a certificate's checksum."""

import hashlib
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import Settings

from accounts import audit, invitations
from accounts.models import Account, AuditEntry, ChainHead, Membership, Role, User
from accounts.tasks import seal_chains_of
from accounts.tenancy import tenant
from chat import letters, presence, wire
from chat.authors import Author
from chat.models import Conversation, ConversationMail, Message
from chat.tasks import send_due_mail
from privacy import closing, holdings, holds, trail
from privacy.models import Closure
from privacy.models.history import HoldKind
from privacy.tasks import end_account, send_platform_letters
from tests.conftest import PASSWORD, LogIn
from tests.coverage import covers
from tests.e2e import sinks
from tests.privacy.test_export import exported, populate

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/app/acme/settings/privacy/"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"
    return tmp_path


@pytest.fixture
def rich(acme: Account, ana: Membership, ben: Membership, kept: Path) -> Account:
    """Acme with something in every place."""
    visitor = populate(acme, ana, "acmemark")
    with tenant(acme.pk):
        holds.lift(holds.place(HoldKind.VISITOR, visitor.pk, reason="A case", by=ana), by=ana)
        conversation = Conversation.objects.get(visitor=visitor)
        letters.transcript(conversation, email="acmemark@example.org", by=Author.of_member(ana))
    kept.joinpath("mail").mkdir(exist_ok=True)
    with tenant(acme.pk):
        letter = ConversationMail.objects.earliest("pk")
        (kept / "mail" / f"{letter.message_id}.eml").write_bytes(b"acmemark letter")
    exported(acme, ana)
    async_to_sync(presence.visitor_here)(
        acme.pk, visitor.public_id, "one", wire.Page(url="https://shop.test/acmemark", title="")
    )
    return acme


def _closed(account: Account, by: Membership) -> None:
    with tenant(account.pk):
        closing.close(account, by=by)


def _after_the_window() -> time_machine.travel:
    return time_machine.travel(timezone.now() + closing.WINDOW + timedelta(minutes=1), tick=True)


def _traces(account: Account, kept: Path) -> set[str]:
    """Where the account's id, or the mark that stands in everything it holds, can still be read."""
    ids = [str(account.pk).encode(), account.pk.hex.encode()]
    places = [
        *((where, content, [*ids, b"acmemark"]) for where, content in sinks.rows(account)),
        *((where, content, [*ids, b"acmemark"]) for where, content in sinks.files(kept)),
        # Other tests' accounts are in there too, and their keys name them.
        *((where, content, ids) for where, content in sinks.redis_values()),
    ]
    return {
        where for where, content, wanted in places if any(one in content.lower() for one in wanted)
    }


def _rows_of(account: Account) -> dict[str, list[dict[str, Any]]]:
    with tenant(account.pk):
        return {
            model._meta.label: list(holdings.rows(model, account.pk).order_by("pk").values())
            for model in holdings.walked()
        }


@covers("R14", "S49", page="/app/<slug>/settings/privacy/export/")
def test_an_owner_closes_the_account_and_opens_it_again(
    rich: Account, ana: Membership, ben: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    owner, agent = login(ana), login(ben)
    configuration = f"/widget/{rich.public_key}/config.js"
    site = {"Origin": "https://shop.test"}
    send_platform_letters()
    mailoutbox.clear()
    assert "export default" in Client().get(configuration, headers=site).content.decode()
    wrong = owner.post(f"{PAGE}close/", {"password": "not it", "understood": "on"})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.content.decode()
    assert owner.post(f"{PAGE}close/", {"password": PASSWORD}).status_code == 422

    page = owner.post(f"{PAGE}close/", {"password": PASSWORD, "understood": "on"}, follow=True)

    assert "This account is closed. Everything in it is deleted on" in page.content.decode()
    assert Client().get(configuration, headers=site).content.decode().startswith("throw")
    send_platform_letters()
    assert [one.subject for one in mailoutbox] == ["The account Acme is closed"]
    assert agent.get("/app/acme/inbox/").status_code == 200
    assert agent.get("/app/acme/inbox/conversations/", {"view": "all"}).status_code == 200
    assert agent.post("/app/acme/preferences/", {}).status_code == 409
    assert owner.post("/app/acme/settings/sites/", {"address": "https://a.test"}).status_code == 409
    assert owner.post(f"{PAGE}export/ask/").status_code == 302

    owner.post(f"{PAGE}reopen/")

    assert "export default" in Client().get(configuration, headers=site).content.decode()
    assert owner.get(f"{PAGE}export/").status_code == 200
    with tenant(rich.pk):
        events = set(AuditEntry.objects.values_list("event", flat=True))
    assert {"account.closed", "account.reopened"} < events
    send_platform_letters()
    assert mailoutbox[-1].subject == "The account Acme is open again"


def test_requests_of_people_are_answered_while_the_account_is_closed(
    acme: Account, ana: Membership, ben: Membership, conversation: Conversation, login: LogIn
) -> None:
    _closed(acme, ana)
    owner, agent = login(ana), login(ben)
    person = ["acme", conversation.visitor_id]

    assert (
        owner.post(reverse("privacy_request_enter", args=["acme"]), {"kind": "none"}).status_code
        == 422
    )
    assert owner.post(reverse("privacy_person_copy", args=person)).status_code == 302
    assert owner.post(reverse("privacy_person_erase", args=person), {}).status_code == 422
    assert agent.post(reverse("my_data_told", args=["acme"])).status_code == 302
    assert agent.post(reverse("my_data_leave", args=["acme"]), {}).status_code == 422


def test_no_letter_leaves_a_closed_account_and_nobody_joins_it(
    acme: Account, ana: Membership, conversation: Conversation, mailoutbox: list[EmailMessage]
) -> None:
    with tenant(acme.pk):
        invitations.invite(acme, email="new@example.org", role=Role.AGENT, by=ana)
        ConversationMail.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    token = mailoutbox[-1].body.split("/invitations/")[1].split("/")[0]
    assert invitations.find(token)
    _closed(acme, ana)
    mailoutbox.clear()

    send_due_mail()

    assert mailoutbox == []
    assert invitations.find(token) is None


@covers("R14")
def test_after_the_window_nothing_is_left_but_the_checksum_of_the_certificate(
    rich: Account,
    ana: Membership,
    other: Account,
    gus: Membership,
    ben: Membership,
    login: LogIn,
    kept: Path,
    mailoutbox: list[EmailMessage],
) -> None:
    """A57"""
    populate(other, gus, "othermark")
    Membership.objects.create(account=other, user=ben.user, role=Role.AGENT, public_name="Ben")
    login(ana)
    login(ben).get("/app/acme/inbox/")
    _closed(rich, ana)
    before = _rows_of(other)
    assert {"chat_message", "privacy_acceptance", "zset"} <= _traces(rich, kept)
    end_account(account_id=str(rich.pk))
    assert Account.objects.filter(pk=rich.pk).exists(), "the window is not over"
    mailoutbox.clear()

    with _after_the_window():
        assert closing.due(timezone.now()) == [rich.pk]
        end_account(account_id=str(rich.pk))
        end_account(account_id=str(rich.pk))

    assert _traces(rich, kept) == set()
    assert _rows_of(other) == before
    assert not User.objects.filter(pk=ana.user_id).exists()
    assert User.objects.filter(pk=ben.user_id).exists()
    sessions = [one.get_decoded() for one in Session.objects.all()]
    assert [one.get("_auth_user_id") for one in sessions] == [str(ben.user_id)]
    assert "last_account" not in sessions[0]
    closure = Closure.objects.get()
    assert closure.ending_id is None
    assert closure.counts["chat.Message"] == 1
    letter = mailoutbox[0]
    assert letter.to == [ana.user.email]
    name, file, _kind = letter.attachments[0]
    assert name == f"{closure.reference}.pdf"
    assert hashlib.sha256(bytes(file)).hexdigest() == closure.pdf_digest
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(file))).pages)
    assert closure.reference in said
    assert "Acme" in said
    assert "acmemark" not in said
    assert trail.verify() == []
    assert trail.of(closure.pk)[0].details == {"certificate": closure.pdf_digest}


@pytest.mark.parametrize("killed_after", [0, 1, 4, 9, 15])
def test_a_deletion_that_is_killed_goes_on_where_it_was(
    killed_after: int, rich: Account, ana: Membership, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "STEP", 1)
    _closed(rich, ana)

    with _after_the_window():
        with tenant(rich.pk):
            closure_id = closing.begin(rich.pk)
        assert closure_id
        for _ in range(killed_after):
            with tenant(rich.pk):
                closing.advance(closure_id)
        end_account(account_id=str(rich.pk))

    assert _traces(rich, kept) == set()
    closure = Closure.objects.get()
    assert closure.counts["chat.Message"] == 1
    assert closure.counts["accounts.Membership"] == 2


def test_a_mail_server_that_is_away_delays_the_end_and_keeps_the_owners_address(
    rich: Account, ana: Membership, kept: Path, settings: Settings
) -> None:
    _closed(rich, ana)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with _after_the_window():
        end_account(account_id=str(rich.pk))
        assert User.objects.filter(pk=ana.user_id).exists()
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        end_account(account_id=str(rich.pk))

    assert _traces(rich, kept) == set()
    assert Closure.objects.get().mailed_at


@pytest.mark.parametrize("place", ["before a step", "before the end"])
def test_what_is_written_between_the_last_row_and_the_end_does_not_stop_it(
    place: str, rich: Account, ana: Membership, kept: Path, settings: Settings
) -> None:
    _closed(rich, ana)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with _after_the_window():
        end_account(account_id=str(rich.pk))

        seal_chains_of(account_id=str(rich.pk))
        with tenant(rich.pk):
            assert not ChainHead.objects.exists(), "there was nothing to link"
            audit.record(rich.pk, audit.Event.DEFAULTS_APPLIED, by=None)
        seal_chains_of(account_id=str(rich.pk))
        if place == "before the end":
            with tenant(rich.pk):
                closing.let_people_go(Closure.objects.get().pk)
                closing.finish(Closure.objects.get().pk)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        end_account(account_id=str(rich.pk))

    assert _traces(rich, kept) == set()
    assert Closure.objects.get().finished_at


class SomeAreAway(EmailBackend):
    """A mail server that knows no adi and asks to come back later for ana."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for code, name in ((550, "adi"), (450, "ana")):
            if messages[0].to == [f"{name}@example.org"]:
                raise SMTPRecipientsRefused({messages[0].to[0]: (code, b"no")})
        return super().send_messages(messages)


def test_each_owner_gets_the_certificate_once_whatever_becomes_of_the_others(
    acme: Account,
    ana: Membership,
    adi: Membership,
    ben: Membership,
    settings: Settings,
    mailoutbox: list[EmailMessage],
) -> None:
    Membership.objects.update(role=Role.OWNER)
    _closed(acme, ana)
    settings.EMAIL_BACKEND = f"{__name__}.SomeAreAway"
    mailoutbox.clear()

    with _after_the_window():
        for _ in range(2):
            end_account(account_id=str(acme.pk))
        assert [one.to for one in mailoutbox] == [["ben@example.org"]]
        assert Closure.objects.get().finished_at is None
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        end_account(account_id=str(acme.pk))

    assert [one.to for one in mailoutbox] == [["ben@example.org"], ["ana@example.org"]]
    closure = Closure.objects.get()
    assert closure.finished_at
    assert closure.mailed_at
    assert closure.settled == []


def test_an_account_whose_owners_cannot_be_reached_ends_and_the_register_says_so(
    acme: Account, adi: Membership, settings: Settings
) -> None:
    Membership.objects.update(role=Role.OWNER)
    _closed(acme, Membership.objects.get())
    settings.EMAIL_BACKEND = f"{__name__}.SomeAreAway"

    with _after_the_window():
        end_account(account_id=str(acme.pk))

    closure = Closure.objects.get()
    assert closure.finished_at
    assert closure.mailed_at is None


def test_a_legal_hold_keeps_the_account_and_its_owners_are_told_once(
    rich: Account, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    with tenant(rich.pk):
        conversation = Conversation.objects.get()
        holds.place(HoldKind.CONVERSATION, conversation.pk, reason="A case", by=ana)
    _closed(rich, ana)
    mailoutbox.clear()

    with _after_the_window():
        end_account(account_id=str(rich.pk))
        end_account(account_id=str(rich.pk))
        send_platform_letters()

    subjects = [one.subject for one in mailoutbox]
    assert subjects.count("The account Acme cannot be deleted yet") == 1
    with tenant(rich.pk):
        assert Message.objects.count() == 1
        closing.reopen(rich, by=ana)
    assert not Closure.objects.exists()
