"""The trail as owners read it: every setting in it, filters, pages and the file."""

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts import audit, invitations, sites
from accounts.models import Account, AuditEntry, Invitation, Membership
from accounts.tenancy import tenant
from chat.models import ChatSettings, Conversation
from chat.technical import Kind
from tests.accounts.conftest import link_in
from tests.conftest import LogIn
from tests.coverage import covers
from widget import settings, texts
from widget.models import WidgetSettings

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = "/app/acme/settings/"
PAGE = f"{SETTINGS}audit/"


def _entries(account: Account) -> list[tuple[str, dict[str, Any]]]:
    with tenant(account.pk):
        return [(one.event, one.details) for one in AuditEntry.objects.order_by("id")]


@covers("S52", "R7", page="/app/<slug>/settings/audit/")
def test_an_owner_reads_who_changed_what_from_what_to_what(
    acme: Account, ana: Membership, adi: Membership, login: LogIn
) -> None:
    login(adi).post(f"{SETTINGS}sites/", {"address": "https://second.test"})
    login(adi).post(f"{SETTINGS}groups/", {"name": "Returns"})

    page = login(ana).get(PAGE).content.decode()

    assert "Site added" in page
    assert "https://second.test" in page
    assert "Group: – → Returns" in page
    assert page.count("<td>Adi</td>") == 2


def test_digests_and_names_of_columns_are_not_for_people(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    with tenant(acme.pk):
        event = audit.Event.AGREEMENT_ACCEPTED
        audit.record(acme.pk, event, by=ana, kind="dpa", version="1.0", digest="f" * 64)
        audit.record(acme.pk, audit.Event.COMPANY_NAMED, by=ana, fields=["company_name", "city"])

    page = login(ana).get(PAGE).content.decode()

    assert "dpa, 1.0" in page
    assert "f" * 64 not in page
    assert "company name, city" in page


@pytest.mark.parametrize(
    ("path", "fields", "setting"),
    [
        ("mail/", {"mail_agents_after_minutes": "10"}, "mail_agents_after_minutes"),
        ("hours/", {"time_zone": "Europe/Prague"}, "time_zone"),
        (
            "widget/",
            {
                "color": "#112233",
                "side": "left",
                "launcher": "bubble",
                "shows_privacy_notice": "on",
            },
            "widget_color",
        ),
        ("groups/", {"name": "Returns"}, "group"),
        ("sites/any/", {"allowed": "yes", "understood": "yes"}, "allows_any_site"),
    ],
)
def test_a_changed_setting_is_an_entry_with_old_and_new_value(
    acme: Account, ana: Membership, login: LogIn, path: str, fields: dict[str, str], setting: str
) -> None:
    login(ana).post(SETTINGS + path, fields)

    entries = [one for event, one in _entries(acme) if one.get("setting") == setting]
    assert len(entries) == 1
    assert entries[0]["old"] != entries[0]["new"]


def test_own_words_of_the_widget_are_named_by_their_places_alone(
    acme: Account, ana: Membership
) -> None:
    place = sorted(texts.EDITABLE)[0]
    with tenant(acme.pk):
        settings.reword(acme, "de", {place: "Frau Blum hilft"}, by=ana)
        settings.reword(acme, "de", {place: "Frau Blum hilft"}, by=ana)

    assert _entries(acme) == [
        ("setting.changed", {"setting": "widget_texts", "fields": [f"de: {place}"]})
    ]


def test_what_happens_to_members_is_in_the_trail_by_id(
    acme: Account, ana: Membership, ben: Membership, login: LogIn
) -> None:
    owner = login(ana)

    owner.post(f"{SETTINGS}team/{ben.pk}/role/", {"role": "admin"})
    owner.post(f"{SETTINGS}team/{ben.pk}/deactivate/")
    owner.post(f"{SETTINGS}team/{ben.pk}/activate/")

    assert _entries(acme) == [
        ("member.role", {"old": "agent", "new": "admin"}),
        ("member.deactivated", {}),
        ("member.activated", {}),
    ]
    assert owner.get(PAGE).content.decode().count("Ben ") == 3


def test_an_invitation_is_in_the_trail_until_somebody_joins(
    acme: Account, ana: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    owner = login(ana)
    for address in ("kim@example.org", "lee@example.org"):
        owner.post(f"{SETTINGS}team/", {"email": address, "role": "agent"})
    invitations.cancel(Invitation.objects.get(email="lee@example.org"), by=ana)
    path = urlsplit(link_in(mailoutbox[0])).path

    Client().post(path, {"public_name": "Kim", "password": "a long enough secret"})

    assert _entries(acme) == [
        ("member.invited", {"role": "agent"}),
        ("member.invited", {"role": "agent"}),
        ("member.uninvited", {}),
        ("member.joined", {"role": "agent"}),
    ]


def test_an_older_page_of_a_conversation_is_a_look_at_it_too(
    acme: Account, ben: Membership, login: LogIn, conversation: Conversation
) -> None:
    address = f"/app/acme/inbox/conversations/{conversation.pk}/messages/"

    assert login(ben).get(address, {"before": "2"}).status_code == 200

    assert _entries(acme) == [("conversation.read", {})]


def test_an_entry_whose_event_nobody_knows_any_more_is_shown_as_it_was_written(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    with tenant(acme.pk):
        AuditEntry.objects.create(account=acme, event="old.event", actor_kind="system")

    assert "old.event" in login(ana).get(PAGE).content.decode()


@covers("S52", page="/app/<slug>/settings/audit/")
def test_who_opens_a_conversation_is_in_the_trail_once_a_day(
    acme: Account, ben: Membership, ana: Membership, login: LogIn, conversation: Conversation
) -> None:
    address = f"/app/acme/inbox/conversations/{conversation.pk}/"
    for member in (ben, ben, ana):
        assert login(member).get(address).status_code == 200

    with tenant(acme.pk):
        reads = AuditEntry.objects.filter(event="conversation.read", target_id=conversation.pk)
        assert sorted(one.actor_id for one in reads if one.actor_id) == sorted([ana.pk, ben.pk])


def test_the_list_can_be_narrowed_by_what_who_and_when(
    acme: Account, ana: Membership, adi: Membership, login: LogIn
) -> None:
    with tenant(acme.pk):
        sites.add(acme, "https://one.test", by=ana)
        sites.add(acme, "https://two.test", by=adi)
        audit.changed(acme.pk, by=adi, setting="plan", old="free", new="pro")
    today = timezone.now().date()
    owner = login(ana)

    def rows(**wanted: str) -> int:
        return owner.get(PAGE, wanted).content.decode().count('<th scope="row">')

    assert rows() == 3
    assert rows(event="site.added") == 2
    assert rows(event="site.added", by=str(adi.pk)) == 1
    assert rows(since=str(today), until=str(today)) == 3
    assert rows(until=str(today - timedelta(days=1))) == 0
    assert rows(since=str(today + timedelta(days=1))) == 0
    assert owner.get(PAGE, {"since": "2026-02-02", "until": "2026-02-01"}).status_code == 422


def test_a_page_holds_fifty_and_the_next_one_goes_on(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    with tenant(acme.pk):
        for number in range(60):
            audit.changed(acme.pk, by=ana, setting="plan", old=number, new=number + 1)
        fiftieth = AuditEntry.objects.order_by("-id")[49]
    first = login(ana).get(PAGE).content.decode()
    second = login(ana).get(PAGE, {"before": str(fiftieth.pk)}).content.decode()

    assert first.count('<th scope="row">') == 50
    assert f"before={fiftieth.pk}" in first
    assert second.count('<th scope="row">') == 10
    assert "before=" not in second


@covers("S52", page="/app/<slug>/settings/audit.csv")
def test_the_file_holds_what_is_wanted_and_no_formula(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    """A30"""
    ana.public_name = "=1+1"
    ana.save()
    with tenant(acme.pk):
        sites.add(acme, "https://one.test", by=ana)
        audit.changed(acme.pk, by=ana, setting="plan", old="free", new="pro")

    answer = login(ana).get(f"{SETTINGS}audit.csv", {"event": "site.added"})

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["event"], row["by"], row["details"]) for row in rows] == [
        ("site.added", "'=1+1", '{"origin": "https://one.test"}')
    ]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert _entries(acme)[-1] == ("audit.exported", {"events": "site.added"})


def test_a_filter_that_is_not_good_gives_no_file(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    answer = login(ana).get(f"{SETTINGS}audit.csv", {"since": "yesterday"})

    assert answer.status_code == 422
    assert "text/html" in answer.headers["Content-Type"]
    assert _entries(acme) == []


def test_it_is_the_owners(ana: Membership, adi: Membership, login: LogIn) -> None:
    for path in ("audit/", "audit.csv"):
        assert login(adi).get(SETTINGS + path).status_code == 403
    assert "Nothing has happened yet" in login(ana).get(PAGE).content.decode()


def test_every_setting_has_a_name_that_people_understand() -> None:
    kept = {f"collects_{kind}" for kind in Kind}
    kept |= {one.name for one in ChatSettings._meta.fields if one.name not in {"id", "account"}}
    kept |= {
        f"widget_{one.name}"
        for one in WidgetSettings._meta.fields
        if one.name not in {"id", "account"}
    }

    assert kept <= set(audit.SETTING_TEXTS)
