"""A visitor and an agent as they sit before their browsers."""

from typing import Any

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.e2e.hosts import CHAT, SHOP

CONTAINER = "#smartsupp-widget-container"


class VisitorAtHome:
    """One tab on the shop, with the chat in its frame."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page

    @property
    def launcher(self) -> Locator:
        return self.page.locator(f"{CONTAINER} div > button")

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator(f"{CONTAINER} iframe")

    @property
    def composer(self) -> Locator:
        return self.chat.get_by_role("textbox", name="Your message")

    def submit(self) -> None:
        """Send the form that stands there while nobody is."""
        self.chat.get_by_role("button", name="Send message").click()

    @property
    def words(self) -> Locator:
        """What has been said, from the first to the last."""
        return self.chat.locator(".message__words")

    @property
    def states(self) -> Locator:
        return self.chat.locator(".message--own .message__state")

    def visit(self, path: str = "/", host: str = SHOP) -> None:
        self.page.goto(host + path)
        expect(self.launcher).to_be_attached()

    def open_chat(self) -> None:
        self.launcher.click()
        expect(self.composer).to_be_visible()

    def close_chat(self) -> None:
        self.chat.get_by_role("button", name="Close the chat").click()
        expect(self.composer).to_be_hidden()

    def write(self, *messages: str) -> None:
        for message in messages:
            self.composer.fill(message)
            self.composer.press("Enter")

    @property
    def kept_number(self) -> str | None:
        """The visitor number in the device's cookie, without its seal."""
        found = [one for one in self.context.cookies() if one["name"].endswith("vid")]
        return found[0]["value"].partition(".")[0] if found else None

    def storage(self) -> dict[str, Any]:
        """What the pages keep besides cookies, on the shop's origin and on the frame's."""
        kept: dict[str, Any] = {}
        for frame in self.page.frames:
            found = frame.evaluate(
                """async () => ({
                    local: {...localStorage}, session: {...sessionStorage},
                    databases: (await indexedDB.databases()).map((one) => one.name),
                })"""
            )
            kept[frame.url.partition("?")[0]] = found
        return kept


class AgentAtWork:
    """One tab with the inbox."""

    def __init__(self, context: BrowserContext, page: Page, slug: str) -> None:
        self.context = context
        self.page = page
        self.slug = slug

    @property
    def rows(self) -> Locator:
        return self.page.locator(".rows .row__link")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message to")

    @property
    def words(self) -> Locator:
        return self.page.locator(".thread__items .message__words")

    @property
    def states(self) -> Locator:
        return self.page.locator(".thread__items .message--own .message__state")

    @property
    def events(self) -> Locator:
        return self.page.locator(".thread__items .event")

    def enter(self) -> None:
        self.page.goto(f"{CHAT}/app/{self.slug}/inbox/")
        self.wait_until_here()

    def wait_until_here(self) -> None:
        expect(self.page.locator('.inbox[data-connection="open"]')).to_be_attached()

    def show(self, view: str) -> None:
        self.page.get_by_role("navigation", name="Views").get_by_role("button", name=view).click()

    def open_first(self) -> None:
        self.rows.first.click()
        expect(self.composer).to_be_visible()

    def write(self, *messages: str) -> None:
        for message in messages:
            self.composer.fill(message)
            self.composer.press("Enter")
