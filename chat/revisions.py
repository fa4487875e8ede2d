"""The account's counter of changes, which the inbox's cursor follows."""

from uuid import UUID

from django.db import connection

from accounts.ids import uuid7
from chat.models import Conversation, Revision

# Everything about a conversation that a verb may change.
_CHANGING = (
    "state",
    "assignee_id",
    "group_id",
    "last_seq",
    "version",
    "visitor_received_seq",
    "visitor_seen_seq",
    "agents_received_seq",
    "agents_seen_seq",
    "unread_by_visitor",
    "unread_by_agents",
    "waiting_since",
    "last_message_at",
    "closed_at",
)

# One statement instead of three: the counter's row stays locked from here to the commit, so every
# round trip saved is one that other conversations of the account do not wait for.
_STAMP = f"""
    WITH counter AS (
        INSERT INTO chat_revision (id, account_id, value) VALUES (%s, %s, 1)
        ON CONFLICT (account_id) DO UPDATE SET value = chat_revision.value + 1
        RETURNING value
    )
    UPDATE chat_conversation SET {", ".join(f"{name} = %s" for name in _CHANGING)},
        rev = counter.value
    FROM counter WHERE chat_conversation.id = %s
    RETURNING rev
"""  # noqa: S608 (the names above, no input)


def stamp(conversation: Conversation) -> None:
    """Save the conversation as it stands, as the next version of it and the account's next change.

    It must be locked (`locking.locked`), and nothing may be written after it: the counter's
    lock makes numbers visible in order and without gaps, and is held until the commit.
    """
    conversation.version += 1
    values = [getattr(conversation, name) for name in _CHANGING]
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, [uuid7(), conversation.account_id, *values, conversation.pk])
        (conversation.rev,) = cursor.fetchone()


def jump(account_id: UUID, by: int) -> int:
    """Move the counter on by so much, for something that no single change tells
    (`events.restart_behind`). Returns where it stands. As with `stamp`, nothing
    that waits for others may be written after it."""
    with connection.cursor() as cursor:
        cursor.execute(_JUMP, [uuid7(), account_id, by])
        (value,) = cursor.fetchone()
    return int(value)


_JUMP = """
    INSERT INTO chat_revision (id, account_id, value) VALUES (%s, %s, %s)
    ON CONFLICT (account_id) DO UPDATE SET value = chat_revision.value + excluded.value
    RETURNING value
"""


def head(account_id: UUID) -> int:
    """The number of the account's last change; 0 before the first."""
    value = Revision.objects.filter(account_id=account_id).values_list("value", flat=True).first()
    return value or 0
