"""The trail of the platform's staff: who changed which register, and how.

One chain for the installation, linked as it is written: staff act seldom, so that two may wait for
each other. Each link is told to the log, which lies outside the database. Entries hold what
registers say, except the fields that name a person, of which only the name of the field is kept.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import chains
from accounts.chains import Fault
from accounts.models import User
from privacy.models import StaffEntry

log = structlog.get_logger(__name__)

CHAIN = "privacy.StaffEntry"
_BEGINNING = "0" * 64


class Event(StrEnum):
    """What the trail knows of."""

    ADDED = "entry.added"
    CHANGED = "entry.changed"
    ENDED = "entry.ended"
    ANNOUNCED = "sub_processor.announced"
    DROPPED = "sub_processor.dropped"
    REPLACED = "sub_processor.replaced"
    OBJECTION_DECIDED = "objection.decided"
    LOADED = "registers.loaded"
    STAFF_GRANTED = "staff.granted"
    STAFF_REVOKED = "staff.revoked"


EVENT_TEXTS: dict[str, Promise] = {
    Event.ADDED: _("Added"),
    Event.CHANGED: _("Changed"),
    Event.ENDED: _("Ended"),
    Event.ANNOUNCED: _("Announced"),
    Event.DROPPED: _("Dropped"),
    Event.REPLACED: _("Replaced by its successor"),
    Event.OBJECTION_DECIDED: _("Objection decided"),
    Event.LOADED: _("Read from a file"),
    Event.STAFF_GRANTED: _("Access for staff granted"),
    Event.STAFF_REVOKED: _("Access for staff taken away"),
}


@transaction.atomic
def record(
    event: Event, *, by: User | None, target: models.Model | None = None, **details: Any
) -> StaffEntry:
    """Add an entry. `by` None: a command or the calendar. `details` is JSON that names nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [CHAIN])
    last = StaffEntry.objects.order_by("-number").first()
    entry = StaffEntry(
        event=event,
        number=last.number + 1 if last else 1,
        actor_kind="staff" if by else "system",
        details=details,
    )
    if by:
        entry.actor_id, entry.actor_salt = by.pk, chains.salt()
        entry.actor_mark = chains.commitment(str(by.pk), salt=entry.actor_salt)
    if target is not None:
        entry.target_kind, entry.target_id = target._meta.label, target.pk
    entry.digest = chains.link(last.digest if last else _BEGINNING, entry)
    entry.save(force_insert=True)
    log.info("chain_sealed", chain=CHAIN, number=entry.number, digest=entry.digest)
    return entry


def verify() -> list[Fault]:
    """What is wrong with the chain; nothing, if it is as it was written."""
    digest = _BEGINNING
    for number, entry in enumerate(StaffEntry.objects.order_by("number").iterator(), 1):
        if entry.number != number:
            return [Fault(number, "an entry is missing")]
        digest = chains.link(digest, entry)
        if digest != entry.digest:
            return [Fault(number, "the entry was altered")]
    return []


def of(target_id: UUID) -> list[StaffEntry]:
    """What happened to this entry of a register, newest first."""
    return list(StaffEntry.objects.filter(target_id=target_id).order_by("-number"))


def names(entries: list[StaffEntry]) -> dict[UUID, str]:
    """Who acted, for the eyes of staff: log-in addresses by id."""
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "email"))
