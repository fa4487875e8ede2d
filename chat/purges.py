"""What the purge finds in the chat: conversations with all that hangs on them, and visitors who
have none. Rows are deleted by their ids, without Django's cascade, which would load them all."""

from collections.abc import Mapping, Set
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from chat.models import Attachment, Conversation, ConversationMail, Message, Visitor
from privacy.purges import Gone
from privacy.retention import CutOff

CONVERSATIONS_PER_STEP = 200


class ConversationPurge:
    """Conversations whose last message is older than the account keeps, closed or not: one that
    nobody ever closed would otherwise stay for ever."""

    def due(self, cut_off: CutOff, held: Set[UUID]) -> Mapping[str, int]:
        found = self._due(cut_off, held)
        counted = found.aggregate(conversations=Count("pk"), messages=Coalesce(Sum("last_seq"), 0))
        files = Attachment.objects.filter(message__conversation__in=found.values("pk"))
        return {**counted, "files": files.count()}

    def step(self, cut_off: CutOff, held: Set[UUID], limit: int) -> Gone | None:
        ids: list[UUID] = []
        rows = 0
        oldest = self._due(cut_off, held).order_by("last_message_at", "pk")
        # Whoever writes right now holds the row: it is looked at again in the next step, and by
        # then its last message is new.
        for one in oldest.select_for_update(skip_locked=True)[:CONVERSATIONS_PER_STEP]:
            ids.append(one.pk)
            rows += one.last_seq
            if rows >= limit:
                break
        return _delete_conversations(ids) if ids else None

    def _due(self, cut_off: CutOff, held: Set[UUID]) -> QuerySet[Conversation]:
        if cut_off.history is None:
            return Conversation.objects.none()
        return Conversation.objects.filter(last_message_at__lt=cut_off.history).exclude(
            Q(pk__in=held) | Q(visitor_id__in=held)
        )


class IdleVisitorPurge:
    """Visitors without a conversation who have not been back (R11)."""

    def due(self, cut_off: CutOff, held: Set[UUID]) -> Mapping[str, int]:
        return {"visitors": self._due(cut_off, held).count()}

    def step(self, cut_off: CutOff, held: Set[UUID], limit: int) -> Gone | None:
        idle = self._due(cut_off, held).select_for_update(skip_locked=True, of=("self",))
        ids = list(idle.order_by("last_seen_at").values_list("pk", flat=True)[:limit])
        if not ids:
            return None
        counts, files = _delete_files(Attachment.objects.filter(visitor__in=ids))
        counts["visitors"] = _delete(Visitor.objects.filter(pk__in=ids))
        return Gone(counts=counts, ids=frozenset(ids), files=files)

    def _due(self, cut_off: CutOff, held: Set[UUID]) -> QuerySet[Visitor]:
        talks = Conversation.objects.filter(visitor=OuterRef("pk"))
        return Visitor.objects.filter(~Exists(talks), last_seen_at__lt=cut_off.idle).exclude(
            pk__in=held
        )


def visitor_of(conversation_id: UUID) -> UUID | None:
    """The visitor whose conversation this is; None when the account has none such."""
    found = Conversation.objects.filter(pk=conversation_id).values_list("visitor_id", flat=True)
    return found.first()


CONVERSATIONS = ConversationPurge()
IDLE_VISITORS = IdleVisitorPurge()


def _delete_conversations(ids: list[UUID]) -> Gone:
    messages = Message.objects.filter(conversation__in=ids)
    counts, files = _delete_files(Attachment.objects.filter(message__in=messages.values("pk")))
    counts["messages"] = _delete(messages)
    counts["letters"] = _delete(ConversationMail.objects.filter(conversation__in=ids))
    counts["conversations"] = _delete(Conversation.objects.filter(pk__in=ids))
    return Gone(counts=counts, ids=frozenset(ids), files=files)


def _delete_files(attachments: QuerySet[Attachment]) -> tuple[dict[str, int], tuple[str, ...]]:
    rows = list(attachments.values_list("pk", "file", "thumbnail"))
    names = tuple(name for _pk, file, thumbnail in rows for name in (file, thumbnail) if name)
    return {"files": _delete(Attachment.objects.filter(pk__in=[row[0] for row in rows]))}, names


def _delete(rows: QuerySet[Any]) -> int:
    """Delete without looking for what hangs on them: the caller has, and the database's own
    constraints would refuse."""
    return rows._raw_delete(rows.db) or 0
