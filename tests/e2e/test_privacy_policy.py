"""The privacy policy, in a real browser: blocked, copied, grown old, and the page that follows."""

from pathlib import Path

from playwright.sync_api import Page, expect

from accounts import companies
from accounts.models import Account
from accounts.tenancy import tenant
from privacy import registers
from tests.accounts.test_company import COMPANY
from tests.coverage import covers
from tests.e2e.hosts import CHAT
from tests.e2e.people import AgentAtWork

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"
PRIVACY = f"{CHAT}/app/acme/settings/privacy/"


@covers("S61", "S62", "S63", "S70", page="/app/<slug>/settings/privacy/texts/policy/")
def test_the_text_is_copied_and_the_public_page_follows_a_change(
    agent: AgentAtWork, guest_page: Page, acme: Account
) -> None:
    registers.load(FILE)
    page = agent.page
    page.goto(f"{PRIVACY}texts/policy/?lang=de")
    expect(page.get_by_role("link", name="Who is responsible")).to_be_visible()
    expect(page.get_by_role("button", name="Copy as HTML")).to_have_count(0)

    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=None)
    page.reload()
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator("#policy-copied")).to_contain_text("by Ana.")
    page.goto(f"{PRIVACY}history/")
    page.get_by_label("Keep conversations for").select_option("1_months")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()

    page.goto(PRIVACY)
    page.get_by_role("link", name="Copy it again").click()
    expect(page.get_by_text("What stands on your website is out of date:")).to_be_visible()
    guest_page.goto(f"{CHAT}/privacy/policy/{acme.public_key}/?lang=de")
    expect(guest_page.get_by_text("einen Monat nach ihrer letzten Nachricht")).to_be_visible()
    guest_page.get_by_role("link", name="Italiano").click()
    expect(guest_page.get_by_role("heading", level=1)).to_have_text(
        "Informativa sulla privacy per la nostra chat"
    )
    assert guest_page.context.cookies() == []
