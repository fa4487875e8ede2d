"""A visitor on a customer's site talks with an agent."""

import re

from playwright.sync_api import expect

from accounts.models import Membership
from tests.e2e.conftest import Employ, SetDown
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


def test_both_sides_see_the_other_typing(agent: AgentAtWork, visitor: VisitorAtHome) -> None:
    begin(agent, visitor)

    visitor.composer.press_sequentially("I would")
    expect(agent.page.locator(".thread__typing")).to_contain_text("is typing")
    agent.composer.press_sequentially("Of course")
    expect(visitor.chat.get_by_text("Ana is typing")).to_be_attached()

    agent.composer.press("Enter")
    expect(visitor.words).to_have_text(["Hello", "Of course"])
    expect(visitor.chat.get_by_text("Ana is typing")).not_to_be_attached()


def test_both_sides_see_what_the_other_has_read(agent: AgentAtWork, visitor: VisitorAtHome) -> None:
    visitor.visit()
    visitor.open_chat()
    visitor.write("Hello")
    expect(agent.rows).to_have_count(1)
    expect(visitor.states.last).to_have_text("Delivered")

    agent.open_first()
    expect(visitor.states.last).to_have_text("Seen")

    visitor.close_chat()
    agent.write("Good morning")
    expect(agent.states.last).to_have_text("Delivered")
    expect(visitor.launcher).to_have_accessible_name("Open the chat, 1 unread message")
    visitor.open_chat()
    expect(agent.states.last).to_have_text("Seen")


def test_a_conversation_survives_a_reload_and_a_walk_through_the_shop(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    begin(agent, visitor)
    agent.write("What can I do for you?")
    said = ["Hello", "What can I do for you?"]
    expect(visitor.words).to_have_text(said)

    visitor.page.reload()
    expect(visitor.words).to_have_text(said)
    visitor.page.get_by_role("link", name="Teapots").click()
    expect(visitor.page).to_have_title("Teapots")
    expect(visitor.words).to_have_text(said)
    expect(visitor.composer).to_be_visible()

    visitor.write("A teapot, please")
    expect(agent.words).to_have_text([*said, "A teapot, please"])
    panel = agent.page.get_by_role("complementary", name="About the visitor")
    expect(panel).to_contain_text("Teapots")
    agent.page.reload()
    expect(agent.words).to_have_text([*said, "A teapot, please"])


def test_who_closes_the_browser_and_comes_back_finds_the_conversation(
    agent: AgentAtWork, visitor: VisitorAtHome, set_down: SetDown
) -> None:
    begin(agent, visitor)
    # The browser ends, and with it everything that lives for its session only.
    kept = [cookie for cookie in visitor.context.cookies() if cookie["expires"] != -1]
    visitor.context.close()
    agent.write("Are you still there?")
    expect(agent.words).to_have_count(2)

    back = set_down(storage_state={"cookies": kept, "origins": []})
    back.visit()
    back.open_chat()
    expect(back.words).to_have_text(["Hello", "Are you still there?"])
    back.write("Here I am")
    expect(agent.words).to_have_text(["Hello", "Are you still there?", "Here I am"])


def test_a_second_tab_of_the_same_visitor_keeps_in_step(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    begin(agent, visitor)
    second = VisitorAtHome(visitor.context, visitor.context.new_page())
    second.visit("/delivery")
    expect(second.words).to_have_text(["Hello"])

    second.write("From the other tab")
    expect(agent.words).to_have_count(2)
    agent.write("I see both")
    said = ["Hello", "From the other tab", "I see both"]
    expect(second.words).to_have_text(said)
    expect(visitor.words).to_have_text(said)
    expect(agent.words).to_have_text(said)


def test_two_idle_tabs_become_one_visitor_when_both_are_used(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    second = VisitorAtHome(visitor.context, visitor.context.new_page())
    visitor.visit()
    second.visit("/teapots")

    visitor.open_chat()
    visitor.write("From the first")
    expect(visitor.states.last).to_have_text("Delivered")
    second.open_chat()
    expect(second.words).to_have_text(["From the first"])
    second.write("From the second")

    expect(visitor.words).to_have_text(["From the first", "From the second"])
    expect(agent.rows).to_have_count(1)


def test_a_second_agent_sees_who_is_on_a_conversation(
    agent: AgentAtWork, visitor: VisitorAtHome, employ: Employ, ben: Membership
) -> None:
    begin(agent, visitor)
    colleague = employ(ben)
    agent.write("I am on it")
    expect(visitor.words).to_have_count(2)

    colleague.show("All")
    expect(colleague.rows.first).to_contain_text("With Ana")
    colleague.open_first()
    expect(colleague.page.get_by_text("Ana is on this conversation")).to_be_visible()
    agent.composer.press_sequentially("Just a moment")
    expect(colleague.page.locator(".thread__typing")).to_contain_text("Ana is typing")


def begin(agent: AgentAtWork, visitor: VisitorAtHome) -> None:
    """A visitor has said hello, and the agent has it open."""
    visitor.visit()
    visitor.open_chat()
    visitor.write("Hello")
    agent.open_first()
    expect(agent.words).to_have_text(["Hello"])
