"""The switches of technical data, in a real browser."""

from playwright.sync_api import expect

from tests.coverage import covers
from tests.e2e.hosts import CHAT
from tests.e2e.people import AgentAtWork


@covers("S56", page="/app/<slug>/settings/privacy/data/")
def test_storing_addresses_takes_two_steps_and_can_be_taken_back(agent: AgentAtWork) -> None:
    page = agent.page
    page.goto(f"{CHAT}/app/acme/settings/privacy/data/")
    switch = page.get_by_label("Store IP addresses")
    expect(switch).not_to_be_checked()
    switch.check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Your agents see it beside each conversation")).to_be_visible()
    page.get_by_role("button", name="Store IP addresses").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    expect(switch).to_be_checked()

    switch.uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("stored of 0 visitors")).to_be_visible()
    page.get_by_role("link", name="Go back").click()
    expect(switch).to_be_checked()
