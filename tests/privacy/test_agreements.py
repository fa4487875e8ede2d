"""Agreements of an account: read by all, accepted by owners, kept as they were."""

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader
from pytest_django import Settings

from accounts import audit, chains, companies
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import technical
from chat.technical import Kind
from privacy import agreements, registers
from privacy.documents.facts import Incomplete
from privacy.documents.tree import Document
from privacy.models import Acceptance, Agreement, Place, PlatformIdentity
from tests.accounts.test_company import COMPANY
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db(transaction=True)

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"
PAGE = "/app/acme/settings/privacy/agreements/"
ALL = ["dpa", "terms", "prohibited"]


@pytest.fixture
def ready(acme: Account, ana: Membership) -> Account:
    """Acme with its company named, on a platform with its registers."""
    registers.load(FILE)
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
    return acme


def _accepted(account: Account) -> list[Acceptance]:
    with tenant(account.pk):
        return list(Acceptance.objects.order_by("accepted_at"))


@covers("S13", page="/app/<slug>/settings/privacy/agreements/")
def test_an_owner_accepts_and_every_role_reads(
    ready: Account, ana: Membership, ben: Membership, login: LogIn
) -> None:
    owner, agent = login(ana), login(ben)

    answer = owner.post(f"{PAGE}accept/", {"kind": ALL})
    page = owner.get(PAGE).content.decode()

    assert answer.status_code == 302
    assert page.count("badge--ok") == 3
    assert "Accept what is ticked" not in page
    for one in _accepted(ready):
        assert agent.get(f"{PAGE}{one.pk}/").status_code == 200
        assert agent.get(f"{PAGE}{one.pk}/pdf/").content == bytes(one.pdf)
    assert agent.get(PAGE).status_code == 200


def test_the_agreement_names_both_companies_and_what_is_set(
    ready: Account, ana: Membership, login: LogIn
) -> None:
    login(ana).post(f"{PAGE}accept/", {"kind": "dpa"})
    (one,) = _accepted(ready)
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(bytes(one.pdf))).pages).split()
    )

    for said in ("Acme Teas s.r.o.", "CZ12345678", "Harbour Light Software Ltd.", "1 year"):
        assert said in text
        assert said in one.html


@covers("S26", page="/app/<slug>/settings/privacy/agreements/")
def test_what_was_accepted_stays_and_what_has_changed_is_shown(
    ready: Account, ana: Membership, login: LogIn
) -> None:
    owner = login(ana)
    owner.post(f"{PAGE}accept/", {"kind": ALL})
    before = bytes(_accepted(ready)[0].pdf)
    Place.objects.filter(service="E-mail").update(city="Aarhus")
    page = owner.get(PAGE).content.decode()

    assert "Changed since" in page
    assert "2 changes since you accepted it" in page
    assert "<del>Places of storage and processing (point 5.3): E-mail; Copenhagen" in page
    assert "<ins>Places of storage and processing (point 5.3): E-mail; Aarhus" in page
    first = next(one for one in _accepted(ready) if one.kind == "dpa")
    assert bytes(first.pdf) == before
    owner.post(f"{PAGE}accept/", {"kind": ALL})
    assert [one.kind for one in _accepted(ready)].count("dpa") == 2
    assert [one.kind for one in _accepted(ready)].count("terms") == 1


def test_the_record_says_who_what_and_how(ready: Account, ana: Membership, login: LogIn) -> None:
    """S36."""
    login(ana).post(f"{PAGE}accept/", {"kind": "terms"})
    (one,) = _accepted(ready)

    assert (one.kind, one.version, one.language, one.method, one.role, one.accepted_by) == (
        *("terms", "1.0", "en", "click", "owner", ana.pk),
    )
    assert one.html_digest == hashlib.sha256(one.html.encode()).hexdigest()
    assert one.pdf_digest == hashlib.sha256(bytes(one.pdf)).hexdigest()
    with tenant(ready.pk):
        entry = AuditEntry.objects.get(event=audit.Event.AGREEMENT_ACCEPTED)
    assert entry.actor_id == ana.pk
    assert entry.details == {"kind": "terms", "version": "1.0", "digest": one.content_digest}


def test_accepting_twice_is_accepting_once(ready: Account, ana: Membership, login: LogIn) -> None:
    owner = login(ana)
    for _ in range(2):
        owner.post(f"{PAGE}accept/", {"kind": ALL})

    assert len(_accepted(ready)) == 3
    with tenant(ready.pk):
        assert AuditEntry.objects.filter(event=audit.Event.AGREEMENT_ACCEPTED).count() == 3


def test_nothing_ticked_accepts_nothing_and_says_so(
    ready: Account, ana: Membership, login: LogIn
) -> None:
    page = login(ana).post(f"{PAGE}accept/", {"kind": "else"}, follow=True).content.decode()

    assert "Tick what you accept." in page
    assert _accepted(ready) == []


def test_only_an_owner_accepts(
    ready: Account, adi: Membership, ben: Membership, login: LogIn
) -> None:
    for member in (adi, ben):
        assert login(member).post(f"{PAGE}accept/", {"kind": ALL}).status_code == 403
        with tenant(ready.pk), pytest.raises(ValidationError):
            agreements.accept(ready, [Agreement.TERMS], by=member)
    assert "An owner of the account can do it." in login(adi).get(PAGE).content.decode()
    assert _accepted(ready) == []


def test_without_a_company_the_page_says_what_to_do(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    registers.load(FILE)
    owner = login(ana)
    page = owner.get(PAGE).content.decode()

    assert "Your company is not named yet." in page
    assert "Name the company" in page
    assert (
        "a detail is missing"
        in owner.post(f"{PAGE}accept/", {"kind": ALL}, follow=True).content.decode()
    )
    assert _accepted(acme) == []


def test_without_the_platforms_details_nothing_can_be_accepted(
    ready: Account, ana: Membership, login: LogIn
) -> None:
    PlatformIdentity.objects.update(vat_id="")

    assert "our own details first" in login(ana).get(PAGE).content.decode()
    with tenant(ready.pk), pytest.raises(Incomplete):
        agreements.accept(ready, [Agreement.TERMS], by=ana)


def test_the_list_of_prohibited_data_is_asked_again_when_it_changes(
    ready: Account, ana: Membership
) -> None:
    """S27: its version is its hash."""
    with tenant(ready.pk):
        agreements.accept(ready, [Agreement.PROHIBITED], by=ana)
        now = {one.kind: one for one in agreements.standings(ready)}[Agreement.PROHIBITED]
        Acceptance.objects.all()._raw_delete("default")
        agreements.record(Agreement.PROHIBITED, _older(now), by=ana)
        again = {one.kind: one for one in agreements.standings(ready)}[Agreement.PROHIBITED]

    assert (now.is_missing, now.is_open) == (False, False)
    assert (again.is_missing, again.is_open) == (True, True)
    assert "Health" in " ".join(one.text for one in again.changes)


def _older(now: agreements.Standing) -> Document:
    (section,) = now.document.sections
    (table,) = section.tables
    rows = tuple(row for row in table.rows if row[0] != "Health")
    shorter = replace(section, tables=(replace(table, rows=rows),))
    return replace(now.document, version="older", sections=(shorter,))


def test_the_database_refuses_to_change_what_was_accepted_and_lets_the_person_go(
    ready: Account, ana: Membership
) -> None:
    with tenant(ready.pk):
        agreements.accept(ready, [Agreement.TERMS], by=ana)
        with pytest.raises(IntegrityError), transaction.atomic():
            Acceptance.objects.update(html="Something else")
        Acceptance.objects.update(accepted_by=None, accepted_by_salt="")
        chains.seal(Acceptance, ready.pk)
        assert chains.verify(Acceptance, ready.pk) == []


@covers("S36", "S56")
@pytest.mark.parametrize("stores", [False, True])
def test_the_record_holds_an_address_only_while_the_account_stores_them(
    login: LogIn, ready: Account, ana: Membership, settings: Settings, stores: bool
) -> None:
    """S36, S54, A60"""
    settings.TRUSTED_PROXIES = 1
    usual = set(Kind) - {Kind.IP_ADDRESS}
    with tenant(ready.pk):
        technical.choose(ready, set(Kind) if stores else usual, by=ana)
    browser, came_from = login(ana), {"X-Forwarded-For": "203.0.113.77"}

    browser.post(f"{PAGE}accept/", {"kind": "terms"}, headers=came_from)

    (one,) = _accepted(ready)
    assert one.ip_address == ("203.0.113.77" if stores else None)
    shown = browser.get(f"{PAGE}{one.pk}/").content.decode()
    assert ("Accepted from the address 203.0.113.77." in shown) is stores
    with tenant(ready.pk):
        chains.seal(Acceptance, ready.pk)
        technical.choose(ready, usual, by=ana)
        assert Acceptance.objects.get().ip_address is None
        assert chains.verify(Acceptance, ready.pk) == []


def test_a_row_altered_past_the_guard_is_found(ready: Account, ana: Membership) -> None:
    with tenant(ready.pk):
        agreements.accept(ready, [Agreement.TERMS], by=ana)
        chains.seal(Acceptance, ready.pk)
    with tenant(ready.pk), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE privacy_acceptance DISABLE TRIGGER keep_as_written")
        cursor.execute("UPDATE privacy_acceptance SET pdf_digest = 'other'")
        cursor.execute("ALTER TABLE privacy_acceptance ENABLE TRIGGER keep_as_written")
    with tenant(ready.pk):
        faults = chains.verify(Acceptance, ready.pk)

    assert [fault.number for fault in faults] == [1]
