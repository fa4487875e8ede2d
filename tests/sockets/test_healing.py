"""The bus may lose, double and reorder: every device still comes to show what is stored."""

from uuid import UUID, uuid4

import pytest
from channels.layers import get_channel_layer

from accounts.doors import in_account
from accounts.models import Account, Membership
from chat import conversations, events, messages, projections
from chat.authors import Author
from chat.events import Event
from chat.models import Conversation, Visitor
from tests.sockets.conftest import OpenInbox, OpenVisitor

pytestmark = pytest.mark.django_db(transaction=True)


async def _untold(account: Account, conversation: str, member: Membership, body: str) -> Event:
    """An answer that is stored and of which the bus says nothing."""

    def post() -> Event:
        return messages.post(
            Conversation.objects.get(pk=UUID(conversation)),
            author=Author.of_member(member),
            body=body,
            client_id=uuid4(),
        )

    with events.collecting():
        return await in_account(account.pk, post)


async def test_a_lost_message_comes_with_the_next_one(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    await agent.next("change")

    await _untold(acme, conversation, ana, "Lost")
    await events.send([await _untold(acme, conversation, ana, "Told")])

    changes = await visitor.next("changes")
    assert [message["body"] for message in changes["messages"]] == ["", "Lost", "Told"]
    healed = await agent.next("changes")
    assert healed["conversations"][0]["preview"]["text"] == "Told"


async def test_a_message_sent_again_hides_nothing_that_came_meanwhile(
    acme: Account, ana: Membership, visit: OpenVisitor
) -> None:
    visitor = await visit()
    message = {"type": "message", "id": str(uuid4()), "body": "Hello"}
    had = (await visitor.ask(message))["change"]["conversation"]
    await _untold(acme, had["id"], ana, "Lost")

    await visitor.send(message)

    changes = await visitor.next("changes")
    assert [one["body"] for one in changes["messages"]] == ["", "Lost"]
    again = await visitor.next("ack")
    assert [one["body"] for one in again["change"]["messages"]] == ["Hello"]
    assert again["change"]["conversation"]["version"] == changes["conversation"]["version"]


async def test_a_lost_message_comes_with_the_next_heartbeat(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    had = (await visitor.say("Hello"))["change"]["conversation"]
    rev = (await agent.next("change"))["rev"]
    await _untold(acme, had["id"], ana, "Lost")

    await visitor.send({"type": "sync", "conversation": had["id"], "since": had["version"]})
    await agent.send({"type": "sync", "rev": rev, "threads": {had["id"]: had["version"]}})

    for device in (visitor, agent):
        changes = await device.next("changes")
        assert [message["body"] for message in changes["messages"]] == ["", "Lost"]


async def test_a_gap_brings_the_messages_of_the_threads_that_the_page_holds(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    had = (await visitor.say("Hello"))["change"]["conversation"]
    rev = (await agent.next("change"))["rev"]
    await agent.send({"type": "sync", "rev": rev, "threads": {had["id"]: had["version"]}})
    assert (await agent.next("changes"))["conversations"] == []

    await _untold(acme, had["id"], ana, "Lost")
    await events.send([await _untold(acme, had["id"], ana, "Told")])

    changes = await agent.next("changes")
    assert [message["body"] for message in changes["messages"]] == ["", "Lost", "Told"]


async def test_a_doubled_message_is_shown_once(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    await agent.next("change")
    event = await _untold(acme, conversation, ana, "Twice")

    await events.send([event, event])

    for device in (visitor, agent):
        arrived = [frame for frame in await device.drain() if frame["type"] == "change"]
        assert [frame["messages"][-1]["body"] for frame in arrived] == ["Twice"]


async def test_messages_in_the_wrong_order_are_shown_in_the_right_one(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    await agent.next("change")
    first = await _untold(acme, conversation, ana, "First")
    second = await _untold(acme, conversation, ana, "Second")

    await events.send([second, first])

    arrived = await visitor.drain()
    bodies = [message["body"] for frame in arrived for message in frame.get("messages", [])]
    assert bodies == ["", "First", "Second"]


async def test_a_lost_beginning_of_a_new_conversation_is_healed(
    acme: Account, ana: Membership, visit: OpenVisitor
) -> None:
    visitor = await visit()
    tab = await visit(visitor.token)
    old = (await visitor.say("Hello"))["change"]["conversation"]
    await tab.next("change")

    def begin_again() -> str:
        row = Visitor.objects.get(public_id=visitor.visitor_id)
        conversations.close(Conversation(pk=old["id"]), by=Author.of_visitor(row))
        new = conversations.open_for(row)
        author = Author.of_visitor(row)
        messages.post(new, author=author, body="Lost", client_id=uuid4())
        return str(new.pk)

    with events.collecting():
        new = await in_account(acme.pk, begin_again)
    await events.send([await _untold(acme, new, ana, "Told")])

    changes = await tab.next("changes")
    assert [message["body"] for message in changes["state"]["messages"]] == ["Lost", "", "Told"]


async def test_a_late_word_of_an_older_conversation_disturbs_nothing(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor = await visit()
    tab = await visit(visitor.token)
    old = (await visitor.say("Hello"))["change"]["conversation"]
    await visitor.ask({"type": "end", "id": str(uuid4())})
    new = (await visitor.say("Again"))["change"]["conversation"]
    await tab.drain()
    group = events.visitor_group(acme.pk, visitor.visitor_id)
    layer = get_channel_layer()
    assert layer is not None

    await layer.group_send(
        group,
        {
            "type": "conversation.changed",
            "rev": 99,
            "version": 99,
            "conversation": old["id"],
            "frame": "{}",
        },
    )

    assert await tab.hears_nothing()
    assert (await visitor.say("Still here"))["change"]["conversation"]["id"] == new["id"]


async def test_nothing_is_lost_between_the_hello_and_the_first_change(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    """Answers keep coming while a tab opens: it ends with all of them."""
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    for number in range(10):
        await agent.send(
            {
                "type": "message",
                "id": str(uuid4()),
                "conversation": conversation,
                "body": str(number),
            }
        )
    tab = await visit(visitor.token)

    shown = {message["body"] for message in tab.welcome["state"]["messages"]}
    while not {str(number) for number in range(10)} <= shown:
        shown |= {message["body"] for message in (await tab.next())["messages"]}

    stored = await in_account(acme.pk, projections.visitor_state, acme.pk, visitor.visitor_id)
    assert stored.conversation is not None
    assert stored.conversation.last_seq == 12


async def test_an_inbox_that_comes_back_is_told_what_it_missed(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    await visitor.say("Hello")
    rev = (await agent.next("change"))["rev"]
    await agent.leave()
    await visitor.say("Anybody there?")

    back = await work(ana, rev)

    assert back.welcome["rev"] == rev + 1
    changes = await back.next("changes")
    assert changes["conversations"][0]["preview"]["text"] == "Anybody there?"


async def test_an_inbox_from_the_future_starts_afresh(ana: Membership, work: OpenInbox) -> None:
    agent = await work(ana, 1_000)

    changes = await agent.next("changes")

    assert (changes["restart"], changes["rev"]) == (True, 0)
