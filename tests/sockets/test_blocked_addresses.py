"""Blocking by address: only while addresses are stored, for everybody behind it, and gone with the switch."""

from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.doors import outside_accounts
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import blocked_addresses, technical
from chat.models import Visitor
from chat.technical import Kind
from tests.conftest import LogIn
from tests.coverage import covers
from tests.sockets.conftest import OpenDevice, OpenInbox
from tests.sockets.devices import Device, visitor_hello, visitor_path

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "203.0.113.77"
PAGE = "/app/acme/settings/privacy/data/"


@pytest.fixture
def stored(acme: Account, settings: Settings) -> Account:
    """Acme, which stores addresses, behind a proxy that names them."""
    settings.TRUSTED_PROXIES = 1
    with tenant(acme.pk):
        technical.choose(acme, list(Kind), by=None)
    return acme


async def _come(account: Account, ticket: str, open_device: OpenDevice, address: str) -> Device:
    device = await open_device(visitor_path(account), headers={"x-forwarded-for": address})
    await device.send(visitor_hello(ticket))
    return device


def _inside(account: Account) -> tuple[list[str], list[tuple[str, str]]]:
    with tenant(account.pk):
        entries = AuditEntry.objects.filter(event__startswith="address.").order_by("id")
        told = [(entry.event, str(entry.details)) for entry in entries]
        return [one.address for one in blocked_addresses.blocked()], told


def _choose(account: Account, *kinds: Kind) -> None:
    with tenant(account.pk):
        technical.choose(account, kinds, by=None)


@covers("S56")
async def test_a_blocked_address_is_refused_to_everybody_behind_it_until_it_is_unblocked(
    stored: Account, ana: Membership, ticket: str, open_device: OpenDevice, work: OpenInbox
) -> None:
    first = await _come(stored, ticket, open_device, ADDRESS)
    await first.next("welcome")
    talks = (await first.say("Buy my pills"))["change"]["conversation"]["id"]
    writing = await _come(stored, ticket, open_device, ADDRESS)
    await writing.next("welcome")
    await writing.say("Hello")
    agent = await work(ana)

    block = {"type": "block", "id": str(uuid4()), "conversation": talks, "on": True}
    shown = (await agent.ask({**block, "with_address": True}))["change"]["conversation"]["visitor"]

    assert (shown["is_blocked"], shown["is_address_blocked"]) == (True, True)
    addresses, entries = await outside_accounts(_inside, stored)
    assert addresses == [ADDRESS]
    assert entries == [("address.blocked", "{}")]
    assert (await first.say("And more"))["code"] == "blocked"
    # Who writes already is kept out with the next heartbeat.
    await writing.send({"type": "sync", "conversation": None, "since": None})
    await writing.next("changes")
    assert (await writing.say("Still here?"))["code"] == "blocked"
    new = await _come(stored, ticket, open_device, ADDRESS)
    assert (await new.next("welcome"))["state"]["visitor"]["is_blocked"]
    assert (await new.say("Me again"))["code"] == "blocked"
    elsewhere = await _come(stored, ticket, open_device, "203.0.113.78")
    assert not (await elsewhere.next("welcome"))["state"]["visitor"]["is_blocked"]
    assert "change" in await elsewhere.say("I am somebody else")

    await agent.ask({**block, "id": str(uuid4()), "on": False})

    assert (await outside_accounts(_inside, stored))[0] == []
    again = await _come(stored, ticket, open_device, ADDRESS)
    assert not (await again.next("welcome"))["state"]["visitor"]["is_blocked"]
    assert "change" in await again.say("Thank you")


@covers("S56")
async def test_inboxes_load_again_when_an_address_is_taken_off_others_too(
    stored: Account, ana: Membership, ticket: str, open_device: OpenDevice, work: OpenInbox
) -> None:
    """Beside their conversations too it stood as blocked."""
    agent, talks = await work(ana), []
    for words in ("Buy my pills", "Buy mine"):
        visitor = await _come(stored, ticket, open_device, ADDRESS)
        talks.append((await visitor.say(words))["change"]["conversation"]["id"])
    block = {"type": "block", "on": True, "with_address": True}
    for talk in talks:
        await agent.ask({**block, "id": str(uuid4()), "conversation": talk})
    await agent.drain()

    unblock = {"type": "block", "on": False, "id": str(uuid4()), "conversation": talks[0]}
    shown = (await agent.ask(unblock))["change"]["conversation"]["visitor"]

    assert not shown["is_address_blocked"]
    assert (await agent.next("changes"))["restart"]
    assert (await outside_accounts(_inside, stored))[0] == []


@covers("S56")
async def test_without_stored_addresses_there_is_none_to_block(
    acme: Account, ana: Membership, ticket: str, open_device: OpenDevice, work: OpenInbox
) -> None:
    visitor = await _come(acme, ticket, open_device, ADDRESS)
    talks = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    agent = await work(ana)

    block = {"type": "block", "id": str(uuid4()), "conversation": talks, "on": True}
    refused = await agent.ask({**block, "with_address": True})

    assert refused["code"] == "not_allowed"
    assert "change" in await visitor.say("Still here")


@covers("S56")
async def test_switching_off_deletes_every_block(
    stored: Account, ana: Membership, ticket: str, open_device: OpenDevice, work: OpenInbox
) -> None:
    visitor = await _come(stored, ticket, open_device, "2001:db8:1:2:3:4:5:6")
    talks = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    agent = await work(ana)
    block = {"type": "block", "id": str(uuid4()), "conversation": talks, "on": True}
    await agent.ask({**block, "with_address": True})
    # Of IPv6 the network is blocked: its customer has a new address every day.
    assert (await outside_accounts(_inside, stored))[0] == ["2001:db8:1:2::"]
    neighbour = await _come(stored, ticket, open_device, "2001:db8:1:2:ffff::1")
    assert (await neighbour.say("Hello"))["code"] == "blocked"

    await outside_accounts(_choose, stored, *(set(Kind) - {Kind.IP_ADDRESS}))

    assert (await outside_accounts(_inside, stored))[0] == []
    neighbour = await _come(stored, ticket, open_device, "2001:db8:1:2:ffff::1")
    assert "change" in await neighbour.say("Hello")


@covers("S56", page="/app/<slug>/settings/privacy/data/")
def test_admins_see_blocked_addresses_and_take_one_off(
    stored: Account, ana: Membership, adi: Membership, ben: Membership, login: LogIn
) -> None:
    with tenant(stored.pk):
        Visitor.objects.create(account=stored, public_id="vi1", blocked_address=ADDRESS)
    browser = login(adi)
    assert ADDRESS in browser.get(PAGE).content.decode()
    assert login(ben).post(f"{PAGE}unblock/", {"address": ADDRESS}).status_code == 403
    assert Client().post(f"{PAGE}unblock/", {"address": ADDRESS}).status_code in {302, 404}
    assert _inside(stored)[0] == [ADDRESS]

    for typed in ("", "nonsense", "203.0.113.1"):
        browser.post(f"{PAGE}unblock/", {"address": typed})
    answer = browser.post(f"{PAGE}unblock/", {"address": ADDRESS}, follow=True).content.decode()

    assert "People can write from this address again." in answer
    assert "No address is blocked." in answer
    assert _inside(stored) == ([], [("address.unblocked", "{}")])
