"""What a visitor's browser keeps, as Chromium has stored it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from accounts.models import Account
from accounts.tenancy import tenant
from chat.models import Group, Visitor
from privacy import cookies
from tests.coverage import covers
from tests.e2e.conftest import CHROMIUM, PATIENCE
from tests.e2e.hosts import CHAT, SHOP, HostShop
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.e2e.test_conversation import begin

SLACK = 120
"""Seconds between a cookie's writing and our look at it."""


@pytest.fixture
def visitor(
    playwright: Playwright, arguments: list[str], shop: HostShop, tmp_path: Path
) -> Iterator[VisitorAtHome]:
    """In a profile that lets a frame of another site keep things: where that is refused, nothing
    would show what it tries to keep."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    allowed = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
    preferences.write_text(json.dumps(allowed))
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=arguments, locale="en-GB"
    )
    context.set_default_timeout(PATIENCE)
    yield VisitorAtHome(context, context.pages[0])
    context.close()


def test_nothing_is_kept_and_at_most_two_requests_are_made_before_the_visitor_acts(
    visitor: VisitorAtHome, acme: Account
) -> None:
    """A55"""
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.visit()
    visitor.page.mouse.move(200, 200)
    visitor.page.mouse.wheel(0, 400)
    visitor.page.wait_for_load_state("networkidle")

    assert len([url for url in asked if url.startswith(CHAT)]) == 2
    assert visitor.context.cookies() == []
    _assert_empty(visitor.storage())
    with tenant(acme.pk):
        assert not Visitor.objects.exists()


def test_a_chat_that_the_page_opens_keeps_nothing_on_either_origin_until_the_visitor_acts(
    visitor: VisitorAtHome, acme: Account, shop: HostShop
) -> None:
    shop.extra["/opens"] = (
        "<script>window.smartsupp = function () { smartsupp._.push(arguments) };"
        "smartsupp._ = []; smartsupp('chat:open')</script>"
    )
    # No look into the page before the chat is connected: to the browser it would be the user's doing.
    with visitor.page.expect_websocket() as socket:
        visitor.page.goto(f"{SHOP}/opens")
    socket.value.wait_for_event("framereceived")
    assert visitor.context.cookies() == []
    expect(visitor.composer).to_be_visible()
    expect(visitor.chat.get_by_label("E-mail for our answer")).to_be_visible()
    storage = visitor.storage()
    assert len(storage) == 2
    _assert_empty(storage)
    with tenant(acme.pk):
        assert not Visitor.objects.exists()


VALUES = {
    "ssupp.vid": r"vi[\w-]{22}\.[\w.-]+",
    "ssupp.chatid": r"[0-9a-f-]{36}",
    "ssupp.group": r"[a-z0-9_-]+",
    "ssupp.opened": r"[01]",
    "ssupp.barclicked": r"1",
    "ssupp.message": r"1",
    "ssupp.unreaded": r"\d+",
    "ssupp.position": r"\d+,\d+",
}
"""Ids, flags, counters and coordinates: all that a cookie may hold."""


@covers("S75", "S76", "S77", "S78", "S79", "S80", "S82", "S83", "S74")
def test_chromium_stores_exactly_the_registrys_cookies_with_exactly_their_lifetimes(
    agent: AgentAtWork, visitor: VisitorAtHome, acme: Account
) -> None:
    with tenant(acme.pk):
        Group.objects.create(account=acme, key="sales", name="Sales")
    visitor.visit()
    visitor.page.evaluate(
        """() => {
            smartsupp('group', 'sales');
            smartsupp('name', 'Nell');
            smartsupp('email', 'nell@example.org');
            smartsupp('variables', {note: 'Hello'});
        }"""
    )
    visitor.launcher.press("ArrowUp")
    visitor.open_chat()
    visitor.write("Hello")
    agent.open_first()
    visitor.composer.fill("Not finished")
    visitor.close_chat()
    agent.write("Good morning")
    expect(visitor.launcher).to_have_accessible_name("Open the chat, 1 unread message")

    now = float(visitor.page.evaluate("Date.now() / 1000"))
    stored = {str(one["name"]): one for one in visitor.context.cookies()}
    assert set(stored) == {item.name for item in cookies.COOKIES}
    assert len(stored) == 8
    for item in cookies.COOKIES:
        cookie = stored[item.name]
        if item.max_age is None:
            assert cookie["expires"] == -1, item.name
        else:
            assert item.max_age - SLACK <= cookie["expires"] - now <= item.max_age, item.name
        place = (cookie["domain"], cookie["path"], cookie["sameSite"])
        assert place == ("shop.test", "/", "Strict"), item.name
        assert re.fullmatch(VALUES[item.name], cookie["value"]), item.name
    values = " ".join(str(one["value"]) for one in stored.values())
    for said in ("Nell", "nell@example.org", "nell%40", "Hello", "Not finished", "Good morning"):
        assert said not in values
    # What stands in the registry as session storage, and nothing else.
    storage = visitor.storage()
    assert storage.pop(f"{SHOP}/") == {
        "local": {},
        "session": {"ssupp.message": "Not finished"},
        "databases": [],
    }
    _assert_empty(storage)


@covers("S77", "S79", "S82")
def test_cookies_end_with_what_they_stand_for(agent: AgentAtWork, visitor: VisitorAtHome) -> None:
    begin(agent, visitor)
    visitor.composer.fill("A draft")
    assert "ssupp.message" in _names(visitor)
    visitor.composer.fill("")
    visitor.chat.get_by_role("button", name="More").click()
    visitor.chat.get_by_role("button", name="End the conversation").click()
    visitor.chat.get_by_role("button", name="End conversation").click()
    expect(visitor.chat.get_by_text("You ended the conversation")).to_be_visible()

    assert _names(visitor) == {"ssupp.vid", "ssupp.opened", "ssupp.barclicked"}


@covers("S81")
def test_a_draft_survives_a_reload(visitor: VisitorAtHome) -> None:
    visitor.visit()
    visitor.open_chat()
    visitor.composer.fill("Half a sent")
    visitor.page.reload()
    expect(visitor.composer).to_have_value("Half a sent")


def _names(visitor: VisitorAtHome) -> set[str]:
    return {str(one["name"]) for one in visitor.context.cookies()}


def _assert_empty(storage: dict[str, Any]) -> None:
    for origin, kept in storage.items():
        assert kept == {"local": {}, "session": {}, "databases": []}, origin
