"""Locking a conversation: the first statement of every verb, and the one that each message pays.

Written as SQL, because composing this query from a queryset costs more than PostgreSQL needs to
answer it, for every message again.
"""

from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

from accounts.models import Membership
from chat import wire
from chat.models import Conversation, Group, Visitor
from chat.refusals import RefusedError

_JOINS = """
    FROM chat_conversation
    JOIN chat_visitor ON chat_visitor.id = chat_conversation.visitor_id
    LEFT JOIN accounts_membership ON accounts_membership.id = chat_conversation.assignee_id
    LEFT JOIN chat_group ON chat_group.id = chat_conversation.group_id
    WHERE chat_conversation.id = %s
"""

M = TypeVar("M", bound=models.Model)


def locked(conversation_id: UUID) -> Conversation:
    """The conversation as it stands now, with visitor, assignee and group, held until the
    transaction ends. Raises RefusedError(NOT_FOUND)."""
    with connection.cursor() as cursor:
        cursor.execute(_lock(), [conversation_id])
        row = cursor.fetchone()
        if row is None:
            raise RefusedError(wire.Refusal.NOT_FOUND)
        conversation, version_at_start = _read(row[:-1]), row[-1]
        if conversation.version == version_at_start:
            return conversation
        # The lock was waited for. PostgreSQL then reads the conversation again, but not the rows
        # joined to it: the visitor's new name or the new assignee would be missing from the
        # change that is told, under a number that says it is newer.
        cursor.execute(_again(), [conversation_id])
        return _read(cursor.fetchone())


@cache
def _lock() -> str:
    start = "(SELECT version FROM chat_conversation AS start WHERE start.id = chat_conversation.id)"
    return " ".join(
        ["SELECT", _columns(), ",", start, _JOINS, "FOR NO KEY UPDATE OF chat_conversation"]
    )


@cache
def _again() -> str:
    return " ".join(["SELECT", _columns(), _JOINS])


def _columns() -> str:
    return ", ".join(
        f'"{model._meta.db_table}"."{field.column}"'
        for model in (Conversation, Visitor, Membership, Group)
        for field in model._meta.concrete_fields
    )


def _read(row: tuple[Any, ...]) -> Conversation:
    """The four rows that lie side by side, put together."""
    conversation, row = _take(Conversation, row)
    visitor, row = _take(Visitor, row)
    assignee, row = _take(Membership, row)
    group, _ = _take(Group, row)
    assert conversation is not None
    conversation.visitor, conversation.assignee, conversation.group = visitor, assignee, group
    return conversation


def _take(model: type[M], row: tuple[Any, ...]) -> tuple[M | None, tuple[Any, ...]]:
    names, parsed = _shape(model)
    values, rest = list(row[: len(names)]), row[len(names) :]
    if values[0] is None:
        return None, rest
    for place, field in parsed:
        values[place] = field.from_db_value(values[place], None, connection)
    return model.from_db(connection.alias, names, values), rest


@cache
def _shape(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    """The columns of a model, and those whose values Django parses."""
    fields = model._meta.concrete_fields
    assert fields[0].primary_key
    return [field.attname for field in fields], [
        (place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
    ]
