"""Finding conversations by who wrote and what was said.

`LIKE` and its indexes are of no use behind the wall (docs/adr/0004-search-under-the-wall.md), so a
search reads a bounded stretch of the account's conversations, the last changed first, and says
from where to go on.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from chat import wire
from chat.models import Conversation, Message
from chat.refusals import RefusedError
from chat.text import storable

STRETCH = 1_000
"""Conversations read in one go. What a search may cost is decided here and nowhere else."""
MAX_WORDS = 5
MAX_QUERY = 200


@dataclass(frozen=True)
class Found:
    """Conversations, the last changed first, and the revision below which to go on; None: all of
    them have been read. A stretch may hold none and yet have a next one."""

    conversations: list[Conversation]
    below: int | None


def search(query: str, *, below: int | None, limit: int) -> Found:
    """Conversations, closed ones too, in which each word occurs in the visitor's name, e-mail or
    phone, or in a message. Case is ignored, parts of words count.

    Raises RefusedError: EMPTY, TOO_LONG (200 characters, five words).
    """
    words = storable(query).split()
    if not words:
        raise RefusedError(wire.Refusal.EMPTY)
    if len(query) > MAX_QUERY or len(words) > MAX_WORDS:
        raise RefusedError(wire.Refusal.TOO_LONG)
    stretch = Conversation.objects.order_by("-rev")
    if below is not None:
        stretch = stretch.filter(rev__lt=below)
    read = list(stretch.values_list("pk", "rev")[:STRETCH])
    found = list(
        Conversation.objects.filter(_matches(words), pk__in=[pk for pk, _ in read])
        .select_related("visitor", "assignee", "group")
        .order_by("-rev")[: limit + 1]
    )
    if len(found) > limit:
        return Found(found[:limit], found[limit - 1].rev)
    return Found(found, read[-1][1] if len(read) == STRETCH else None)


def _matches(words: list[str]) -> Q:
    matches = Q()
    for word in words:
        said = Message.objects.filter(conversation=OuterRef("pk"), body__icontains=word)
        matches &= (
            Q(visitor__name__icontains=word)
            | Q(visitor__email__icontains=word)
            | Q(visitor__phone__icontains=word)
            | Q(Exists(said))
        )
    return matches
