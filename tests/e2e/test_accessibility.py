"""axe finds nothing serious in any page, with chat, forms and dialogs open, in light and dark."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page, expect

from accounts.models import Account, Membership
from tests.e2e.conftest import Employ, SetDown
from tests.e2e.hosts import CHAT
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.e2e.test_conversation import begin

GRAVE = {"serious", "critical"}
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
SETTINGS = (
    *(
        "widget",
        "forms",
        "forms/offline/fields",
        "sites",
        "team",
        "groups",
        "hours",
        "mail",
        "mail/server",
        "company",
        "profile",
        "plan",
        "support",
        "audit",
    ),
    *("privacy/agreements", "privacy/history", "privacy/people", "privacy/data"),
    *("privacy/purposes", "privacy/purposes/new", "privacy/consents"),
)


def test_axe_sees_into_the_frame(visitor: VisitorAtHome) -> None:
    visitor.visit()
    visitor.open_chat()
    frame = _chat_frame(visitor.page)
    frame.evaluate("document.querySelector('main').append(document.createElement('button'))")

    assert {(f.url, rule) for f, rule, _ in _grave(visitor.page)} == {(frame.url, "button-name")}


@SCHEMES
def test_the_chat_is_accessible_with_its_forms_and_dialogs_open(
    set_down: SetDown, employ: Employ, ana: Membership, scheme: str
) -> None:
    visitor = set_down(color_scheme=scheme)
    visitor.visit()
    assert_accessible(visitor.page, "closed")
    visitor.open_chat()
    expect(visitor.chat.get_by_label("E-mail for our answer")).to_be_visible()
    assert_accessible(visitor.page, "nobody is there")
    visitor.chat.get_by_label("E-mail for our answer").fill("not an address")
    visitor.composer.fill("Hello")
    visitor.submit()
    expect(visitor.chat.get_by_text("This does not look like an e-mail address")).to_be_visible()
    assert_accessible(visitor.page, "a wrong address")
    visitor.chat.get_by_label("E-mail for our answer").fill("ada@example.org")
    visitor.submit()

    agent = employ(ana)
    agent.open_first()
    agent.write("Good morning")
    expect(visitor.words).to_have_count(2)
    assert_accessible(visitor.page, "a conversation")
    for name in ("Conversation by e-mail", "End the conversation"):
        visitor.chat.get_by_role("button", name="More").click()
        assert_accessible(visitor.page, "the menu")
        visitor.chat.get_by_role("button", name=name).click()
        expect(visitor.chat.get_by_role("dialog")).to_be_visible()
        assert_accessible(visitor.page, name)
        visitor.chat.get_by_role("dialog").press("Escape")
        expect(visitor.chat.get_by_role("dialog")).to_have_count(0)


@SCHEMES
def test_going_live_is_accessible_also_with_its_errors(
    employ: Employ, ana: Membership, scheme: str
) -> None:
    Account.objects.filter(pk=ana.account_id).update(live_at=None)
    page = employ(ana, color_scheme=scheme).page
    for name in ("start", "start/live"):
        page.goto(f"{CHAT}/app/acme/{name}/")
        assert_accessible(page, name)
    page.get_by_role("button", name="Accept and go live").click()
    expect(page.get_by_text("Without the agreement the chat cannot run.")).to_be_visible()
    assert_accessible(page, "errors")


@SCHEMES
def test_the_inbox_is_accessible_with_its_menus_and_dialogs_open(
    employ: Employ, ana: Membership, visitor: VisitorAtHome, scheme: str
) -> None:
    agent = employ(ana, color_scheme=scheme)
    page = agent.page
    assert_accessible(page, "empty")
    begin(agent, visitor)
    agent.write("Good morning")
    expect(visitor.words).to_have_count(2)
    assert_accessible(page, "a conversation")
    page.get_by_label("On this conversation").click()
    assert_accessible(page, "the colleagues")
    page.keyboard.press("Escape")
    for name in ("Send transcript by e-mail", "Block visitor", "Keyboard shortcuts"):
        page.get_by_label("More actions").click()
        page.locator(".thread__actions").get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert_accessible(page, name)
        page.get_by_role("dialog").press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


@SCHEMES
def test_the_entrance_is_accessible_with_its_errors_shown(guest_page: Page, scheme: Any) -> None:
    page = guest_page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path, button in (("signup", "Sign up"), ("login", "Log in"), ("password/reset", None)):
        page.goto(f"{CHAT}/{path}/")
        assert_accessible(page, path)
        if button:
            page.locator("main form").get_by_role("button", name=button).click()
            expect(page.locator("[aria-invalid=true]").first).to_be_visible()
            assert_accessible(page, f"{path} with errors")


@SCHEMES
def test_the_settings_are_accessible(employ: Employ, ana: Membership, scheme: str) -> None:
    agent: AgentAtWork = employ(ana, enters=False, color_scheme=scheme)
    for path in ("start", *(f"settings/{name}" for name in SETTINGS)):
        answer = agent.page.goto(f"{CHAT}/app/acme/{path}/")
        assert answer is not None
        assert answer.status == 200
        assert_accessible(agent.page, path)


def _chat_frame(page: Page) -> Frame:
    return next(frame for frame in page.frames if "/frame?" in frame.url)


def assert_accessible(page: Page, where: str) -> None:
    # A form that was sent is answered by another page: its styles may still be on their way.
    page.wait_for_load_state()
    assert [(where, rule, nodes) for _, rule, nodes in _grave(page)] == []


def _grave(page: Page) -> list[tuple[Frame, str, list[str]]]:
    """What is serious or critical, looked for in every frame by itself."""
    found: list[tuple[Frame, str, list[str]]] = []
    for frame in page.frames:
        frame.evaluate(AXE_SCRIPT)
        violations = frame.evaluate(
            "async () => (await axe.run(document, {iframes: false})).violations.map("
            "({id, impact, nodes}) => ({id, impact, nodes: nodes.map(({target}) => target.join(' '))}))"
        )
        found += [(frame, one["id"], one["nodes"]) for one in violations if one["impact"] in GRAVE]
    return found
