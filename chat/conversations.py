"""Verbs of conversations. Each locks the conversation first and stamps it last."""

from typing import Any, Literal
from uuid import uuid4

from django.utils import timezone

from accounts.models import Membership
from chat import events, projections, revisions, wire
from chat.authors import Author
from chat.events import Event
from chat.locking import locked
from chat.models import AuthorKind, Conversation, ConversationState, Group, Message, Visitor
from chat.projections import Said
from chat.refusals import RefusedError


def latest(visitor: Visitor) -> Conversation | None:
    """The visitor's newest conversation, closed or not."""
    return (
        Conversation.objects.filter(visitor=visitor)
        .select_related("visitor", "assignee", "group")
        .order_by("-created_at")
        .first()
    )


def open_for(visitor: Visitor, *, group: Group | None = None) -> Conversation:
    """The visitor's conversation that is not closed, or a new one, routed to `group`.

    Two tabs that ask at once get the same one. Raises RefusedError(BLOCKED). Nothing tells of the
    new conversation before its first message: post it in the same transaction.
    """
    if visitor.blocked_at:
        raise RefusedError(wire.Refusal.BLOCKED)
    live = Conversation.objects.live().filter(visitor=visitor)
    found = live.first()
    while found is None:
        Conversation.objects.bulk_create(
            [Conversation(account_id=visitor.account_id, visitor=visitor, group=group)],
            # The other tab may be first. Without this, its row would break our transaction.
            ignore_conflicts=True,
        )
        found = live.first()
    return found


def assign(conversation: Conversation, *, to: Membership | None, by: Membership) -> Event | None:
    """Give the conversation to a colleague, or to nobody. None when it is theirs already.

    Raises RefusedError: CLOSED; NOT_FOUND for a conversation, or somebody, of another account, and
    for a member who may not enter; NOT_ALLOWED while it is restricted.
    """
    now = locked(conversation.pk)
    require_part(now, Author.of_member(by))
    if to is not None:
        _require_same_account(now, to)
        if not to.is_active:
            raise RefusedError(wire.Refusal.NOT_FOUND)
    if not now.is_open:
        raise RefusedError(wire.Refusal.CLOSED)
    before: Membership | None = now.assignee
    if (to.pk if to else None) == now.assignee_id:
        return None
    now.assignee = to
    now.state = ConversationState.SERVED if to else ConversationState.OPEN
    if to is None:
        assert before is not None
        what = {"name": "agent_leave", "agent": _mention(before), "by": _mention(by)}
    else:
        what = {"name": "agent_assign", "agent": _mention(to), "by": _mention(by)}
    told = tell(now, what)
    return _finish(wire.Change.ASSIGNED, now, Said(told, ()))


def close(conversation: Conversation, *, by: Author) -> Event | None:
    """End the conversation; what follows opens a new one. None when it was closed already.

    Raises RefusedError(NOT_FOUND) when the author has no part in it (A16).
    """
    now = locked(conversation.pk)
    require_part(now, by)
    if not now.is_open:
        return None
    now.closed_at = timezone.now()
    now.state = ConversationState.CLOSED
    now.waiting_since = None
    now.unread_by_agents = 0
    what: dict[str, Any] = {"name": "chat_close", "by": by.kind.value}
    if by.member:
        what["agent"] = _mention(by.member)
    told = tell(now, what)
    return _finish(wire.Change.CLOSED, now, Said(told, ()))


def mark(
    conversation: Conversation,
    *,
    side: Literal["visitor", "agents"],
    what: Literal["received", "seen"],
    seq: int,
) -> Event | None:
    """Note that a side has, or has read, everything up to `seq`. Seen is received too.

    Marks only rise, and not above the last message. None when this one says nothing new.
    """
    if seq <= _mark(conversation, side, what):
        # Marks only rise, so one read earlier in this transaction is enough to say no, unlocked.
        return None
    now = locked(conversation.pk)
    seq = min(seq, now.last_seq)
    if seq <= _mark(now, side, what):
        return None
    setattr(now, f"{side}_received_seq", max(seq, _mark(now, side, "received")))
    if what == "seen":
        setattr(now, f"{side}_seen_seq", seq)
        unread = 0 if seq == now.last_seq else _said_to(side, now).filter(seq__gt=seq).count()
        setattr(now, f"unread_by_{side}", unread)
    change = wire.Change.SEEN if what == "seen" else wire.Change.RECEIVED
    return _finish(change, now)


def tell(conversation: Conversation, what: dict[str, Any]) -> Message:
    """Append an event to a locked conversation, as part of the change that its stamp will end."""
    conversation.last_seq += 1
    author = Author.system(conversation.account_id)
    return Message.objects.create(
        account_id=conversation.account_id,
        conversation=conversation,
        seq=conversation.last_seq,
        version=conversation.version + 1,
        client_id=uuid4(),
        event=what,
        **author.columns(),
    )


def joined(conversation: Conversation, member: Membership) -> Message:
    """Put the member on a locked conversation because they answered first."""
    conversation.assignee = member
    conversation.state = ConversationState.SERVED
    return tell(conversation, {"name": "agent_join", "agent": _mention(member)})


def touch(change: wire.Change, conversation: Conversation, *said: Said) -> Event:
    """Stamp and tell a change of what is shown with a locked conversation, such as its visitor or
    a message that was there already."""
    return _finish(change, conversation, *said)


def require_part(conversation: Conversation, author: Author) -> None:
    """Raise RefusedError(NOT_FOUND) unless the author is its visitor or works for its account, and
    NOT_ALLOWED for a member while it is restricted (Art. 18 GDPR)."""
    if author.account_id != conversation.account_id or (
        author.visitor is not None and author.visitor.pk != conversation.visitor_id
    ):
        raise RefusedError(wire.Refusal.NOT_FOUND)
    if author.member is not None and conversation.restricted_at:
        raise RefusedError(wire.Refusal.NOT_ALLOWED)


def _finish(change: wire.Change, conversation: Conversation, *said: Said) -> Event:
    preview = projections.previews([conversation.pk]).get(conversation.pk)
    revisions.stamp(conversation)
    return events.publish(Event.of(change, conversation, preview=preview, said=said))


def _require_same_account(conversation: Conversation, member: Membership) -> None:
    if member.account_id != conversation.account_id:
        raise RefusedError(wire.Refusal.NOT_FOUND)


def _mention(member: Membership) -> dict[str, str]:
    """How an event names a member: by what visitors may see (S33)."""
    return {"id": str(member.pk), "name": member.public_name}


def _mark(
    conversation: Conversation,
    side: Literal["visitor", "agents"],
    what: Literal["received", "seen"],
) -> int:
    value: int = getattr(conversation, f"{side}_{what}_seq")
    return value


def _said_to(side: Literal["visitor", "agents"], conversation: Conversation) -> Any:
    said = Message.objects.filter(conversation=conversation)
    if side == "agents":
        return said.filter(author_kind=AuthorKind.VISITOR)
    return said.filter(author_kind__in=[AuthorKind.MEMBER, AuthorKind.AUTOMATIC])
