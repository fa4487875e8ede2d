"""Networks break; conversations do not."""

import redis
from django.conf import settings
from playwright.sync_api import expect

from accounts import ratelimits
from accounts.models import Account
from chat import identity
from tests.e2e.network import Network
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.e2e.test_conversation import begin

LOST = "No connection"


def test_what_both_sides_write_while_the_network_is_gone_arrives_once_and_in_one_order(
    agent: AgentAtWork,
    visitor: VisitorAtHome,
    visitors_network: Network,
    agents_network: Network,
) -> None:
    begin(agent, visitor)

    visitors_network.cut()
    visitor.write("One", "Two")
    expect(visitor.states.last).to_have_text("Sending")
    agent.write("Three")
    expect(agent.words).to_have_text(["Hello", "Three"])
    agents_network.cut()
    agent.write("Four", "Five")
    expect(agent.states.last).to_have_text("Sending")
    visitors_network.mend()
    expect(visitor.words).to_have_count(4)
    agents_network.mend()

    expect(visitor.words).to_have_count(6)
    expect(agent.words).to_have_count(6)
    expect(visitor.states.filter(has_text="Sending")).to_have_count(0)
    expect(agent.states.filter(has_text="Sending")).to_have_count(0)
    said = visitor.words.all_inner_texts()
    assert agent.words.all_inner_texts() == said
    assert sorted(said) == sorted(["Hello", "One", "Two", "Three", "Four", "Five"])
    assert said.index("One") < said.index("Two")
    assert said.index("Four") < said.index("Five")

    visitor.page.reload()
    agent.page.reload()
    expect(visitor.words).to_have_text(said)
    expect(agent.words).to_have_text(said)


def test_a_chat_that_has_lost_its_server_says_so(
    agent: AgentAtWork, visitor: VisitorAtHome, visitors_network: Network
) -> None:
    begin(agent, visitor)
    visitors_network.cut()
    expect(visitor.chat.get_by_text(LOST)).to_be_visible()
    visitors_network.mend()
    expect(visitor.chat.get_by_text(LOST)).to_have_count(0, timeout=40_000)


def test_a_blocked_websocket_falls_back_to_polling(
    agent: AgentAtWork, visitor: VisitorAtHome, visitors_network: Network
) -> None:
    visitors_network.blocks_sockets = True
    with visitor.page.expect_request(lambda request: request.url.endswith("/poll")):
        begin(agent, visitor)
    agent.write("You are on the slow road")
    expect(visitor.words).to_have_text(["Hello", "You are on the slow road"])
    visitor.write("It is fine", "Really")
    said = ["Hello", "You are on the slow road", "It is fine", "Really"]
    expect(agent.words).to_have_text(said)
    expect(visitor.words).to_have_text(said)
    expect(agent.states.last).to_have_text("Seen")


def test_a_failed_message_is_sent_again_with_one_click_under_the_same_id(
    agent: AgentAtWork, visitor: VisitorAtHome, acme: Account
) -> None:
    begin(agent, visitor)
    token = next(one for one in visitor.context.cookies() if one["name"] == "ssupp.vid")
    visitor_id = identity.verify(acme, token["value"])
    assert visitor_id

    visitor.composer.fill("Hear me")
    _fill_buckets()
    for _ in range(ratelimits.VISITOR_MESSAGE.burst):
        ratelimits.take(ratelimits.VISITOR_MESSAGE, acme.pk.hex, visitor_id)
    visitor.composer.press("Enter")
    message = visitor.chat.locator(".message--failed")
    expect(message).to_contain_text("Not sent")
    name = message.get_attribute("id")
    _fill_buckets()
    message.get_by_role("button", name="Try again").click()

    expect(agent.words).to_have_text(["Hello", "Hear me"])
    expect(visitor.words).to_have_text(["Hello", "Hear me"])
    expect(visitor.chat.locator(".message--failed")).to_have_count(0)
    assert visitor.chat.locator(".message").last.get_attribute("id") == name
    assert agent.page.locator(".thread__items .message").last.get_attribute("id") == name


def _fill_buckets() -> None:
    """As after a minute of quiet."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"{settings.REDIS_PREFIX}:limit:*"):
        client.delete(key)
    client.close()
