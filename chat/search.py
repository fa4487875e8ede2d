"""Finding conversations by who wrote and what was said.

`LIKE` and its indexes are of no use behind the wall (docs/adr/0004-search-under-the-wall.md), so a
search reads a bounded stretch of the account's conversations, the last changed first, and says
from where to go on.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from chat import wire
from chat.models import Conversation
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
    phone, or in a message. Case is ignored, parts of words count. What is restricted
    is not searched (Art. 18 GDPR).

    Raises RefusedError: EMPTY, TOO_LONG (200 characters, five words).
    """
    words = storable(query).split()
    if not words:
        raise RefusedError(wire.Refusal.EMPTY)
    if len(query) > MAX_QUERY or len(words) > MAX_WORDS:
        raise RefusedError(wire.Refusal.TOO_LONG)
    read = _read(words, below)
    hits = [pk for pk, _, is_hit in read if is_hit][: limit + 1]
    found = list(
        Conversation.objects.filter(pk__in=hits)
        .select_related("visitor", "assignee", "group")
        .order_by("-rev")
    )
    if len(found) > limit:
        return Found(found[:limit], found[limit - 1].rev)
    return Found(found, read[-1][1] if len(read) == STRETCH else None)


# Each LATERAL part is one look into an index for one conversation of the stretch: joined plainly,
# PostgreSQL reads every visitor or message of a large account instead. Every word is looked for in
# the one pass over the messages.
_STRETCH = """
    WITH stretch AS MATERIALIZED (
        SELECT id, visitor_id, rev, restricted_at FROM chat_conversation
        WHERE rev < %s ORDER BY rev DESC LIMIT %s
    )
    SELECT stretch.id, stretch.rev, stretch.restricted_at IS NULL AND {every_word}
    FROM stretch
    CROSS JOIN LATERAL (
        SELECT CASE WHEN restricted_at IS NULL
            THEN upper(concat_ws(' ', name, email, phone)) ELSE '' END AS name
        FROM chat_visitor
        WHERE id = stretch.visitor_id LIMIT 1
    ) AS visitor
    CROSS JOIN LATERAL (
        SELECT {words} FROM chat_message WHERE conversation_id = stretch.id
    ) AS said
    ORDER BY stretch.rev DESC
"""
_LAST = 2**63 - 1


def _read(words: list[str], below: int | None) -> list[tuple[UUID, int, bool]]:
    """The next stretch: each conversation, its revision, and whether all words occur in it."""
    patterns = [f"%{_literal(word)}%" for word in words]
    numbers = range(len(words))
    statement = _STRETCH.format(
        every_word=" AND ".join(
            f"(visitor.name LIKE upper(%s) OR coalesce(said.word_{n}, false))" for n in numbers
        ),
        words=", ".join(f"bool_or(upper(body) LIKE upper(%s)) AS word_{n}" for n in numbers),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [_LAST if below is None else below, STRETCH, *patterns, *patterns]
        )
        rows: list[tuple[UUID, int, bool]] = cursor.fetchall()
    return rows


def _literal(word: str) -> str:
    """The word as a LIKE pattern that means just it."""
    for sign in ("\\", "%", "_"):
        word = word.replace(sign, f"\\{sign}")
    return word
