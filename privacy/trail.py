"""The trail of the platform's staff: who changed which register, and how.

One chain for the installation (`privacy.chained`). Entries hold what registers say, except the fields
that name a person, of which only the name of the field is kept.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.chains import Fault
from accounts.models import User
from privacy import chained
from privacy.models import StaffEntry


class Event(StrEnum):
    """What the trail knows of."""

    ADDED = "entry.added"
    CHANGED = "entry.changed"
    ENDED = "entry.ended"
    ANNOUNCED = "sub_processor.announced"
    DROPPED = "sub_processor.dropped"
    REPLACED = "sub_processor.replaced"
    OBJECTION_DECIDED = "objection.decided"
    AGREEMENT_MOVED = "agreement.moved"
    TICKET_ANSWERED = "ticket.answered"
    TICKET_CLOSED = "ticket.closed"
    LOADED = "registers.loaded"
    ACCOUNT_ENDED = "account.ended"
    STAFF_GRANTED = "staff.granted"
    STAFF_REVOKED = "staff.revoked"
    SUPPORT_STARTED = "support.started"
    SUPPORT_ENDED = "support.ended"


EVENT_TEXTS: dict[str, Promise] = {
    Event.ADDED: _("Added"),
    Event.CHANGED: _("Changed"),
    Event.ENDED: _("Ended"),
    Event.ANNOUNCED: _("Announced"),
    Event.DROPPED: _("Dropped"),
    Event.REPLACED: _("Replaced by its successor"),
    Event.OBJECTION_DECIDED: _("Objection decided"),
    Event.AGREEMENT_MOVED: _("Agreement of an account moved on"),
    Event.TICKET_ANSWERED: _("Question answered"),
    Event.TICKET_CLOSED: _("Question closed"),
    Event.LOADED: _("Read from a file"),
    Event.ACCOUNT_ENDED: _("Account deleted"),
    Event.STAFF_GRANTED: _("Access for staff granted"),
    Event.STAFF_REVOKED: _("Access for staff taken away"),
    Event.SUPPORT_STARTED: _("Support session started"),
    Event.SUPPORT_ENDED: _("Support session ended"),
}


def record(
    event: Event, *, by: User | None, target: models.Model | None = None, **details: Any
) -> StaffEntry:
    """Add an entry. `by` None: a command or the calendar. `details` is JSON that names nobody."""
    entry = StaffEntry(event=event, details=details)
    if target is not None:
        entry.target_kind, entry.target_id = target._meta.label, target.pk
    chained.append(entry, by=by)
    return entry


def verify() -> list[Fault]:
    """What is wrong with the chain; nothing, if it is as it was written."""
    return chained.verify(StaffEntry)


def of(target_id: UUID) -> list[StaffEntry]:
    """What happened to this entry of a register, newest first."""
    return list(StaffEntry.objects.filter(target_id=target_id).order_by("-number"))


def names(entries: list[StaffEntry]) -> dict[UUID, str]:
    """Who acted, for the eyes of staff: log-in addresses by id."""
    return chained.names(entries)
