"""Chains of the installation itself: rows that are linked as they are written.

Staff act seldom, so two may wait for each other. Each link is told to the log, which lies outside
the database.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, models, transaction

from accounts import chains
from accounts.chains import Fault
from accounts.models import User

log = structlog.get_logger(__name__)

_BEGINNING = "0" * 64


@transaction.atomic
def append(entry: Any, *, by: User | None) -> None:
    """Link this row to the last one of its table and save it. `by` None: a command or the calendar."""
    label = type(entry)._meta.label
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [label])
    last = type(entry)._default_manager.order_by("-number").first()
    entry.number = last.number + 1 if last else 1
    entry.actor_kind = "staff" if by else "system"
    if by:
        entry.actor_id, entry.actor_salt = by.pk, chains.salt()
        entry.actor_mark = chains.commitment(str(by.pk), salt=entry.actor_salt)
    entry.digest = chains.link(last.digest if last else _BEGINNING, entry)
    entry.save(force_insert=True)
    log.info("chain_sealed", chain=label, number=entry.number, digest=entry.digest)


def names(entries: Sequence[Any]) -> dict[UUID, str]:
    """Who acted, for the eyes of staff: log-in addresses by id."""
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "email"))


def verify(model: type[models.Model]) -> list[Fault]:
    """What is wrong with the chain; nothing, if it is as it was written."""
    digest = _BEGINNING
    rows: Any = model._default_manager.order_by("number").iterator()
    for number, entry in enumerate(rows, 1):
        if entry.number != number:
            return [Fault(number, "an entry is missing")]
        digest = chains.link(digest, entry)
        if digest != entry.digest:
            return [Fault(number, "the entry was altered")]
    return []
