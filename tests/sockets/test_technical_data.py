"""What the account does not collect, no frame and no header of a visitor's brings in."""

from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.doors import outside_accounts
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import presence, technical
from chat.models import Visitor
from chat.technical import Kind
from privacy import restrictions
from privacy.models import RestrictionGround
from tests.coverage import covers
from tests.sockets.conftest import OpenDevice, OpenInbox, OpenVisitor
from tests.sockets.devices import visitor_hello, visitor_path

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = {
    "url": "https://shop.test/tea",
    "title": "Tea",
    "referrer": "https://ana:pw@search.example/find?q=my+secret#top",
}
ADDRESS = "203.0.113.77"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _choose(account: Account, *kinds: Kind) -> None:
    with tenant(account.pk):
        technical.choose(account, kinds, by=None)


def _restrict(account: Account, by: Membership) -> None:
    ground, now = RestrictionGround.ACCURACY, timezone.now()
    with tenant(account.pk):
        restrictions.place([Visitor.objects.get().pk], ground=ground, by=by, now=now)


def _only_visitor(account: Account) -> Visitor:
    with tenant(account.pk):
        return Visitor.objects.get()


@covers("S24")
async def test_with_everything_off_only_the_words_are_kept(
    acme: Account, ticket: str, open_device: OpenDevice
) -> None:
    await outside_accounts(_choose, acme)
    device = await open_device(visitor_path(acme), headers={"user-agent": BROWSER})
    hello = visitor_hello(ticket, page=PAGE, language="cs", time_zone="Europe/Prague")
    await device.send(hello)
    visitor_id = (await device.next("welcome"))["visitor_id"]
    await device.send({"type": "page", "page": {**PAGE, "title": "Again"}})
    await device.ask(
        {"type": "message", "id": str(uuid4()), "body": "Hello", "screen": "1920x1080"}
    )

    visitor = await outside_accounts(_only_visitor, acme)

    assert await presence.pages(acme.pk, visitor_id) == []
    assert await presence.referrer(acme.pk, visitor_id) == ""
    stored = {column: getattr(visitor, column) for column in technical.COLUMNS.values()}
    assert not any(stored.values()), stored


@covers("S24")
async def test_switching_off_clears_open_inboxes_and_the_presence_store(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(page=PAGE), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    await agent.drain()
    await agent.send({"type": "watch", "conversation": conversation})
    shown = await agent.next("visitor")
    assert shown["pages"][0]["url"] == PAGE["url"]
    assert shown["referrer"] == "https://search.example"

    await outside_accounts(_choose, acme)

    assert (await agent.next("changes"))["restart"]
    assert await presence.pages(acme.pk, visitor.visitor_id) == []
    assert await presence.referrer(acme.pk, visitor.visitor_id) == ""
    await agent.send({"type": "watch", "conversation": conversation})
    shown = await agent.next("visitor")
    assert (shown["pages"], shown["referrer"]) == ([], "")


@covers("R9")
async def test_of_somebody_restricted_agents_see_no_pages_in_their_new_conversation(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(page=PAGE), await work(ana)
    await visitor.say("Is this plate mine?")
    await outside_accounts(_restrict, acme, ana)
    conversation = (await visitor.say("And when will I know?"))["change"]["conversation"]["id"]
    await agent.drain()

    await agent.send({"type": "watch", "conversation": conversation})

    shown = await agent.next("visitor")
    assert await presence.pages(acme.pk, visitor.visitor_id)
    assert shown["is_online"]
    assert (shown["pages"], shown["referrer"]) == ([], "")


@covers("S24")
async def test_a_visit_came_from_where_it_began_and_never_from_the_site_itself(
    acme: Account, ana: Membership, visit: OpenVisitor
) -> None:
    visitor = await visit(page={**PAGE, "referrer": "https://shop.test/"})
    assert await presence.referrer(acme.pk, visitor.visitor_id) == ""

    for site in ("https://blog.example/", "https://other.example/", "javascript:alert(1)"):
        await visitor.send({"type": "page", "page": {**PAGE, "referrer": site}})
        await visitor.ask({"type": "identify", "id": str(uuid4()), "name": "Mina"})

    assert await presence.referrer(acme.pk, visitor.visitor_id) == "https://blog.example"


@covers("S24")
async def test_agents_see_screen_and_country_with_the_first_words_of_each_conversation(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(time_zone="America/New_York"), await work(ana)
    await visitor.ask({"type": "message", "id": str(uuid4()), "body": "Hi", "screen": "1920x1080"})
    shown = (await agent.next("change"))["conversation"]["visitor"]
    assert (shown["screen"], shown["country"]) == ("1920x1080", "US")

    await visitor.ask({"type": "end", "id": str(uuid4())})
    await agent.next("change")
    await visitor.ask({"type": "message", "id": str(uuid4()), "body": "Hi", "screen": "390x844"})

    shown = (await agent.next("change"))["conversation"]["visitor"]
    assert (shown["screen"], shown["country"]) == ("390x844", "US")


@covers("S54", "S56")
@pytest.mark.parametrize("kinds", [(), (Kind.IP_ADDRESS,)])
async def test_an_address_is_stored_and_shown_only_while_that_is_on(
    acme: Account,
    ana: Membership,
    ticket: str,
    open_device: OpenDevice,
    work: OpenInbox,
    settings: Settings,
    kinds: tuple[Kind, ...],
) -> None:
    """S54, S56"""
    settings.TRUSTED_PROXIES = 1
    await outside_accounts(_choose, acme, *kinds)
    agent = await work(ana)
    through_proxy = {"x-forwarded-for": f"198.51.100.1, {ADDRESS}"}
    visitor = await open_device(visitor_path(acme), headers=through_proxy)
    await visitor.send(visitor_hello(ticket))

    await visitor.say("Hello")
    shown = (await agent.next("change"))["conversation"]["visitor"]

    expected = ADDRESS if kinds else None
    assert shown["ip_address"] == expected
    assert (await outside_accounts(_only_visitor, acme)).ip_address == expected


@covers("S56")
async def test_who_wrote_before_is_known_by_address_from_the_next_conversation_on(
    acme: Account, ticket: str, open_device: OpenDevice, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    headers = {"x-forwarded-for": ADDRESS}
    visitor = await open_device(visitor_path(acme), headers=headers)
    await visitor.send(visitor_hello(ticket))
    await visitor.say("Hello")
    await outside_accounts(_choose, acme, Kind.IP_ADDRESS)

    await visitor.ask({"type": "end", "id": str(uuid4())})
    before = await outside_accounts(_only_visitor, acme)
    await visitor.say("One more thing")

    assert before.ip_address is None
    assert (await outside_accounts(_only_visitor, acme)).ip_address == ADDRESS
