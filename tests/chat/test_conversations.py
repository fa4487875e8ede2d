"""Assigning, closing and marking: once each, told to both sides, refused to strangers."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, events, messages, visitors, wire
from chat.authors import Author
from chat.models import Conversation, Visitor
from chat.refusals import RefusedError


def test_a_visitor_has_one_conversation_at_a_time(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    visitor: Visitor = conversation.visitor

    assert conversations.open_for(visitor) == conversation
    conversations.close(conversation, by=Author.of_member(ana))
    following = conversations.open_for(visitor)

    assert following != conversation
    assert conversations.latest(visitor) == following


def test_a_blocked_visitor_opens_no_conversation(
    new_visitor: Callable[..., Visitor], ana: Membership, inside_acme: None
) -> None:
    visitor = new_visitor()
    visitors.block(visitor, by=ana)
    visitor.refresh_from_db()

    with pytest.raises(RefusedError) as refused:
        conversations.open_for(visitor)

    assert refused.value.code == wire.Refusal.BLOCKED
    assert not Conversation.objects.exists()


def test_transferring_tells_who_has_it_and_who_gave_it(
    conversation: Conversation, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    event = conversations.assign(conversation, to=ben, by=ana)

    assert event is not None
    assert event.change == wire.Change.ASSIGNED
    assert event.inbox.conversation.state == "served"
    assert event.visitor.conversation.agent is not None
    assert event.visitor.conversation.agent.name == "Ben"
    assert event.visitor.messages[0].event == {
        "name": "agent_assign",
        "agent": {"id": str(ben.pk), "name": "Ben"},
        "by": {"id": str(ana.pk), "name": "Ana"},
    }


def test_giving_it_to_whoever_has_it_changes_nothing(
    conversation: Conversation, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    conversations.assign(conversation, to=ben, by=ana)

    with events.collecting() as told:
        assert conversations.assign(conversation, to=ben, by=ana) is None

    assert told == []


def test_giving_it_to_nobody_opens_it_again_to_all(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    conversations.assign(conversation, to=ana, by=ana)

    event = conversations.assign(conversation, to=None, by=ana)

    assert event is not None
    assert event.inbox.conversation.assignee is None
    assert event.inbox.conversation.state == "open"
    assert event.inbox.messages[0].event is not None
    assert event.inbox.messages[0].event["name"] == "agent_leave"


def test_only_members_who_may_enter_are_given_conversations(
    gus: Membership, conversation: Conversation, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    """A1, A3: a colleague who left, and somebody of another account."""
    ben.is_active = False
    ben.save()

    for somebody in (ben, gus):
        with pytest.raises(RefusedError) as refused:
            conversations.assign(conversation, to=somebody, by=ana)
        assert refused.value.code == wire.Refusal.NOT_FOUND
    assert Conversation.objects.get(pk=conversation.pk).assignee_id is None


def test_a_closed_conversation_is_not_given_to_anybody(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    conversations.close(conversation, by=Author.of_member(ana))

    with pytest.raises(RefusedError) as refused:
        conversations.assign(conversation, to=ana, by=ana)

    assert refused.value.code == wire.Refusal.CLOSED


def test_closing_ends_waiting_and_says_who_did_it(
    conversation: Conversation, inside_acme: None
) -> None:
    event = conversations.close(conversation, by=Author.of_visitor(conversation.visitor))

    assert event is not None
    assert event.inbox.conversation.state == "closed"
    assert event.inbox.conversation.waiting_since is None
    assert event.inbox.conversation.closed_at is not None
    assert event.visitor.messages[0].event == {"name": "chat_close", "by": "visitor"}


def test_closing_again_changes_nothing(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    first = conversations.close(conversation, by=Author.of_member(ana))
    assert first is not None

    assert conversations.close(conversation, by=Author.of_member(ana)) is None
    assert Conversation.objects.get(pk=conversation.pk).rev == first.inbox.rev


def test_a_stranger_closes_nothing(
    gus: Membership,
    conversation: Conversation,
    new_visitor: Callable[..., Visitor],
    inside_acme: None,
) -> None:
    """A16."""
    for stranger in (Author.of_visitor(new_visitor()), Author.of_member(gus)):
        with pytest.raises(RefusedError) as refused:
            conversations.close(conversation, by=stranger)
        assert refused.value.code == wire.Refusal.NOT_FOUND
    assert Conversation.objects.get(pk=conversation.pk).is_open


def test_another_accounts_conversation_is_not_there(
    conversation: Conversation, other: Account, gus: Membership
) -> None:
    """A1: each verb, with the right id, inside the wrong account."""
    with tenant(other.pk):
        verbs: list[Callable[[], object]] = [
            lambda: conversations.close(conversation, by=Author.of_member(gus)),
            lambda: conversations.assign(conversation, to=gus, by=gus),
            lambda: conversations.mark(conversation, side="agents", what="seen", seq=1),
        ]
        for verb in verbs:
            with pytest.raises(RefusedError) as refused:
                verb()
            assert refused.value.code == wire.Refusal.NOT_FOUND


def test_what_is_seen_is_received_and_counts_as_read(
    conversation: Conversation, inside_acme: None
) -> None:
    event = conversations.mark(conversation, side="agents", what="seen", seq=1)

    assert event is not None
    assert event.change == wire.Change.SEEN
    assert event.visitor.conversation.received.agents == 1
    assert event.visitor.conversation.seen.agents == 1
    assert event.inbox.conversation.unread == 0
    assert event.inbox.messages == []


def test_what_is_received_is_not_yet_seen(conversation: Conversation, inside_acme: None) -> None:
    event = conversations.mark(conversation, side="agents", what="received", seq=1)

    assert event is not None
    assert event.change == wire.Change.RECEIVED
    assert event.visitor.conversation.seen.agents == 0
    assert event.inbox.conversation.unread == 1


def test_marks_only_rise(new_conversation: Callable[..., Conversation], inside_acme: None) -> None:
    conversation = new_conversation("One", "Two", "Three")
    conversations.mark(conversation, side="agents", what="seen", seq=2)
    fresh = Conversation.objects.get(pk=conversation.pk)

    for held in (conversation, fresh):
        for what in ("received", "seen"):
            assert conversations.mark(held, side="agents", what=what, seq=1) is None
    stored = Conversation.objects.get(pk=conversation.pk)
    assert (stored.agents_seen_seq, stored.rev) == (2, fresh.rev)


def test_reading_half_leaves_the_other_half_unread(
    new_conversation: Callable[..., Conversation], inside_acme: None
) -> None:
    conversation = new_conversation("One", "Two", "Three")

    event = conversations.mark(conversation, side="agents", what="seen", seq=2)

    assert event is not None
    assert event.inbox.conversation.unread == 1


def test_nobody_has_read_what_was_not_written(
    conversation: Conversation, inside_acme: None
) -> None:
    event = conversations.mark(conversation, side="agents", what="seen", seq=1_000_000)

    assert event is not None
    assert event.inbox.conversation.seen.agents == 1


def test_the_visitors_reading_clears_their_count(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    answer = messages.post(
        conversation, author=Author.of_member(ana), body="Yes", client_id=uuid4()
    )

    event = conversations.mark(conversation, side="visitor", what="seen", seq=3)

    assert answer.visitor.conversation.unread == 1
    assert event is not None
    assert event.visitor.conversation.unread == 0
    assert event.inbox.conversation.seen.visitor == 3
