"""The widget in other people's pages."""

import pytest
from playwright.sync_api import ConsoleMessage, expect

from accounts.models import Account
from accounts.tenancy import tenant
from tests.coverage import covers
from tests.e2e.hosts import CHAT, STRANGER, TEA, HostShop
from tests.e2e.people import CONTAINER, AgentAtWork, VisitorAtHome
from tests.e2e.test_conversation import begin
from widget.models import WidgetSettings


def test_the_chat_works_under_a_strict_policy_with_trusted_types(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    """A23"""
    complaints: list[str] = []
    visitor.page.on("console", lambda line: complaints.append(line.text))
    visitor.page.on("pageerror", lambda error: complaints.append(str(error)))
    visitor.visit("/teas/", host=TEA)
    visitor.open_chat()
    visitor.write("Is the Darjeeling fresh?")
    agent.open_first()
    agent.write("From this spring")

    expect(visitor.words).to_have_text(["Is the Darjeeling fresh?", "From this spring"])
    expect(visitor.launcher).to_have_css("border-radius", "30px")
    # The tests' hosts have no TLS, without which one header is ignored in words.
    assert [
        line for line in complaints if "Opener-Policy header has been ignored" not in line
    ] == []
    # The policy is in force: it stops what it should stop.
    refusal = visitor.page.evaluate(
        "() => { try { document.body.innerHTML = 'x' } catch (e) { return e.name } }"
    )
    assert refusal == "TypeError"


def test_an_unlisted_site_gets_nothing_but_one_warning(visitor: VisitorAtHome) -> None:
    ours: list[tuple[str, str]] = []
    errors: list[str] = []
    asked: list[str] = []

    def hear(line: ConsoleMessage) -> None:
        if "[chatapp]" in line.text:
            ours.append((line.type, line.text))

    visitor.page.on("console", hear)
    visitor.page.on("pageerror", lambda error: errors.append(str(error)))
    visitor.page.on("request", lambda request: asked.append(request.url))
    with visitor.page.expect_console_message(lambda line: "[chatapp]" in line.text):
        visitor.page.goto(STRANGER)
    visitor.page.evaluate("smartsupp('chat:open')")
    visitor.page.wait_for_load_state("networkidle")

    assert ours == [("warning", "[chatapp] not allowed on this site")]
    assert errors == []
    expect(visitor.page.locator(CONTAINER)).to_have_count(0)
    assert len([url for url in asked if url.startswith(CHAT)]) == 2
    assert visitor.context.cookies() == []


def test_an_unlisted_site_cannot_frame_the_chat_under_a_listed_ones_name(
    visitor: VisitorAtHome, shop: HostShop, acme: Account
) -> None:
    frame = f"{CHAT}/widget/{acme.public_key}/frame?site=http://shop.test"
    shop.extra["/frame"] = f'<iframe id="chat" src="{frame}"></iframe>'
    with visitor.page.expect_console_message(lambda line: "frame-ancestors" in line.text):
        visitor.page.goto(f"{STRANGER}/frame")
    expect(visitor.page.frame_locator("#chat").get_by_role("textbox")).to_have_count(0)


@covers("S12", "S40", "S41", "S60")
def test_the_privacy_notice_stands_in_the_chat_with_the_owners_link(
    visitor: VisitorAtHome, acme: Account
) -> None:
    with tenant(acme.pk):
        WidgetSettings.objects.update_or_create(
            account=acme, defaults={"privacy_notice_url": "https://shop.test/privacy"}
        )
    visitor.visit()
    visitor.open_chat()
    expect(
        visitor.chat.get_by_text("Acme processes what you write here", exact=False)
    ).to_be_visible()
    link = visitor.chat.get_by_role("link", name="Privacy policy")
    expect(link).to_have_attribute("href", "https://shop.test/privacy")


@covers("S83")
@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_the_launcher_moves_stays_inside_the_window_and_is_there_on_the_next_page(
    visitor: VisitorAtHome, way: str
) -> None:
    visitor.visit()
    if way == "mouse":
        _drag(visitor, -3_000, -200)
        expect(visitor.chat.get_by_role("textbox")).to_have_count(0)
    else:
        for _ in range(8):
            visitor.launcher.press("ArrowUp")
        for _ in range(100):
            visitor.launcher.press("ArrowLeft")
    visitor.page.wait_for_function("document.cookie.includes('ssupp.position')")
    placed = _box(visitor)
    assert placed[0] == 0
    assert placed[1] < 560
    _assert_inside(visitor)

    visitor.page.goto("http://shop.test/teapots")
    expect(visitor.launcher).to_be_visible()
    assert _box(visitor) == placed
    visitor.page.set_viewport_size({"width": 320, "height": 400})
    visitor.page.wait_for_function("innerWidth === 320")
    # The window tells its pages of a new size with the next frame that it draws.
    visitor.page.evaluate("new Promise((drawn) => requestAnimationFrame(drawn))")
    _assert_inside(visitor)

    visitor.launcher.press("Home")
    visitor.page.wait_for_function("!document.cookie.includes('ssupp.position')")


@covers("S83")
def test_one_click_in_the_menu_moves_the_chat_to_the_other_side_and_back(
    visitor: VisitorAtHome,
) -> None:
    visitor.visit()
    home = _box(visitor)
    visitor.open_chat()
    chat = visitor.page.locator(f"{CONTAINER} iframe")
    right = chat.bounding_box()
    assert right
    for is_left in (True, False):
        visitor.chat.get_by_role("button", name="More").click()
        visitor.chat.get_by_role("button", name="Move the chat to the other side").click()
        condition = "document.cookie.includes('ssupp.position')"
        visitor.page.wait_for_function(condition if is_left else f"!{condition}")
        _assert_inside(visitor)
        now = chat.bounding_box()
        assert now
        assert (now["x"] < right["x"] - 200) is is_left
    assert _box(visitor) == home


def test_on_a_phone_the_chat_fills_the_screen_and_both_sides_can_talk(
    visitor_on_phone: VisitorAtHome, agent_on_phone: AgentAtWork
) -> None:
    visitor, agent = visitor_on_phone, agent_on_phone
    begin(agent, visitor)
    frame = visitor.page.locator(f"{CONTAINER} iframe").bounding_box()
    assert frame is not None
    assert (frame["x"], frame["y"], frame["width"], frame["height"]) == (0, 0, 390, 844)
    agent.write("From the train")
    expect(visitor.words).to_have_text(["Hello", "From the train"])
    for page in (visitor.page, agent.page):
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
    expect(agent.rows).to_have_count(0)
    agent.page.get_by_role("button", name="Back to the list").click()
    agent.show("Mine")
    expect(agent.rows.first).to_be_visible()
    visitor.close_chat()
    expect(visitor.launcher).to_be_visible()


def _box(visitor: VisitorAtHome) -> tuple[float, float, float, float]:
    box = visitor.launcher.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def _assert_inside(visitor: VisitorAtHome) -> None:
    x, y, width, height = _box(visitor)
    size = visitor.page.viewport_size
    assert size is not None
    assert x >= 0
    assert y >= 0
    assert x + width <= size["width"]
    assert y + height <= size["height"]


def _drag(visitor: VisitorAtHome, right: float, down: float) -> None:
    x, y, width, height = _box(visitor)
    mouse = visitor.page.mouse
    mouse.move(x + width / 2, y + height / 2)
    mouse.down()
    mouse.move(x + right / 2, y + down / 2, steps=4)
    mouse.move(x + width / 2 + right, y + height / 2 + down, steps=4)
    mouse.up()
