"""Years of conversations, made by PostgreSQL itself, and whether a purge left just the right ones.

The rows are those of real use: ids ordered by time, a visitor with one or two conversations of 1 to
23 messages, one in fifty never closed, letters and what the audit trail says of who read them.
There are no files: deleting them is the file system's work.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db.models import Model
from django.utils import timezone

from accounts import chains
from accounts.models import AuditEntry, Membership
from accounts.tenancy import tenant
from chat.models import Conversation, ConversationMail, Message, Revision, Visitor
from privacy import retention
from privacy.models import Period, PurgeReceipt

LENGTHS = [1, 3, 4, 6, 8, 9, 12, 15, 19, 23]
"""Messages of ten conversations, one hundred together."""

CHUNK = 20_000
"""Conversations that one transaction fills in."""

# As long as what people write: 10 to 300 characters, 90 on average.
BODIES = [
    "Good morning!",
    "How long does delivery to Brno take, and can I choose the day on which somebody is at home?",
    "Dobrý den, objednávka 20419 má být doručena dnes, ale v aplikaci je stále „připravuje se“.",
    "Let me look, one moment please.",
    "Vielen Dank, das hat geholfen.",
    "It is the blue jacket in size M. The zip broke after a week, although I only wore it twice. I"
    " still have the receipt and the box. Would you rather repair it or send a new one? I would need"
    " it before the end of the month, because we are travelling to the mountains and it is the only"
    " warm one that I have.",
    "A new one is on its way. You will get an e-mail with the number of the parcel this evening.",
    "Děkuji, na shledanou.",
    "Is there a way to pay by invoice? The form at the end only shows cards.",
    "Yes: choose “company” in the second step, then it appears. I have noted it for the next order.",
]


TABLES: list[type[Model]] = [Visitor, Conversation, Message, ConversationMail, AuditEntry, Revision]


@dataclass(frozen=True)
class Filled:
    """What an account was given, and what of it is due."""

    account_id: UUID
    messages: int
    expired: int
    visitors_kept: int
    filled_at: datetime


async def fill(url: str, shares: Mapping[Membership, int]) -> list[Filled]:
    """Give each member's account so many conversations, the oldest fifth of them older than a year,
    of ten messages each on average."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute(_TIME_ORDERED)
        async with _without_ties(connection):
            filled = [
                await _fill(connection, member, conversations)
                for member, conversations in shares.items()
            ]
        # What autovacuum has done in a database that grew slowly.
        for model in TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")
    return filled


async def _fill(
    connection: psycopg.AsyncConnection[Any], member: Membership, conversations: int
) -> Filled:
    now = timezone.now()
    cut_off = retention.cut_off(Period.ONE_YEAR, now).history
    assert cut_off
    given = {
        "account": member.account_id,
        "member": member.pk,
        "conversations": conversations,
        "expired": conversations // 5,
        "lengths": LENGTHS,
        "bodies": BODIES,
        # A day on each side of the cut-off, which moves on while this goes on.
        "oldest": cut_off - timedelta(days=90),
        "last_expired": cut_off - timedelta(days=1),
        "first_kept": cut_off + timedelta(days=1),
        "newest": now - timedelta(hours=1),
    }
    await connection.execute(_PLAN, given)
    for start in range(0, conversations, CHUNK):
        async with _inside(connection, member):
            for statement in (_VISITORS, _CONVERSATIONS, _MESSAGES, _LETTERS, _READS):
                await connection.execute(statement, {**given, "start": start, "end": start + CHUNK})
    async with _inside(connection, member):
        await connection.execute(_REVISION, given)
    found = await connection.execute(_EXPECTED, given)
    messages, expired, visitors_kept = await found.fetchone() or (0, 0, 0)
    await connection.execute("DROP TABLE plan")
    return Filled(member.account_id, messages, expired, visitors_kept, now)


@asynccontextmanager
async def _inside(
    connection: psycopg.AsyncConnection[Any], member: Membership
) -> AsyncIterator[None]:
    async with connection.transaction():
        await connection.execute(
            "SELECT set_config('app.account_id', %s, true)", [str(member.account_id)]
        )
        yield


@asynccontextmanager
async def _without_ties(connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[None]:
    """Looking up what each row points at is half of the time that filling in takes."""
    found = await connection.execute(_TIES, [[model._meta.db_table for model in TABLES]])
    ties = await found.fetchall()
    for table, name, _definition in ties:
        await connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    for table, name, definition in ties:
        await connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def is_purged(filled: Filled) -> bool:
    """Whether the account's purge has ended."""
    with tenant(filled.account_id):
        return PurgeReceipt.objects.exists()


def faults(filled: Filled) -> Sequence[str]:
    """What is not as a purge of exactly what is due leaves it."""
    with tenant(filled.account_id):
        receipt = PurgeReceipt.objects.get()
        ours = Message.objects.filter(sent_at__lt=filled.filled_at)
        visitors = Visitor.objects.filter(created_at__lt=filled.filled_at)
        old = Conversation.objects.filter(last_message_at__lt=receipt.cut_off)
        wanted = {
            "messages kept": (ours.count(), filled.messages - filled.expired),
            "messages too old": (ours.filter(conversation__in=old).count(), 0),
            "conversations too old": (old.count(), 0),
            "visitors kept": (visitors.count(), filled.visitors_kept),
            "messages in the receipt": (receipt.counts["messages"], filled.expired),
            "faults of the receipts' chain": (
                len(chains.verify(PurgeReceipt, filled.account_id)),
                0,
            ),
        }
    return [
        f"{filled.account_id}: {name}: {found:,} instead of {right:,}"
        for name, (found, right) in wanted.items()
        if found != right
    ]


# A UUID of version 7, from a time and a salt, so that rows can name each other.
_TIME_ORDERED = """
    CREATE FUNCTION pg_temp.time_ordered(at timestamptz, salt text) RETURNS uuid LANGUAGE sql AS $$
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
            || substr(md5(salt), 1, 3) || 'a' || substr(md5(salt), 4, 15))::uuid
    $$
"""

# Two visitors for three conversations: 0 has the first two, 1 the third, and so on.
_PLAN = """
    CREATE TEMP TABLE plan AS
    WITH timed AS (
        SELECT n, n * 2 / 3 AS visitor, (%(lengths)s::int[])[1 + n %% 10] AS words,
            CASE WHEN n < %(expired)s
                THEN %(oldest)s + (%(last_expired)s - %(oldest)s) * (n::float / %(expired)s)
                ELSE %(first_kept)s + (%(newest)s - %(first_kept)s)
                    * ((n - %(expired)s)::float / (%(conversations)s - %(expired)s))
            END AS at
        FROM generate_series(0, %(conversations)s - 1) AS n
    ), known AS (
        SELECT timed.*, min(at) OVER visits AS first_at, max(at) OVER visits AS last_at,
            min(n) OVER visits AS first_n
        FROM timed WINDOW visits AS (PARTITION BY visitor)
    )
    SELECT *, pg_temp.time_ordered(at, %(account)s::text || 'conversation' || n) AS id,
        pg_temp.time_ordered(first_at, %(account)s::text || 'visitor' || visitor) AS visitor_id
    FROM known ORDER BY n
"""

_VISITORS = """
    INSERT INTO chat_visitor
        (id, account_id, public_id, name, email, phone, variables, language, browser, os, device,
         time_zone, created_at, last_seen_at)
    SELECT visitor_id, %(account)s, 'vi' || substr(md5(visitor_id::text), 1, 22),
        CASE WHEN visitor %% 3 = 0 THEN 'Nell ' || visitor ELSE '' END,
        CASE WHEN visitor %% 3 = 0 THEN 'nell' || visitor || '@example.org' ELSE '' END,
        '', '{}', 'cs', 'Firefox', 'Linux', 'desktop', 'Europe/Prague', first_at, last_at
    FROM plan WHERE n = first_n AND n >= %(start)s AND n < %(end)s
"""

_CONVERSATIONS = """
    INSERT INTO chat_conversation
        (id, account_id, visitor_id, state, assignee_id, last_seq, version, rev,
         visitor_received_seq, visitor_seen_seq, agents_received_seq, agents_seen_seq,
         unread_by_visitor, unread_by_agents, created_at, last_message_at, closed_at, answers)
    SELECT id, %(account)s, visitor_id, CASE WHEN n %% 50 = 1 THEN 'served' ELSE 'closed' END,
        %(member)s, words, words, n + 1, words, words, words, words, 0, 0,
        at - words * interval '40 seconds', at,
        CASE WHEN n %% 50 <> 1 THEN at + interval '10 minutes' END, '[]'
    FROM plan WHERE n >= %(start)s AND n < %(end)s
"""

_MESSAGES = """
    INSERT INTO chat_message
        (id, account_id, conversation_id, seq, version, client_id, author_kind, author_key,
         visitor_id, member_id, body, sent_at)
    SELECT pg_temp.time_ordered(said.at, plan.id || 'message' || seq), %(account)s, plan.id, seq, seq,
        gen_random_uuid(), CASE WHEN seq %% 2 = 1 THEN 'visitor' ELSE 'member' END,
        CASE WHEN seq %% 2 = 1 THEN visitor_id ELSE %(member)s END,
        CASE WHEN seq %% 2 = 1 THEN visitor_id END, CASE WHEN seq %% 2 = 0 THEN %(member)s END,
        (%(bodies)s::text[])[1 + (n * 7 + seq) %% 10], said.at
    FROM plan
    CROSS JOIN LATERAL generate_series(1, words) AS seq
    CROSS JOIN LATERAL (SELECT plan.at - (words - seq) * interval '40 seconds' AS at) AS said
    WHERE n >= %(start)s AND n < %(end)s
    ORDER BY n, seq
"""

_LETTERS = """
    INSERT INTO chat_conversationmail
        (id, account_id, conversation_id, kind, up_to_seq, recipient, message_id, due_at, sent_at,
         attempts)
    SELECT pg_temp.time_ordered(at, id || 'letter'), %(account)s, id, 'answer', words,
        'nell' || visitor || '@example.org', gen_random_uuid(), at, at, 1
    FROM plan WHERE n %% 2 = 0 AND n >= %(start)s AND n < %(end)s
"""

_READS = """
    INSERT INTO accounts_auditentry
        (id, account_id, digest, at, event, actor_kind, actor_id, actor_salt, actor_mark,
         target_kind, target_id, target_salt, target_mark, details)
    SELECT pg_temp.time_ordered(at, id || 'read'), %(account)s, '', at, 'conversation.read',
        'member', %(member)s, md5('a' || n), md5('b' || n), 'conversation', id, md5('c' || n),
        md5('d' || n), '{}'
    FROM plan WHERE n %% 2 = 1 AND n >= %(start)s AND n < %(end)s
"""

_REVISION = """
    INSERT INTO chat_revision (id, account_id, value)
    VALUES (gen_random_uuid(), %(account)s, %(conversations)s)
    ON CONFLICT (account_id) DO UPDATE SET value = chat_revision.value + EXCLUDED.value
"""

_TIES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text = ANY (%s)
"""

_EXPECTED = """
    SELECT sum(words), sum(words) FILTER (WHERE n < %(expired)s),
        count(DISTINCT visitor) FILTER (WHERE n >= %(expired)s)
    FROM plan
"""
