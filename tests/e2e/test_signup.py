"""A newcomer's first minutes."""

import re
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Account
from privacy import registers
from tests.conftest import PASSWORD
from tests.e2e.conftest import SetDown
from tests.e2e.hosts import CHAT, SHOP, HostShop
from tests.mail.mailbox import Mailbox, part

REGISTERS = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"


def test_a_newcomer_signs_up_pastes_the_snippet_and_answers_the_first_visitor(
    guest_page: Page, set_down: SetDown, shop: HostShop
) -> None:
    page = guest_page
    page.goto(f"{CHAT}/signup/")
    page.get_by_label("E-mail address").fill("zoe@example.org")
    page.get_by_label("Name of your website").fill("Zoe's Pots")
    page.get_by_label("Its web address").fill("http://shop.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    page.get_by_label("Code").fill(_code("zoe@example.org"))
    page.get_by_role("button", name="Confirm").click()

    expect(page).to_have_url(f"{CHAT}/app/zoes-pots/start/")
    expect(page.get_by_text("Waiting for the first visit")).to_be_visible()
    account = Account.objects.get(slug="zoes-pots")
    code = page.get_by_label("Code", exact=True).inner_text()
    assert account.public_key in code
    assert code.strip() != shop.snippet.strip()
    shop.snippet = code
    visitor = set_down()
    with visitor.page.expect_console_message(lambda line: "not live yet" in line.text):
        visitor.page.goto(SHOP)
    expect(page.get_by_text("The code is on your site.")).to_be_visible()
    expect(visitor.page.locator("#smartsupp-widget-container")).to_have_count(0)

    _go_live(page)
    expect(page.get_by_text("The chat is live on your site.")).to_be_visible()
    visitor.visit()
    page.get_by_role("link", name="Open the inbox").click()
    expect(page.get_by_text("Your first conversation will appear here")).to_be_visible()

    visitor.open_chat()
    visitor.write("Am I the first?")
    page.locator(".rows .row__link").click()
    page.get_by_role("textbox", name="Message to").fill("You are")
    page.keyboard.press("Enter")
    expect(visitor.words).to_have_text(["Am I the first?", "You are"])


def _go_live(page: Page) -> None:
    registers.load(REGISTERS)
    page.get_by_role("link", name="Go live").click()
    page.get_by_role("button", name="Accept and go live").click()
    expect(page.get_by_text("Without the agreement the chat cannot run.")).to_be_visible()
    page.get_by_label("Company name").fill("Zoe's Pots Ltd")
    page.get_by_label("Not registered for VAT").check()
    page.get_by_label("Street and number").fill("Clay Road 2")
    page.get_by_label("Postcode").fill("602 00")
    page.get_by_label("City").fill("Brno")
    page.get_by_label("Country").select_option("CZ")
    for box in ("data processing agreement", "Terms of Service", "prohibited data"):
        page.get_by_role("checkbox", name=box).check()
    page.get_by_role("button", name="Accept and go live").click()


def test_who_logs_in_with_address_and_password_stands_in_the_inbox(
    guest_page: Page, ana: object
) -> None:
    guest_page.goto(f"{CHAT}/app/acme/inbox/")
    guest_page.get_by_role("textbox", name=re.compile("e-?mail", re.I)).fill("ana@example.org")
    guest_page.get_by_label("Password", exact=True).fill(PASSWORD)
    guest_page.get_by_role("button", name="Log in").click()
    expect(guest_page).to_have_url(f"{CHAT}/app/acme/inbox/")
    expect(guest_page.locator('.inbox[data-connection="open"]')).to_be_attached()


def _code(address: str) -> str:
    """From the mail that lies in the folder."""
    letters = [one for one in Mailbox(settings.MAIL_DIR).letters if one["To"] == address]
    assert len(letters) == 1
    found = re.search(r"^ {4}(\S+)\s*$", part(letters[0], "plain"), re.MULTILINE)
    assert found
    return found[1]
