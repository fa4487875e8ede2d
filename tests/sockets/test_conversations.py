"""Visitors and agents at both ends: what one does, the other is shown."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.doors import in_account
from accounts.models import Account, Membership
from chat import presence
from chat.models import Conversation, Message, Visitor
from tests.sockets.conftest import OpenInbox, OpenVisitor
from tests.sockets.devices import Device, Frame

pytestmark = pytest.mark.django_db(transaction=True)


async def _change(device: Device, kind: str) -> Frame:
    while True:
        frame = await device.next("change")
        if frame["change"] == kind:
            return frame


async def test_a_message_reaches_the_agents_and_the_answer_the_visitor(
    ana: Membership, ben: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent, colleague = await visit(), await work(ana), await work(ben)

    asked = await visitor.say("Do you ship to Brno?")
    shown = await _change(agent, "message_posted")
    conversation = shown["conversation"]["id"]
    answered = await agent.say("Yes", conversation=conversation)

    assert shown["messages"][0]["body"] == "Do you ship to Brno?"
    assert shown["conversation"]["waiting_since"] == asked["change"]["messages"][0]["sent_at"]
    answer = await _change(visitor, "message_posted")
    while answer["messages"][-1]["body"] != "Yes":
        answer = await _change(visitor, "message_posted")
    assert answer["messages"] == answered["change"]["messages"]
    assert answer["conversation"]["agent"]["name"] == "Ana"
    assert (await _change(colleague, "message_posted"))["messages"][0]["body"] == (
        "Do you ship to Brno?"
    )
    taken = await _change(colleague, "message_posted")
    assert taken["conversation"]["assignee"]["id"] == str(ana.pk)


async def test_the_answer_to_a_message_comes_before_anybody_else_hears_of_it(
    visit: OpenVisitor,
) -> None:
    visitor = await visit()

    await visitor.send({"type": "message", "id": str(uuid4()), "body": "Hello"})

    assert (await visitor.next())["type"] == "ack"
    # Our own copy from the bus is left out: the ack has brought it.
    assert await visitor.hears_nothing()


async def test_sending_a_message_again_stores_it_once(acme: Account, visit: OpenVisitor) -> None:
    visitor = await visit()
    frame = {"type": "message", "id": str(uuid4()), "body": "Hello"}

    first, second = await visitor.ask(frame), await visitor.ask(frame)
    third = await (await visit(visitor.token)).ask(frame)

    assert first == second == third
    assert await in_account(acme.pk, Message.objects.count) == 1


async def test_two_tabs_of_a_visitor_show_the_same(visit: OpenVisitor) -> None:
    first = await visit()
    second = await visit(first.token)

    one = await first.say("From the first")
    shown = await second.next("change")
    other = await second.say("From the second")

    assert shown == one["change"]
    assert await first.next("change") == other["change"]


async def test_a_visitor_who_comes_back_is_told_only_what_is_new(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    ack = await visitor.say("Hello")
    had = ack["change"]["conversation"]
    await visitor.leave()
    await agent.say("Hello to you", conversation=had["id"])

    back = await visit(visitor.token, conversation=had["id"], since=had["version"])

    assert back.welcome["state"] is None
    changes = await back.next("changes")
    assert [message["body"] for message in changes["messages"]] == ["", "Hello to you"]
    assert changes["conversation"]["version"] > had["version"]


async def test_a_visitor_who_comes_back_to_nothing_new_is_told_nothing(visit: OpenVisitor) -> None:
    visitor = await visit()
    had = (await visitor.say("Hello"))["change"]["conversation"]

    back = await visit(visitor.token, conversation=had["id"], since=had["version"])

    assert back.welcome["state"] is None
    assert await back.hears_nothing()


@pytest.mark.parametrize("claim", [{"since": 99}, {"since": None}, {"conversation": str(uuid4())}])
async def test_a_visitor_with_an_impossible_cursor_starts_afresh(
    claim: dict[str, Any], visit: OpenVisitor
) -> None:
    visitor = await visit()
    had = (await visitor.say("Hello"))["change"]["conversation"]
    cursor = {"conversation": had["id"], "since": had["version"], **claim}

    back = await visit(visitor.token, **cursor)

    assert back.welcome["state"]["conversation"] == had


async def test_a_visitor_too_far_behind_starts_afresh(
    acme: Account, ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    had = (await visitor.say("Hello"))["change"]["conversation"]
    for number in range(101):
        await agent.say(f"Answer {number}", conversation=had["id"])
        if number % 25 == 0:
            await agent.send({"type": "sync", "rev": 0, "threads": {}})

    back = await visit(visitor.token, conversation=had["id"], since=had["version"])

    assert len(back.welcome["state"]["messages"]) == 100
    assert back.welcome["state"]["has_earlier"] is True


async def test_another_identity_sees_nothing_of_the_old_conversation(visit: OpenVisitor) -> None:
    """A13"""
    visitor = await visit()
    had = (await visitor.say("My secret"))["change"]["conversation"]

    stranger = await visit(None, conversation=had["id"], since=0)

    assert stranger.welcome["state"]["conversation"] is None
    await stranger.send({"type": "sync", "conversation": had["id"], "since": 0})
    assert (await stranger.next("changes"))["state"]["messages"] == []


async def test_the_same_email_reveals_nothing(visit: OpenVisitor) -> None:
    """A10"""
    visitor = await visit()
    await visitor.say("My secret", email="jana@example.org")

    stranger = await visit()
    answer = await stranger.say("It is me again", email="jana@example.org")

    assert answer["change"]["conversation"]["last_seq"] == 1


async def test_marks_are_shown_to_the_other_side(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]

    await agent.send({"type": "seen", "conversation": conversation, "seq": 1})
    seen = await _change(visitor, "seen")
    await agent.say("Hello to you", conversation=conversation)
    await visitor.send({"type": "seen", "seq": 3})

    assert seen["conversation"]["seen"] == {"visitor": 1, "agents": 1}
    assert (await _change(agent, "seen"))["conversation"]["seen"]["visitor"] in (1, 3)


async def test_after_the_end_the_next_message_begins_a_new_conversation(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor = await visit()
    first = (await visitor.say("Hello"))["change"]["conversation"]

    ended = await visitor.ask({"type": "end", "id": str(uuid4())})
    second = (await visitor.say("One more thing"))["change"]["conversation"]

    assert ended["change"]["conversation"]["state"] == "closed"
    assert second["id"] != first["id"]
    assert (second["version"], second["last_seq"]) == (1, 1)


async def test_a_message_sent_again_after_the_end_begins_nothing(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor = await visit()
    frame = {"type": "message", "id": str(uuid4()), "body": "Hello"}
    first = await visitor.ask(frame)
    await visitor.ask({"type": "end", "id": str(uuid4())})

    again = await visitor.ask(frame)
    from_elsewhere = await (await visit(visitor.token)).ask(frame)

    stored = first["change"]["messages"]
    assert again["change"]["messages"] == from_elsewhere["change"]["messages"] == stored
    assert await in_account(acme.pk, Conversation.objects.count) == 1


async def test_what_was_said_before_the_first_message_goes_with_it(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor = await visit(language="cs", time_zone="Europe/Prague")
    said = {"type": "identify", "name": "Jana", "variables": {"plan": "gold"}}
    more = {"type": "identify", "email": "jana@example.org", "variables": {"orders": 3}}

    assert (await visitor.ask({**said, "id": str(uuid4())}))["change"] is None
    assert (await visitor.ask({**more, "id": str(uuid4())}))["change"] is None
    assert await in_account(acme.pk, Visitor.objects.count) == 0
    await visitor.say("Hello")

    row = await in_account(acme.pk, Visitor.objects.get)
    assert (row.name, row.email, row.language) == ("Jana", "jana@example.org", "cs")
    assert row.variables == {"plan": "gold", "orders": 3}
    assert row.time_zone == "Europe/Prague"


async def test_identifying_shows_agents_the_new_name(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    await visitor.say("Hello")

    answer = await visitor.ask({"type": "identify", "id": str(uuid4()), "name": "Jana"})
    spoken = await visitor.say("Now with a name")

    assert answer["change"]["visitor"]["name"] == "Jana"
    changed = await _change(agent, "visitor_identified")
    assert changed["conversation"]["visitor"]["name"] == "Jana"
    assert spoken["change"]["visitor"]["name"] == "Jana"


async def test_an_email_left_with_a_message_is_kept(acme: Account, visit: OpenVisitor) -> None:
    visitor = await visit()
    await visitor.say("Hello")

    await visitor.say("Write to me", email="jana@example.org")

    assert (await in_account(acme.pk, Visitor.objects.get)).email == "jana@example.org"
    assert (await _change(visitor, "visitor_identified"))["visitor"]["email"] == "jana@example.org"


async def test_a_message_with_a_bad_email_is_refused_whole(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor = await visit()
    await visitor.say("Hello")

    refused = await visitor.say("Write to me", email="nobody")

    assert refused["code"] == "invalid"
    assert await in_account(acme.pk, Message.objects.count) == 1
    assert await visitor.hears_nothing()


async def test_assigning_closing_and_blocking_reach_everybody(
    ana: Membership, ben: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent, colleague = await visit(), await work(ana), await work(ben)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    common = {"conversation": conversation}
    steps: list[tuple[Frame, str]] = [
        ({"type": "assign", "to": str(ben.pk)}, "assigned"),
        ({"type": "block", "on": True}, "visitor_blocked"),
        ({"type": "block", "on": False}, "visitor_unblocked"),
        ({"type": "close"}, "closed"),
    ]

    for frame, kind in steps:
        answer = await agent.ask({**frame, **common, "id": str(uuid4())})
        assert answer["change"]["change"] == kind
        assert await _change(colleague, kind) == answer["change"]
        assert (await _change(visitor, kind))["conversation"]["id"] == conversation


async def test_what_is_so_already_is_acknowledged_without_a_change(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]

    answer = await agent.ask(
        {"type": "assign", "id": str(uuid4()), "conversation": conversation, "to": None}
    )

    assert answer["change"] is None


async def test_an_agent_is_told_how_many_conversations_wait(
    conversation: Conversation, ana: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)

    await agent.send({"type": "count"})

    assert agent.welcome["counts"] == {"waiting": 1, "mine": 0, "all": 1}
    assert (await agent.next("counts"))["counts"] == agent.welcome["counts"]


async def test_a_transcript_is_acknowledged(
    ana: Membership, conversation: Conversation, work: OpenInbox
) -> None:
    agent = await work(ana)

    answer = await agent.ask(
        {
            "type": "transcript",
            "id": str(uuid4()),
            "conversation": str(conversation.pk),
            "email": "jana@example.org",
        }
    )

    assert answer["type"] == "ack"


async def test_new_visitors_are_no_new_allowance_of_mails_to_one_mailbox(
    visit: OpenVisitor,
) -> None:
    """A51: an id costs nothing, so mail is also counted by the mailbox that it goes to."""
    answers = []
    for email in ("Gus@example.org", "gus@example.org", "gus@example.org", "gus@example.ORG"):
        visitor = await visit()
        await visitor.say("Hello")
        asked = {"type": "transcript", "id": str(uuid4()), "email": email}
        answers.append(await visitor.ask(asked))

    assert [answer["type"] for answer in answers] == ["ack", "ack", "ack", "refused"]
    assert answers[-1]["code"] == "too_many"


# --- The droppable lane -------------------------------------------------------------------------


async def test_typing_of_an_agent_reaches_visitor_and_colleagues_by_public_name(
    ana: Membership, ben: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent, colleague = await visit(), await work(ana), await work(ben)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]

    await agent.send({"type": "typing", "conversation": conversation, "on": True})

    for device in (visitor, colleague):
        typing = await device.next("typing")
        assert typing["by"] == {
            "id": str(ana.pk), "name": "Ana", "photo": None, "description": ""
        }  # fmt: skip
        assert (typing["conversation"], typing["on"]) == (conversation, True)
    assert "typing" not in {frame["type"] for frame in await agent.drain()}


async def test_typing_of_a_visitor_reaches_agents_only(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    tab = await visit(visitor.token)
    await visitor.say("Hello")

    await visitor.send({"type": "typing", "on": True})

    assert (await agent.next("typing"))["by"] is None
    for device in (visitor, tab):
        assert "typing" not in {frame["type"] for frame in await device.drain()}


async def test_typing_before_the_first_message_reaches_nobody(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)

    await visitor.send({"type": "typing", "on": True})

    assert "typing" not in {frame["type"] for frame in await agent.drain()}


async def test_a_watched_visitor_is_shown_with_the_pages_of_the_visit(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    first = {"url": "https://shop.test/shoes#top", "title": "Shoes", "referrer": ""}
    visitor, agent = await visit(page=first), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]

    await agent.send({"type": "watch", "conversation": conversation})
    shown = await agent.next("visitor")
    await visitor.send({"type": "page", "page": {"url": "https://shop.test/cart", "title": "Cart"}})
    moved = await agent.next("visitor")

    assert (shown["conversation"], shown["is_online"]) == (conversation, True)
    assert [page["url"] for page in shown["pages"]] == ["https://shop.test/shoes"]
    assert [page["title"] for page in moved["pages"]] == ["Cart", "Shoes"]


async def test_a_watched_visitor_who_left_is_shown_as_gone(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    await agent.send({"type": "watch", "conversation": conversation})
    assert (await agent.next("visitor"))["is_online"] is True

    await visitor.leave()

    gone = await agent.next("visitor", within=presence.GRACE_SECONDS + 3)
    assert gone["is_online"] is False


async def test_a_visitor_no_longer_watched_is_not_shown(
    ana: Membership, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    await agent.send({"type": "watch", "conversation": conversation})
    await agent.next("visitor")

    await agent.send({"type": "watch", "conversation": None})
    await visitor.send({"type": "page", "page": {"url": "https://shop.test/cart"}})

    assert "visitor" not in {frame["type"] for frame in await agent.drain()}
