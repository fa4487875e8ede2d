"""Telling: after the commit, to both sides, each its own frame, and never instead of storing."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import LazySettings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, events, messages
from chat.authors import Author
from chat.events import Event
from chat.models import Conversation, Message


def said(conversation: Conversation) -> Event:
    return messages.post(
        conversation,
        author=Author.of_visitor(conversation.visitor),
        body="News",
        client_id=uuid4(),
    )


async def heard(event: Event, *groups: str) -> list[dict[str, Any]]:
    """What a member of each group is sent for this event."""
    layer = get_channel_layer()
    assert layer is not None
    channels = [await layer.new_channel() for _ in groups]
    for group, channel in zip(groups, channels, strict=True):
        await layer.group_add(group, channel)
    await events.send([event])
    received = [await layer.receive(channel) for channel in channels]
    for group, channel in zip(groups, channels, strict=True):
        await layer.group_discard(group, channel)
    return received


@pytest.mark.django_db(transaction=True)
def test_each_side_is_sent_its_own_frame(
    acme: Account, ana: Membership, conversation: Conversation
) -> None:
    with tenant(acme.pk):
        event = said(conversation)

    inbox, visitor = async_to_sync(heard)(
        event,
        events.inbox_group(acme.pk),
        events.visitor_group(acme.pk, conversation.visitor.public_id),
    )

    assert json.loads(inbox["frame"]) == event.inbox.model_dump(mode="json")
    assert json.loads(visitor["frame"]) == event.visitor.model_dump(mode="json")
    for sent in (inbox, visitor):
        assert sent["type"] == "conversation.changed"
        assert sent["rev"] == event.inbox.rev
        assert sent["version"] == event.visitor.conversation.version
        assert sent["conversation"] == str(conversation.pk)


def test_nothing_is_told_before_the_commit(
    conversation: Conversation,
    inside_acme: None,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks() as after_commit:
        said(conversation)
        conversations.mark(conversation, side="agents", what="seen", seq=2)
        conversations.mark(conversation, side="agents", what="seen", seq=2)

    assert len(after_commit) == 2


def test_what_is_gathered_is_not_sent_by_itself(
    conversation: Conversation,
    inside_acme: None,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks() as after_commit, events.collecting() as gathered:
        event = said(conversation)

    assert gathered == [event]
    assert after_commit == []


@pytest.mark.django_db(transaction=True)
def test_an_unreachable_bus_does_not_undo_what_is_stored(
    acme: Account, conversation: Conversation, settings: LazySettings
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:9"]},
        }
    }

    with tenant(acme.pk):
        event = said(conversation)

    with tenant(acme.pk):
        assert Message.objects.filter(pk=event.inbox.messages[0].id).exists()


def test_groups_are_named_by_account(acme: Account, other: Account) -> None:
    """A5: the same visitor id in two accounts is two groups, and no name holds foreign signs."""
    public_id = "vi" + "a" * 22
    names = {
        events.visitor_group(acme.pk, public_id),
        events.visitor_group(other.pk, public_id),
        events.inbox_group(acme.pk),
        events.inbox_group(other.pk),
    }

    assert len(names) == 4
    assert all(len(name) < 100 and name.replace(".", "").isalnum() for name in names)
