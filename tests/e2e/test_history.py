"""The page on history, in a real browser."""

from playwright.sync_api import expect

from tests.coverage import covers
from tests.e2e.hosts import CHAT
from tests.e2e.people import AgentAtWork


@covers("S57", page="/app/<slug>/settings/privacy/history/")
def test_the_preview_follows_the_choice_before_anything_is_saved(agent: AgentAtWork) -> None:
    page = agent.page
    page.goto(f"{CHAT}/app/acme/settings/privacy/history/")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("1 year")

    page.get_by_label("Keep conversations for").select_option("6_months")
    expect(preview).to_contain_text("6 months")
    expect(preview).to_contain_text("Nothing would be deleted tonight.")

    page.get_by_label("Keep conversations for").select_option("1_months")
    expect(preview).to_contain_text("1 month")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    expect(preview).to_contain_text("1 month")
