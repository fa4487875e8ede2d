"""Taking a message back, as both sides see it."""

from playwright.sync_api import expect

from tests.coverage import covers
from tests.e2e.people import AgentAtWork, VisitorAtHome


@covers("S25", page="/app/<slug>/inbox/")
def test_a_message_taken_back_by_keyboard_is_gone_on_both_sides_and_after_a_reload(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    """A29"""
    visitor.visit()
    visitor.open_chat()
    visitor.write("Hello", "My diagnosis is secret")
    agent.open_first()
    expect(agent.words).to_have_count(2)

    button = agent.page.get_by_role("button", name="Remove content").nth(1)
    button.focus()
    button.press("Enter")
    dialog = agent.page.get_by_role("dialog", name="Remove for good?")
    expect(dialog).to_contain_text("It cannot be brought back.")
    dialog.get_by_role("button", name="Remove").press("Enter")

    expect(visitor.chat.get_by_text("Message removed")).to_be_visible()
    expect(visitor.words).to_have_text(["Hello"])
    expect(agent.words).to_have_text(["Hello"])
    expect(agent.page.get_by_text("Message removed. Removed by Ana")).to_be_visible()
    expect(agent.rows.first).to_contain_text("Message removed")
    agent.page.reload()
    visitor.page.reload()
    expect(agent.page.get_by_text("Message removed. Removed by Ana")).to_be_visible()
    expect(visitor.chat.get_by_text("Message removed")).to_be_visible()
    expect(visitor.words).to_have_text(["Hello"])
