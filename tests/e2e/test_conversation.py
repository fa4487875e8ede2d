"""A visitor on a customer's site talks with an agent."""

import re

from playwright.sync_api import expect

from tests.e2e.people import AgentAtWork, VisitorAtHome


def test_a_first_message_appears_in_the_inbox_at_once_and_its_answer_on_the_site(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    visitor.visit()
    visitor.open_chat()
    visitor.write("Do you ship to Brno?")

    expect(agent.rows).to_have_count(1)
    expect(agent.rows.first).to_contain_text("Do you ship to Brno?")
    expect(agent.page).to_have_title(re.compile(r"1"))
    agent.open_first()
    agent.write("Yes, within two days.")

    expect(visitor.words).to_have_text(["Do you ship to Brno?", "Yes, within two days."])
    expect(agent.words).to_have_text(["Do you ship to Brno?", "Yes, within two days."])
    expect(visitor.chat.get_by_role("heading", name="Ana")).to_be_visible()
