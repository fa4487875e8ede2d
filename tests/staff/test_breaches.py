"""The register of breaches: kept as written, told once to every owner, with two clocks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditEntry, Membership, User
from accounts.tenancy import tenant
from chat.models import Visitor
from chatapp import checks
from privacy import breaches, tasks
from privacy.models import Breach, BreachEntry
from tests.conftest import LogIn
from tests.coverage import covers
from tests.mail.mailbox import Mailbox

PAGE = "/app/acme/settings/privacy/breaches/"
NOTICE = {
    "nature": "A disk with backups was lost.",
    "people": "about 40 visitors",
    "records": "about 900 messages",
    "contact": "Data protection officer, dpo@example.org",
    "consequences": "Somebody could read old conversations.",
    "measures": "The disk was encrypted; its key was destroyed.",
}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


@pytest.fixture
def breach(console: Client) -> Breach:
    """Recorded by Sam an hour ago."""
    hour_ago = timezone.now() - timedelta(hours=1)
    said = {"title": "A lost disk", "facts": "A disk is missing.", "occurred_at": ""}
    times = {"detected_at": _moment(hour_ago), "aware_at": _moment(hour_ago)}
    assert console.post("/staff/breaches/", {**said, **times}).status_code == 302
    return Breach.objects.get()


def _act(console: Client, breach: Breach, act: str, **said: Any) -> int:
    return int(console.post(f"/staff/breaches/{breach.pk}/{act}/", said).status_code)


@covers("R6", page="/staff/breaches/")
def test_every_owner_of_the_affected_accounts_is_told_once_with_what_the_law_asks_for(
    breach: Breach,
    console: Client,
    acme: Account,
    ana: Membership,
    adi: Membership,
    gus: Membership,
    mailbox: Mailbox,
    login: LogIn,
) -> None:
    assert _act(console, breach, "notify", **NOTICE) == 422
    assert _act(console, breach, "accounts", slugs="acme nobody") == 422
    assert _act(console, breach, "accounts", slugs="acme") == 302
    assert "must be told by" in console.get("/staff/").content.decode()
    assert _act(console, breach, "notify", **{**NOTICE, "measures": ""}) == 422
    assert _act(console, breach, "notify", **NOTICE) == 302
    for _ in range(2):
        tasks.send_platform_letters()

    assert mailbox.recipients == ["ana@example.org"]
    for said in NOTICE.values():
        assert said in mailbox.text()
        assert said in login(ana).get(PAGE).content.decode()
    assert "72 hours" in mailbox.text()
    assert "must be told by" not in console.get("/staff/").content.decode()
    assert "badge--ok" in console.get(f"/staff/breaches/{breach.pk}/").content.decode()
    assert (
        "A disk with backups"
        not in login(gus).get("/app/other/settings/privacy/breaches/").content.decode()
    )
    assert (
        "were affected by a breach" in login(ana).get("/app/acme/settings/team/").content.decode()
    )


@covers("R6", page="/app/<slug>/settings/privacy/breaches/")
def test_the_clock_of_an_account_runs_from_its_first_notice_and_supplements_follow(
    breach: Breach,
    sam: User,
    acme: Account,
    other: Account,
    ana: Membership,
    gus: Membership,
    mailbox: Mailbox,
    settings: Any,
) -> None:
    settings.BREACH_AUTHORITY_HOURS = 48
    breaches.affect(breach, [acme], by=sam)
    first = breaches.notify(breach, NOTICE, by=sam)
    second = breaches.notify(breach, {**NOTICE, "people": "41 visitors"}, by=sam)
    breaches.affect(breach, [acme, other], by=sam)
    tasks.send_platform_letters()

    with tenant(acme.pk):
        (told,) = breaches.of(acme)
    assert [notice.details["phase"] for notice in told.notices] == [1, 2]
    assert told.ends_at == first.at + timedelta(hours=48)
    with tenant(other.pk):
        (late,) = breaches.of(other)
    assert late.told_at > second.at
    assert mailbox.recipients == ["ana@example.org", "ana@example.org", "gus@example.org"]


def test_our_own_clock_is_configured_and_says_when_it_is_late(
    breach: Breach, console: Client, settings: Any
) -> None:
    settings.BREACH_NOTICE_HOURS = 1
    Breach.objects.update(aware_at=timezone.now() - timedelta(hours=2))

    assert breaches.clock(Breach.objects.get(), timezone.now()).is_late
    assert "should have been told by" in console.get("/staff/").content.decode()
    assert [one.id for one in checks.check_clocks(None)] == ["chatapp.W010"]
    breaches.close(breach, "A mistake: the disk was found.", by=User.objects.get(is_staff=True))
    assert "should have been told" not in console.get("/staff/").content.decode()


def test_what_was_written_is_only_added_to(breach: Breach, console: Client) -> None:
    _act(console, breach, "write", kind="decision", text="We wait, because nobody had the key.")
    _act(console, breach, "assess", risk="high", text="Messages are private.")

    assert Breach.objects.get().risk == "high"
    with pytest.raises(IntegrityError), transaction.atomic():
        BreachEntry.objects.filter(number=2).update(text="We told everybody.")
    assert breaches.verify() == []
    page = console.get(f"/staff/breaches/{breach.pk}/").content.decode()
    assert "We wait, because nobody had the key." in page
    BreachEntry.objects.filter(number=2).delete()
    assert [fault.number for fault in breaches.verify()] == [2]


def test_a_breach_cannot_lie_in_the_future_or_be_known_before_it_was_seen(
    console: Client, db: None
) -> None:
    now = timezone.now()
    said = {"title": "x", "facts": "x", "detected_at": _moment(now)}
    tomorrow = console.post(
        "/staff/breaches/", {**said, "aware_at": _moment(now + timedelta(days=1))}
    )
    before = console.post(
        "/staff/breaches/", {**said, "aware_at": _moment(now - timedelta(days=1))}
    )

    assert (tomorrow.status_code, before.status_code) == (422, 422)
    assert not Breach.objects.exists()


def test_an_owner_takes_the_list_of_reachable_people_and_the_trail_says_so(
    breach: Breach,
    sam: User,
    acme: Account,
    ana: Membership,
    adi: Membership,
    login: LogIn,
    new_visitor: Any,
) -> None:
    """A30."""
    new_visitor(name="=Nell", email="nell@example.org")
    new_visitor(name="", email="NELL@example.org")
    new_visitor(name="Nobody")
    breaches.affect(breach, [acme], by=sam)
    breaches.notify(breach, NOTICE, by=sam)
    path = f"{PAGE}{breach.pk}/contacts/"

    table = login(ana).get(path).content.decode().splitlines()

    assert table == ["name,email", "'=Nell,nell@example.org"]
    assert login(adi).get(path).status_code == 403
    assert "left you an e-mail address" in login(adi).get(PAGE).content.decode()
    with tenant(acme.pk):
        assert AuditEntry.objects.filter(event="contacts.taken").count() == 1
        assert Visitor.objects.count() == 3
