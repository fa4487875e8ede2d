"""The one place that tells open sockets what was written.

The bus may lose, double and reorder: every frame carries its number, and a socket that misses one
asks the database.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import structlog
from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from chat import projections, wire
from chat.models import Conversation
from chat.projections import Said

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Event:
    """One change of one conversation, as agents and as the visitor are shown it. `is_repeated`: it
    was stored before, and this only tells it again to whoever asked again. `is_restricted`: members
    are not shown it (Art. 18 GDPR)."""

    change: wire.Change
    account_id: UUID
    visitor_id: str
    inbox: wire.InboxChange
    visitor: wire.VisitorChange
    is_repeated: bool = field(default=False, compare=False)
    is_restricted: bool = False

    @property
    def for_inboxes(self) -> wire.InboxChange | wire.InboxChanges:
        """What open inboxes are told: of a restricted conversation, that the counter has moved on
        and nothing else."""
        if not self.is_restricted:
            return self.inbox
        return wire.InboxChanges(
            rev=self.inbox.rev, conversations=[], messages=[], has_more=False, restart=False
        )

    @classmethod
    def of(
        cls,
        change: wire.Change,
        conversation: Conversation,
        *,
        preview: wire.PreviewRow | None,
        said: Sequence[Said] = (),
        is_repeated: bool = False,
    ) -> Self:
        """Both projections of a stamped conversation and of what was said in this change."""
        return cls(
            change=change,
            account_id=conversation.account_id,
            visitor_id=conversation.visitor.public_id,
            inbox=wire.InboxChange(
                change=change,
                rev=conversation.rev,
                conversation=projections.inbox_row(conversation, preview),
                messages=[projections.message_row(*one, side="agents") for one in said],
            ),
            visitor=wire.VisitorChange(
                change=change,
                visitor=projections.visitor_row(conversation.visitor),
                conversation=projections.visitor_conversation_row(conversation),
                messages=[projections.message_row(*one, side="visitor") for one in said],
            ),
            is_repeated=is_repeated,
            is_restricted=conversation.restricted_at is not None,
        )


def inbox_group(account_id: UUID) -> str:
    """The bus group of an account's inboxes. Built from our own ids only (A5)."""
    return f"inbox.{account_id.hex}"


def visitor_group(account_id: UUID, public_id: str) -> str:
    """The bus group of one visitor's devices. `public_id` must come from a verified token (A5)."""
    return f"visitor.{account_id.hex}.{public_id}"


_collected: ContextVar[list[Event] | None] = ContextVar("collected", default=None)


@contextmanager
def collecting() -> Iterator[list[Event]]:
    """Gather events instead of sending them, also those published in threads started inside.

    Sockets use it around `in_account` and send afterwards on their own loop. If the work raises,
    drop what was gathered: it was not stored.
    """
    events: list[Event] = []
    token = _collected.set(events)
    try:
        yield events
    finally:
        _collected.reset(token)


def publish(event: Event) -> Event:
    """Tell both sides once the transaction has committed. Never fails: the change is stored."""
    collected = _collected.get()
    if collected is not None:
        collected.append(event)
    else:
        # A lambda, because Django cannot name a partial when it logs the failure.
        transaction.on_commit(lambda: async_to_sync(send)([event]), robust=True)
    return event


def restart_inboxes(account_id: UUID, rev: int) -> None:
    """Let the account's open inboxes load anew, where something else than a conversation changed
    what they show. One that misses the word shows what it loaded until it loads again."""
    _restart(account_id, rev, {"type": "ephemeral", "except": None})


def restart_behind(account_id: UUID, rev: int) -> None:
    """The same after the counter has jumped to `rev` (`revisions.jump`): each socket finds that it is
    too far behind and says so. One that misses the word finds it with the next change or sync."""
    _restart(account_id, rev, {"type": "conversation.changed", "rev": rev})


def _restart(account_id: UUID, rev: int, message: dict[str, Any]) -> None:
    restart = wire.InboxChanges(
        rev=rev, conversations=[], messages=[], has_more=False, restart=True
    )
    message = {**message, "frame": restart.model_dump_json()}
    layer = get_channel_layer()
    assert layer is not None
    try:
        async_to_sync(layer.group_send)(inbox_group(account_id), message)
    except (RedisError, OSError, ChannelFull) as error:
        log.warning("bus_unreachable", change="restart", error=type(error).__name__)


async def send(events: Iterable[Event]) -> None:
    """Put committed events on the bus. An unreachable bus is logged: sockets heal by `sync`."""
    for event in events:
        try:
            await asyncio.gather(
                _put(inbox_group(event.account_id), event, event.for_inboxes),
                _put(visitor_group(event.account_id, event.visitor_id), event, event.visitor),
            )
        except (RedisError, OSError, ChannelFull) as error:
            log.warning("bus_unreachable", change=event.change.value, error=type(error).__name__)


async def _put(group: str, event: Event, frame: wire.Frame) -> None:
    message: dict[str, Any] = {
        "type": "conversation.changed",
        "rev": event.inbox.rev,
        "version": event.inbox.conversation.version,
        "conversation": str(event.inbox.conversation.id),
        "frame": frame.model_dump_json(),
    }
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(group, message)
