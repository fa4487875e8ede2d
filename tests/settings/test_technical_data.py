"""Which technical data an account collects: the page, and what happens to what was stored."""

import pytest

from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import technical, visitors
from chat.identity import new_visitor_id
from chat.models import TechnicalData, Visitor
from chat.technical import Kind
from chat.visitors import VisitorDetails
from tests.conftest import LogIn
from tests.coverage import covers

PAGE = "/app/acme/settings/privacy/data/"
USUAL = {kind.value: "on" for kind in Kind if kind != Kind.IP_ADDRESS}
TOLD = VisitorDetails(
    language="cs",
    browser="Firefox",
    os="Linux",
    device="desktop",
    screen="1920x1080",
    time_zone="Europe/Prague",
    ip_address="203.0.113.77",
)


def _columns(visitor: Visitor) -> dict[str, str | None]:
    return {column: getattr(visitor, column) for column in technical.COLUMNS.values()}


@pytest.fixture
def told(acme: Account) -> Visitor:
    """A visitor of whom everything is told, to an account that collects everything."""
    with tenant(acme.pk):
        technical.choose(acme, list(Kind), by=None)
        return visitors.ensure(acme.pk, new_visitor_id(), TOLD)


@covers("S24", "S55", page="/app/<slug>/settings/privacy/data/")
def test_a_new_account_collects_everything_except_the_ip_address(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    """S55, A60"""
    page = login(ana).get(PAGE).content.decode()
    with tenant(acme.pk):
        collected = technical.collected(acme.pk)
        visitor = visitors.ensure(acme.pk, new_visitor_id(), TOLD)

    assert collected == frozenset(Kind) - {Kind.IP_ADDRESS}
    assert visitor.ip_address is None
    assert (visitor.browser, visitor.time_zone) == ("Firefox", "Europe/Prague")
    assert page.count(" checked") == len(USUAL)


@covers("S24")
@pytest.mark.parametrize("kind", technical.COLUMNS)
def test_what_is_off_is_not_stored_and_the_rest_is(acme: Account, kind: Kind) -> None:
    with tenant(acme.pk):
        technical.choose(acme, set(Kind) - {kind}, by=None)
        visitor = visitors.ensure(acme.pk, new_visitor_id(), TOLD)

    missing = {column for column, value in _columns(visitor).items() if not value}
    assert missing == {technical.COLUMNS[kind]}


@covers("S24", "S56")
@pytest.mark.parametrize("kind", technical.COLUMNS)
def test_switching_off_asks_first_and_then_deletes_what_is_stored(
    login: LogIn, ana: Membership, acme: Account, told: Visitor, kind: Kind
) -> None:
    browser = login(ana)
    choice = {other.value: "on" for other in Kind if other != kind}
    asked = browser.post(PAGE, choice)
    with tenant(acme.pk):
        before = _columns(Visitor.objects.get())

    browser.post(PAGE, {**choice, "confirmed": kind})

    assert "stored of 1 visitor" in asked.content.decode()
    assert all(before.values())
    with tenant(acme.pk):
        after = _columns(Visitor.objects.get())
        entry = AuditEntry.objects.filter(actor_id=ana.pk).get()
    assert after == {**before, technical.COLUMNS[kind]: None if kind == Kind.IP_ADDRESS else ""}
    assert entry.details == {"setting": f"collects_{kind}", "old": True, "new": False}


@covers("S56")
def test_storing_addresses_is_asked_again_with_its_consequences(
    login: LogIn, adi: Membership, acme: Account
) -> None:
    browser = login(adi)
    choice = {**USUAL, "ip_address": "on"}

    asked = browser.post(PAGE, choice).content.decode()
    with tenant(acme.pk):
        assert not TechnicalData.objects.exists()
    answer = browser.post(PAGE, {**choice, "confirmed": "ip_address"}, follow=True)

    assert "Your agents see it beside each conversation" in asked
    assert "Your choice is saved." in answer.content.decode()
    with tenant(acme.pk):
        assert Kind.IP_ADDRESS in technical.collected(acme.pk)
        entry = AuditEntry.objects.get()
    assert entry.details == {"setting": "collects_ip_address", "old": False, "new": True}


@covers("S56")
def test_one_confirmation_does_not_confirm_another_switch(
    login: LogIn, ana: Membership, acme: Account, told: Visitor
) -> None:
    left = set(Kind) - {Kind.BROWSER, Kind.OS}
    choice = {kind.value: "on" for kind in left}

    answer = login(ana).post(PAGE, {**choice, "confirmed": "browser"})

    assert "Nothing is changed yet" in answer.content.decode()
    with tenant(acme.pk):
        assert technical.collected(acme.pk) == frozenset(Kind)


def test_other_accounts_keep_what_they_have(acme: Account, other: Account, told: Visitor) -> None:
    with tenant(other.pk):
        theirs = visitors.ensure(other.pk, new_visitor_id(), TOLD)
    with tenant(acme.pk):
        technical.choose(acme, (), by=None)

    with tenant(other.pk):
        assert Visitor.objects.get(pk=theirs.pk).browser == "Firefox"


def test_agents_do_not_enter_and_strangers_find_nothing(
    login: LogIn, ben: Membership, gus: Membership
) -> None:
    assert login(ben).get(PAGE).status_code == 403
    assert login(gus).get(PAGE).status_code == 404
