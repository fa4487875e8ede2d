"""What the inbox reads. Every list is paged by key along an index led by the account, so that a
page costs the same with ten conversations and with a million."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Membership
from chat import projections, revisions, wire
from chat.models import Conversation, ConversationQuerySet, Message
from chat.refusals import RefusedError
from chat.search import search

View = Literal["waiting", "mine", "all", "closed"]

PAGE = 50
MAX_BEHIND = 500
"""Changes. A page that lacks more is loaded again, which costs less than catching up."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """Rows of a list and what to pass as `after` for the next ones; None: that is all."""

    conversations: list[wire.ConversationRow]
    next: str | None


def page(view: str, *, member: Membership, query: str = "", after: str = "") -> Page:
    """One page of a list, waiting longest first or newest first. A query searches all
    conversations, whatever the view. Raises RefusedError(INVALID) for an unknown view or `after`;
    see `search.search` for those of a query."""
    if view not in get_args(View):
        raise RefusedError(wire.Refusal.INVALID)
    if query.strip():
        found = search(query, below=_revision(after), limit=PAGE)
        return Page(_rows(found.conversations), str(found.below) if found.below else None)
    time, listed = _listed(view, member)
    if after:
        at, pk = _read_key(after)
        listed = listed.filter(_beyond(time, at, pk))
    conversations = list(listed.select_related("visitor", "assignee", "group")[: PAGE + 1])
    shown = conversations[:PAGE]
    more = len(conversations) > PAGE
    return Page(_rows(shown), _key(getattr(shown[-1], time), shown[-1].pk) if more else None)


_COUNTS = """
    SELECT
        (SELECT count(*) FROM (SELECT FROM chat_conversation
            WHERE waiting_since IS NOT NULL AND restricted_at IS NULL LIMIT 100) AS waiting),
        (SELECT count(*) FROM (SELECT FROM chat_conversation
            WHERE closed_at IS NULL AND assignee_id = %s AND restricted_at IS NULL LIMIT 100) AS mine),
        (SELECT count(*) FROM (SELECT FROM chat_conversation
            WHERE closed_at IS NULL AND restricted_at IS NULL LIMIT 100) AS live)
"""


def counts(member: Membership) -> wire.Counts:
    """How many conversations stand in each list; none is counted further than 100."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [member.pk])
        waiting, mine, live = cursor.fetchone()
    return wire.Counts(waiting=waiting, mine=mine, all=live)


def changes_since(
    rev: int, threads: dict[UUID, int], member: Membership, limit: int = 50
) -> wire.InboxChanges:
    """What changed in the account after `rev`, oldest first. `threads`: the conversations whose
    messages are wanted, each from above a version. Restart: more than 500 changes, or more than a
    page of messages, or a `rev` from the future (the database was restored)."""
    # The head is read before the rows: what happens in between is sent twice, not lost.
    head = revisions.head(member.account_id)
    if rev > head or head - rev > MAX_BEHIND:
        return _restart(head)
    changed = list(
        Conversation.objects.usable()
        .filter(rev__gt=rev)
        .select_related("visitor", "assignee", "group")
        .order_by("rev")[: limit + 1]
    )
    shown = changed[:limit]
    has_more = len(changed) > limit
    messages = _missing([one for one in shown if one.pk in threads], threads)
    if messages is None:
        return _restart(head)
    last = shown[-1].rev if shown else rev
    return wire.InboxChanges(
        rev=last if has_more else max(head, last),
        conversations=_rows(shown),
        messages=[projections.message_row(message, side="agents") for message in messages],
        has_more=has_more,
        restart=False,
    )


class Thread(wire.Row):
    """A conversation and its newest messages, in order. `rev`: where the inbox stood before."""

    conversation: wire.ConversationRow
    messages: list[wire.MessageRow]
    has_earlier: bool
    rev: int


def thread(conversation_id: UUID) -> Thread:
    """One conversation, opened. Raises RefusedError as `find`."""
    conversation = find(conversation_id)
    head = revisions.head(conversation.account_id)
    messages = projections.newest_messages(conversation)
    return Thread(
        conversation=_rows([conversation])[0],
        messages=[projections.message_row(message, side="agents") for message in messages],
        has_earlier=bool(messages) and messages[0].seq > 1,
        rev=head,
    )


def find(conversation_id: UUID) -> Conversation:
    """The conversation of this account with this id. Raises RefusedError: NOT_FOUND, and NOT_ALLOWED
    while it is restricted."""
    found = (
        Conversation.objects.select_related("visitor", "assignee", "group")
        .filter(pk=conversation_id)
        .first()
    )
    if found is None:
        raise RefusedError(wire.Refusal.NOT_FOUND)
    if found.restricted_at:
        raise RefusedError(wire.Refusal.NOT_ALLOWED)
    return found


def colleagues(member: Membership) -> list[wire.ColleagueRow]:
    """Everyone who may enter the account, by name. Who is here, only the bus knows: until it says
    so, nobody is, except the member who asks."""
    everyone = Membership.objects.active().filter(account=member.account_id)
    return [
        me(one) if one.pk == member.pk else projections.colleague_row(one, "offline")
        for one in everyone.order_by("public_name", "pk")
    ]


def me(member: Membership) -> wire.ColleagueRow:
    """The member who asks: here, and available or not."""
    return projections.colleague_row(member, "online" if member.is_available else "away")


def _listed(view: str, member: Membership) -> tuple[str, ConversationQuerySet]:
    """The list and the time that orders it."""
    everything = Conversation.objects.usable()
    match view:
        case "waiting":
            return "waiting_since", everything.waiting().longest_waiting_first()
        case "mine":
            return "last_message_at", everything.assigned_to(member).newest_first()
        case "closed":
            return "last_message_at", everything.closed().newest_first()
    return "last_message_at", everything.live().newest_first()


def _beyond(time: str, at: datetime, pk: UUID) -> Q:
    """Rows after this one in their order. The first condition is implied by the second, and is
    the one that PostgreSQL can seek to in the index."""
    way = "gt" if time == "waiting_since" else "lt"
    return Q(**{f"{time}__{way}e": at}) & (
        Q(**{f"{time}__{way}": at}) | Q(**{time: at, f"id__{way}": pk})
    )


def _key(at: datetime, pk: UUID) -> str:
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}.{pk.hex}"


def _read_key(key: str) -> tuple[datetime, UUID]:
    at, _, pk = key.partition(".")
    try:
        return _EPOCH + timedelta(microseconds=int(at)), UUID(hex=pk)
    except (ValueError, OverflowError) as error:
        raise RefusedError(wire.Refusal.INVALID) from error


def _revision(after: str) -> int | None:
    if not after:
        return None
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise RefusedError(wire.Refusal.INVALID)
    return int(after)


def _rows(conversations: list[Conversation]) -> list[wire.ConversationRow]:
    previews = projections.previews([one.pk for one in conversations])
    return [projections.inbox_row(one, previews.get(one.pk)) for one in conversations]


def _missing(conversations: list[Conversation], have: dict[UUID, int]) -> list[Message] | None:
    """The messages of these conversations above the versions that the page has; None: too many."""
    if not conversations:
        return []
    wanted = Q()
    for conversation in conversations:
        wanted |= Q(conversation=conversation, version__gt=have[conversation.pk])
    missing = list(
        Message.objects.filter(wanted)
        .select_related("visitor", "member", "redacted_by")
        .prefetch_related("attachments")
        .order_by("conversation", "seq")[: wire.PAGE + 1]
    )
    return missing if len(missing) <= wire.PAGE else None


def _restart(head: int) -> wire.InboxChanges:
    return wire.InboxChanges(rev=head, conversations=[], messages=[], has_more=False, restart=True)
