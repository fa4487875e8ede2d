"""What an account keeps of one of its members, found by the data map (S32)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from accounts import audit
from accounts.declarations import Subject, Table
from accounts.models import Membership
from privacy import subjects
from privacy.subjects import Fact, Row

SECRETS = frozenset({"password", "key"})
"""They prove who somebody is, and leave in no copy."""


@dataclass(frozen=True)
class Shown:
    """A kind of rows as the page shows it: how many there are, and what the newest say."""

    table: Table
    count: int
    rows: list[list[Fact]]


def rows(member: Membership, newest: int | None = None) -> Iterator[Row]:
    """The rows of this account, and of the log-in, that are about the member; with `newest`, of each
    table only so many."""
    found = subjects.told(Subject.MEMBER, member.user, newest=newest, within=member.account_id)
    return (_readable(row) for row in found)


def shown(member: Membership, newest: int) -> list[Shown]:
    """The same as people read it, of each kind the newest rows first. The others are counted only."""
    counted = subjects.counts(Subject.MEMBER, member.user, within=member.account_id)
    counts = {table.model: count for table, count in counted}
    by_table: dict[str, list[Row]] = {}
    for row in rows(member, newest):
        by_table.setdefault(row.table.model, []).append(row)
    return [
        Shown(
            found[0].table,
            # Of the person's own row there is one.
            counts.get(model, len(found)),
            [subjects.readable(row, member.user) for row in reversed(found)],
        )
        for model, found in by_table.items()
    ]


def _readable(row: Row) -> Row:
    """Without secrets, and with the names of events in words."""
    facts = tuple(
        replace(fact, value=str(audit.EVENT_TEXTS.get(fact.value, fact.value)))
        if fact.field == "event"
        else fact
        for fact in row.facts
        if fact.field not in SECRETS
    )
    return replace(row, facts=facts)
