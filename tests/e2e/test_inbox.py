"""What agents do with conversations, and how visitors notice."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import blocked_addresses, technical
from chat.models import ConversationMail, Visitor
from chat.technical import Kind
from tests.e2e.conftest import Employ
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.e2e.test_conversation import begin


def test_files_travel_both_ways(agent: AgentAtWork, visitor: VisitorAtHome, tmp_path: Path) -> None:
    begin(agent, visitor)
    visitor.chat.locator("input[type=file]").set_input_files(_picture())
    expect(visitor.chat.locator(".upload progress")).to_have_count(0)
    expect(visitor.chat.get_by_role("button", name="Send")).to_be_enabled()
    visitor.chat.get_by_role("button", name="Send").click()
    picture = agent.page.get_by_role("link", name="Show image: teapot.png")
    expect(picture).to_be_visible()
    loaded = "image => image.complete && image.naturalWidth > 0"
    agent.page.wait_for_function(loaded, arg=picture.locator("img").element_handle())

    agent.page.locator(".composer input[type=file]").set_input_files(
        FilePayload(name="offer.csv", mimeType="text/csv", buffer=b"tea,price\nassam,7\n")
    )
    agent.page.get_by_role("button", name="Send").click()
    link = visitor.chat.get_by_role("link", name="Download: offer.csv")
    expect(link).to_be_visible()
    with visitor.page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "offer.csv")
    assert (tmp_path / "offer.csv").read_bytes() == b"tea,price\nassam,7\n"


def test_closing_ends_the_conversation_for_both_and_the_next_message_begins_another(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    begin(agent, visitor)
    agent.write("Goodbye")
    expect(visitor.words).to_have_count(2)
    agent.page.get_by_role("button", name="Close", exact=True).click()
    expect(agent.page.get_by_text("This conversation is closed.")).to_be_visible()
    expect(visitor.chat.get_by_text("This conversation has ended")).to_be_visible()

    visitor.write("One more thing")
    expect(visitor.words.last).to_have_text("One more thing")
    agent.show("Waiting")
    expect(agent.rows).to_have_count(1)
    expect(agent.rows.first).to_contain_text("One more thing")
    agent.show("Closed")
    expect(agent.rows).to_have_count(1)
    expect(agent.rows.first).to_contain_text("Goodbye")


def test_a_conversation_is_handed_over_to_a_colleague(
    agent: AgentAtWork, visitor: VisitorAtHome, employ: Employ, ben: Membership
) -> None:
    colleague = employ(ben)
    begin(agent, visitor)
    agent.write("Ben knows more")
    expect(visitor.words).to_have_count(2)
    agent.page.get_by_label("On this conversation: You. Change").click()
    agent.page.get_by_role("button", name="Ben Available").click()

    colleague.show("Mine")
    expect(colleague.rows).to_have_count(1)
    expect(visitor.chat.get_by_role("heading", name="Ben")).to_be_visible()
    expect(agent.events.last).to_contain_text("Ana gave the conversation to Ben")


def test_a_visitor_blocked_with_their_address_cannot_write_until_unblocked(
    agent: AgentAtWork, visitor: VisitorAtHome, acme: Account
) -> None:
    with tenant(acme.pk):
        technical.choose(acme, set(Kind), by=None)
    begin(agent, visitor)
    panel = agent.page.get_by_role("complementary", name="About the visitor")
    panel.get_by_role("button", name="Block visitor").click()
    agent.page.get_by_role("dialog").get_by_label("Also block the address 127.0.0.1").check()
    agent.page.get_by_role("dialog").get_by_role("button", name="Block", exact=True).click()
    expect(visitor.launcher).to_be_hidden()
    expect(panel.get_by_text("Blocked, with their address")).to_be_visible()
    expect(agent.page.get_by_text("This visitor is blocked and cannot write.")).to_be_visible()
    with tenant(acme.pk):
        assert Visitor.objects.get().blocked_at is not None
        assert blocked_addresses.is_blocked("127.0.0.1")

    panel.get_by_role("button", name="Unblock visitor").click()
    expect(visitor.launcher).to_be_visible()
    visitor.write("Thank you")
    expect(agent.words).to_have_text(["Hello", "Thank you"])


def test_a_transcript_goes_to_the_address_that_the_agent_enters(
    agent: AgentAtWork, visitor: VisitorAtHome, acme: Account
) -> None:
    begin(agent, visitor)
    agent.page.get_by_label("More actions").click()
    agent.page.get_by_role("button", name="Send transcript by e-mail").click()
    dialog = agent.page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("ada@example.org")
    dialog.get_by_role("button", name="Send transcript").click()
    words = "The transcript is on its way to ada@example.org"
    expect(agent.page.get_by_text(words)).to_be_visible()
    with tenant(acme.pk):
        letter = ConversationMail.objects.get(kind="transcript")
        assert letter.recipient == "ada@example.org"


def test_when_nobody_is_there_a_visitor_leaves_an_address_with_the_message(
    visitor: VisitorAtHome, employ: Employ, ana: Membership
) -> None:
    visitor.visit()
    visitor.open_chat()
    expect(visitor.chat.get_by_text("Leave us a message")).to_be_visible()
    visitor.chat.get_by_label("E-mail for our answer").fill("not an address")
    visitor.composer.fill("Do you repair pots?")
    visitor.submit()
    expect(visitor.chat.get_by_text("This does not look like an e-mail address")).to_be_visible()
    expect(visitor.words).to_have_count(0)
    visitor.chat.get_by_label("E-mail for our answer").fill("ada@example.org")
    visitor.submit()
    expect(visitor.words).to_have_text(["Do you repair pots?"])
    expect(visitor.chat.get_by_text("Thank you. We will answer")).to_be_visible()

    agent = employ(ana)
    agent.open_first()
    panel = agent.page.get_by_role("complementary", name="About the visitor")
    expect(panel).to_contain_text("ada@example.org")


@pytest.mark.parametrize("words", ["repair", "Ada"])
def test_search_finds_conversations_by_name_and_by_words(
    agent: AgentAtWork, visitor: VisitorAtHome, words: str
) -> None:
    visitor.visit()
    visitor.page.evaluate("smartsupp('name', 'Ada Novak')")
    visitor.open_chat()
    visitor.write("Do you repair pots?")
    expect(agent.rows).to_have_count(1)
    box = agent.page.get_by_role("searchbox")
    box.fill("nothing like it")
    expect(agent.page.get_by_text("Nothing found for")).to_be_visible()
    box.fill(words)
    expect(agent.page.get_by_text("1 conversation found")).to_be_visible()
    expect(agent.rows.first).to_contain_text("Ada Novak")


def _picture() -> FilePayload:
    content = BytesIO()
    Image.new("RGB", (120, 80), "#0b6e5f").save(content, "PNG")
    return FilePayload(name="teapot.png", mimeType="image/png", buffer=content.getvalue())
