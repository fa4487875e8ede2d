"""Who is here, and whether an answer may be expected."""

import json
from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
import redis
from django.conf import settings

from accounts.doors import in_account, outside_accounts
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import availability, identity, office_hours, presence, wire
from chat.office_hours import Interval
from tests.coverage import covers
from tests.sockets.conftest import OpenInbox, OpenVisitor
from tests.sockets.devices import Frame

pytestmark = pytest.mark.django_db(transaction=True)

SYNC = {"type": "sync", "conversation": None, "since": None}


def _statuses(frame: Frame) -> dict[str, str]:
    return {one["name"]: one["status"] for one in frame["colleagues"]}


def _stored(account: Account) -> dict[str, str]:
    """Everything that Redis holds of the account's presence."""
    client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    found = {}
    for key in client.scan_iter(f"{settings.REDIS_PREFIX}:presence:{account.pk.hex}:*"):
        found[key] = str(client.ttl(key))
    return found


async def test_members_are_online_while_a_connection_of_theirs_lives(
    acme: Account, ana: Membership, ben: Membership
) -> None:
    await presence.member_here(acme.pk, ana.pk, "one")
    await presence.member_here(acme.pk, ana.pk, "two")
    online = await presence.member_here(acme.pk, ben.pk, "three")

    assert online == {ana.pk, ben.pk} == await presence.members_online(acme.pk)


async def test_members_of_another_account_are_not_here(
    acme: Account, other: Account, ana: Membership
) -> None:
    await presence.member_here(acme.pk, ana.pk, "one")

    assert await presence.members_online(other.pk) == set()


@covers("S54")
async def test_all_of_it_ends_by_itself_and_none_of_it_is_an_address(
    acme: Account, visit: OpenVisitor, ana: Membership, work: OpenInbox
) -> None:
    """S54"""
    visitor, _ = await visit(page={"url": "https://shop.test/", "title": "Shop"}), await work(ana)
    frame = {"type": "identify", "id": str(uuid4()), "name": "Jana"}
    await visitor.ask(frame)

    stored = await outside_accounts(_stored, acme)

    assert len(stored) == 5
    assert all(0 < int(ttl) <= presence.VISIT_SECONDS for ttl in stored.values())


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//shop.test/", "shop.test", "", "https://[", "x"],
)
async def test_only_web_addresses_are_pages(url: str, acme: Account) -> None:
    """A26"""
    visitor_id = identity.new_visitor_id()

    await presence.visitor_here(acme.pk, visitor_id, "one", wire.Page(url=url))

    assert await presence.pages(acme.pk, visitor_id) == []


async def test_pages_are_shown_without_log_in_and_fragment(acme: Account) -> None:
    visitor_id = identity.new_visitor_id()
    page = wire.Page(url="https://jana:secret@shop.test/a?b=c#token", title="A")

    await presence.visitor_here(acme.pk, visitor_id, "one", page)

    assert [row.url for row in await presence.pages(acme.pk, visitor_id)] == [
        "https://shop.test/a?b=c"
    ]


async def test_a_visit_remembers_its_last_pages_only(acme: Account) -> None:
    visitor_id = identity.new_visitor_id()
    for number in range(presence.MAX_PAGES + 5):
        page = wire.Page(url=f"https://shop.test/{number}")
        await presence.visitor_here(acme.pk, visitor_id, "one", page)

    pages = await presence.pages(acme.pk, visitor_id)

    assert len(pages) == presence.MAX_PAGES
    assert pages[0].url.endswith(f"/{presence.MAX_PAGES + 4}")


# --- Availability -------------------------------------------------------------------------------


async def test_without_agents_the_chat_is_offline(acme: Account, visit: OpenVisitor) -> None:
    visitor = await visit()

    assert visitor.welcome["availability"] == "offline"
    assert await availability.astatus(acme) == "offline"


async def test_an_agent_who_comes_makes_the_chat_online_for_open_visitors(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor = await visit()

    await work(ana)

    assert (await visitor.next("availability"))["status"] == "online"
    assert (await visit()).welcome["availability"] == "online"
    assert await availability.astatus(acme) == "online"


async def test_an_agent_who_takes_a_break_makes_the_chat_away(
    acme: Account, ana: Membership, ben: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    agent, colleague, visitor = await work(ana), await work(ben), await visit()
    pause = {"type": "status", "is_available": False}

    await agent.ask({**pause, "id": str(uuid4())})
    while _statuses(await colleague.next("colleagues")) != {"Ana": "away", "Ben": "online"}:
        pass
    await colleague.ask({**pause, "id": str(uuid4())})

    assert (await visitor.next("availability"))["status"] == "away"


async def test_the_last_agent_to_leave_makes_the_chat_offline(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    agent, visitor = await work(ana), await visit()

    await agent.leave()

    wait = presence.GRACE_SECONDS + 3
    assert (await visitor.next("availability", within=wait))["status"] == "offline"


async def test_an_agent_who_reloads_the_page_was_never_away(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    agent, visitor = await work(ana), await visit()

    await agent.leave()
    await work(ana)

    seconds = presence.GRACE_SECONDS + 1
    assert await visitor.hears_nothing(seconds=seconds)


async def test_a_word_that_the_bus_lost_comes_with_the_heartbeat(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor = await visit()
    await presence.publish_status(acme.pk, "online")

    await visitor.send(SYNC)

    assert (await visitor.next("availability"))["status"] == "online"


async def test_colleagues_are_told_who_comes(
    ana: Membership, ben: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)

    colleague = await work(ben)

    shown = await agent.next("colleagues")
    while _statuses(shown) != {"Ana": "online", "Ben": "online"}:
        shown = await agent.next("colleagues")
    assert shown["colleagues"] == colleague.welcome["colleagues"]
    assert "email" not in json.dumps(shown)


async def test_a_heartbeat_brings_who_is_here(
    acme: Account, ana: Membership, ben: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)
    await agent.drain()
    await presence.member_here(acme.pk, ben.pk, "elsewhere")

    await agent.send({"type": "sync", "rev": 0, "threads": {}})

    assert _statuses(await agent.next("colleagues")) == {"Ana": "online", "Ben": "online"}


# --- Office hours -------------------------------------------------------------------------------

MONDAY, SUNDAY = 0, 6


def _keep(account: Account, zone: str, *intervals: Interval) -> None:
    with tenant(account.pk):
        office_hours.keep(account, switched_on=True, time_zone=zone, intervals=intervals)


def _is_open(account: Account, at: str) -> bool:
    with tenant(account.pk):
        return availability.is_within_hours(account, datetime.fromisoformat(at).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("utc", "is_open"),
    [
        ("2026-01-12T07:59", False),  # a Monday in winter: Prague is an hour ahead
        ("2026-01-12T08:00", True),
        ("2026-01-12T15:59", True),
        ("2026-01-12T16:00", False),
        ("2026-07-13T06:59", False),  # a Monday in summer: two hours ahead
        ("2026-07-13T07:00", True),
        ("2026-07-13T15:00", False),
        ("2026-01-13T09:00", False),  # a Tuesday
    ],
)
def test_hours_are_kept_by_the_wall_clock(utc: str, is_open: bool, acme: Account) -> None:
    _keep(acme, "Europe/Prague", Interval(MONDAY, time(9), time(17)))

    assert _is_open(acme, utc) is is_open


@pytest.mark.parametrize(
    ("utc", "is_open"),
    [
        ("2026-10-24T23:59", False),
        ("2026-10-25T00:30", True),  # 02:30 in summer time
        ("2026-10-25T01:30", True),  # 02:30 again, in winter time
        ("2026-10-25T02:00", False),
        ("2026-03-29T00:59", False),  # the hour from 2 to 3 does not come
        ("2026-03-29T01:00", False),
    ],
)
def test_an_hour_that_comes_twice_counts_twice(utc: str, is_open: bool, acme: Account) -> None:
    _keep(acme, "Europe/Prague", Interval(SUNDAY, time(2), time(3)))

    assert _is_open(acme, utc) is is_open


def test_midnight_ends_the_day(acme: Account) -> None:
    _keep(acme, "UTC", Interval(MONDAY, time(22), time(0)))

    assert _is_open(acme, "2026-01-12T23:59:59") is True
    assert _is_open(acme, "2026-01-13T00:00") is False


def test_without_office_hours_it_is_always_one(acme: Account) -> None:
    assert _is_open(acme, "2026-01-12T03:00") is True


async def test_outside_office_hours_the_chat_is_offline(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    agent, visitor = await work(ana), await visit()
    assert visitor.welcome["availability"] == "online"
    await outside_accounts(_keep, acme, "UTC")

    await agent.send({"type": "sync", "rev": 0, "threads": {}})

    assert (await visitor.next("availability"))["status"] == "offline"
    assert await in_account(acme.pk, availability.status, acme, {ana.pk}) == "offline"
