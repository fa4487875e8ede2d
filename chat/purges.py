"""What the purge finds in the chat: conversations with all that hangs on them, and visitors who
have none. Rows are deleted by their ids, without Django's cascade, which would load them all.

A step must cost the same in an account with a million conversations as in one with ten. Behind the
wall PostgreSQL does not know which account it plans for, and takes a large one for an average one
(docs/adr/0004-search-under-the-wall.md): given a list of ids it may read the whole account. So
every row is reached by one look into an index, for one id at a time.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Set
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from chat.models import (
    Attachment,
    Conversation,
    ConversationMail,
    ConversationQuerySet,
    Message,
    Visitor,
)
from privacy.purges import Gone
from privacy.retention import CutOff

CONVERSATIONS_PER_STEP = 200
VISITORS_PER_STEP = 500


class ConversationPurge:
    """Conversations whose last message is older than the account keeps, closed or not: one that
    nobody ever closed would otherwise stay for ever. Their visitors go along when they are due."""

    def due(self, cut_off: CutOff, held: Set[UUID]) -> Mapping[str, int]:
        found = self._due(cut_off, held)
        counted = found.aggregate(conversations=Count("pk"), messages=Coalesce(Sum("last_seq"), 0))
        files = Attachment.objects.filter(message__conversation__in=found.values("pk"))
        return {**counted, "files": files.count()}

    def step(self, cut_off: CutOff, held: Set[UUID], limit: int) -> Gone | None:
        ids: list[UUID] = []
        visitors: set[UUID] = set()
        rows = 0
        for pk, visitor, messages in _oldest(self._due(cut_off, held)):
            ids.append(pk)
            visitors.add(visitor)
            rows += messages
            if rows >= limit or len(ids) == CONVERSATIONS_PER_STEP:
                break
        if not ids:
            return None
        gone = _delete_conversations(ids)
        idle = _delete_visitors(_idle_among(visitors - held, cut_off.idle))
        return Gone(
            counts=Counter(gone.counts) + Counter(idle.counts),
            ids=gone.ids | idle.ids,
            files=gone.files + idle.files,
        )

    def _due(self, cut_off: CutOff, held: Set[UUID]) -> ConversationQuerySet:
        if cut_off.history is None:
            return Conversation.objects.none()
        # Asked of the row too, and so again once it is locked: `held` may be older than a restriction.
        usable = Conversation.objects.usable().filter(last_message_at__lt=cut_off.history)
        return usable.exclude(Q(pk__in=held) | Q(visitor_id__in=held))


class IdleVisitorPurge:
    """Visitors without a conversation who have not been back (R11)."""

    def due(self, cut_off: CutOff, held: Set[UUID]) -> Mapping[str, int]:
        return {"visitors": self._due(cut_off, held).count()}

    def step(self, cut_off: CutOff, held: Set[UUID], limit: int) -> Gone | None:
        idle = self._due(cut_off, held).select_for_update(skip_locked=True, of=("self",))
        oldest = idle.order_by("last_seen_at").values_list("pk", flat=True)
        ids = list(oldest[: min(limit, VISITORS_PER_STEP)])
        return _delete_visitors(ids) if ids else None

    def _due(self, cut_off: CutOff, held: Set[UUID]) -> QuerySet[Visitor]:
        talks = Conversation.objects.filter(visitor=OuterRef("pk"))
        idle = Visitor.objects.filter(~Exists(talks), last_seen_at__lt=cut_off.idle)
        return idle.filter(restricted_at=None).exclude(pk__in=held)


def visitor_of(conversation_id: UUID) -> UUID | None:
    """The visitor whose conversation this is; None when the account has none such."""
    found = Conversation.objects.filter(pk=conversation_id).values_list("visitor_id", flat=True)
    return found.first()


CONVERSATIONS = ConversationPurge()
IDLE_VISITORS = IdleVisitorPurge()


def _oldest(due: ConversationQuerySet) -> Iterator[tuple[UUID, UUID, int]]:
    """Id, visitor and messages of conversations, locked. Those that somebody writes in right now
    are left out: they are looked at again in the next step, and by then their last message is new.
    """
    # One after the other, because each has its index: together they would be sorted in every step.
    for listed in (due.closed(), due.live()):
        oldest = listed.order_by("last_message_at", "pk").select_for_update(skip_locked=True)
        yield from oldest.values_list("pk", "visitor", "last_seq")[:CONVERSATIONS_PER_STEP]


_IDLE_AMONG = """
    SELECT visitor.id
    FROM unnest(%s::uuid[]) AS one (id)
    CROSS JOIN LATERAL (
        SELECT id FROM chat_visitor
        WHERE id = one.id AND last_seen_at < %s AND restricted_at IS NULL
            AND NOT EXISTS (SELECT FROM chat_conversation WHERE visitor_id = one.id)
        FOR UPDATE SKIP LOCKED
    ) AS visitor
"""


def _idle_among(visitors: Set[UUID], before: datetime) -> list[UUID]:
    """Those of the visitors who have no conversation and have not been back, locked."""
    with connection.cursor() as cursor:
        cursor.execute(_IDLE_AMONG, [list(visitors), before])
        return [pk for (pk,) in cursor.fetchall()]


_FILES_OF_CONVERSATIONS = """
    SELECT file.id, file.file, file.thumbnail
    FROM unnest(%s::uuid[]) AS one (id)
    CROSS JOIN LATERAL (
        SELECT id FROM chat_message WHERE conversation_id = one.id OFFSET 0
    ) AS message
    CROSS JOIN LATERAL (
        SELECT id, file, thumbnail FROM chat_attachment WHERE message_id = message.id OFFSET 0
    ) AS file
"""

_FILES_OF_VISITORS = """
    SELECT file.id, file.file, file.thumbnail
    FROM unnest(%s::uuid[]) AS one (id)
    CROSS JOIN LATERAL (
        SELECT id, file, thumbnail FROM chat_attachment WHERE visitor_id = one.id OFFSET 0
    ) AS file
"""


def _delete_conversations(ids: list[UUID]) -> Gone:
    files, names = _delete_files(_FILES_OF_CONVERSATIONS, ids)
    counts = {
        "files": files,
        "messages": _delete_each(Message, "conversation_id", ids),
        "letters": _delete_each(ConversationMail, "conversation_id", ids),
        "conversations": _delete_each(Conversation, "id", ids),
    }
    return Gone(counts=counts, ids=frozenset(ids), files=names)


def _delete_visitors(ids: list[UUID]) -> Gone:
    files, names = _delete_files(_FILES_OF_VISITORS, ids)
    counts = {"files": files, "visitors": _delete_each(Visitor, "id", ids)}
    return Gone(counts=counts, ids=frozenset(ids), files=names)


def _delete_files(statement: str, ids: list[UUID]) -> tuple[int, tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids])
        rows = cursor.fetchall()
    names = tuple(name for _pk, file, thumbnail in rows for name in (file, thumbnail) if name)
    return _delete_each(Attachment, "id", [row[0] for row in rows]), names


def _delete_each(model: type[Model], column: str, ids: Collection[UUID]) -> int:
    """Delete the rows of each of these, and say how many they were. One statement for each, sent
    together. Nothing looks for what hangs on the rows: the caller has, and the database's own
    constraints would refuse."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(
            f"DELETE FROM {model._meta.db_table} WHERE {column} = %s",  # noqa: S608  (our names)
            [(pk,) for pk in ids],
        )
        return int(cursor.rowcount)
