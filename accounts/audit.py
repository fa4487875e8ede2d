"""The audit trail: who did what in an account, and who looked. On every plan, only ever added to.

An entry holds names of events, ids, settings and numbers: never what somebody wrote, and no
name or address of a person. Ids are committed to with a salt, so that `forget` can take them out
and the chain still holds.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import chains
from accounts.models import AuditEntry, Membership

ActorKind = Literal["member", "platform", "system"]


class Event(StrEnum):
    """What the trail knows of: a noun and what happened to it."""

    SETTING_CHANGED = "setting.changed"
    COMPANY_NAMED = "company.named"
    AGREEMENT_ACCEPTED = "agreement.accepted"
    WENT_LIVE = "account.live"
    HOLD_PLACED = "hold.placed"
    HOLD_LIFTED = "hold.lifted"
    CONTENT_REDACTED = "content.redacted"


EVENT_TEXTS: dict[Event, Promise] = {
    Event.SETTING_CHANGED: _("Setting changed"),
    Event.COMPANY_NAMED: _("Company details changed"),
    Event.AGREEMENT_ACCEPTED: _("Agreement accepted"),
    Event.WENT_LIVE: _("Went live"),
    Event.HOLD_PLACED: _("Legal hold placed"),
    Event.HOLD_LIFTED: _("Legal hold lifted"),
    Event.CONTENT_REDACTED: _("Message or file removed"),
}


def record(
    account_id: UUID,
    event: Event,
    *,
    by: Membership | None,
    target: tuple[str, UUID] | None = None,
    **details: Any,
) -> AuditEntry:
    """Add an entry, inside the account. `by` None: the system itself. `target` is a kind
    ("conversation", "visitor", "member") and its id. `details` is JSON without personal data."""
    entry = AuditEntry(
        account_id=account_id,
        event=event,
        actor_kind="member" if by else "system",
        details=details,
    )
    if by:
        entry.actor_id, entry.actor_salt = by.pk, chains.salt()
        entry.actor_mark = chains.commitment(str(by.pk), salt=entry.actor_salt)
    if target:
        entry.target_kind, entry.target_id = target
        entry.target_salt = chains.salt()
        entry.target_mark = chains.commitment(str(entry.target_id), salt=entry.target_salt)
    entry.save(force_insert=True)
    return entry


def changed(account_id: UUID, *, by: Membership | None, setting: str, old: Any, new: Any) -> None:
    """Add an entry for a setting; none if it is what it was (S52)."""
    if old != new:
        record(account_id, Event.SETTING_CHANGED, by=by, setting=setting, old=old, new=new)


def forget(ids: Iterable[UUID]) -> None:
    """Take these ids out of the account's trail, wherever they stand. What happened stays, to
    whom does not."""
    gone = list(ids)
    AuditEntry.objects.filter(target_id__in=gone).update(target_id=None, target_salt="")
    AuditEntry.objects.filter(actor_id__in=gone).update(actor_id=None, actor_salt="")
