"""Legal holds: what the purge leaves alone, because an owner said so in writing (S57)."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership, Role
from privacy.models import LegalHold
from privacy.models.history import HoldKind


def place(kind: HoldKind, target_id: UUID, *, reason: str, by: Membership) -> LegalHold:
    """Exempt a conversation, or all of a visitor's. Placed already: the hold that is there.

    Raises ValidationError for anybody but an owner and without a reason. The caller has made sure
    that the target is there.
    """
    _refuse_unless_owner(by)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Write down why this must be kept."), code="reason_missing")
    standing_already = LegalHold.objects.filter(target_id=target_id, lifted_at=None).first()
    if standing_already:
        return standing_already
    LegalHold.objects.bulk_create(
        [
            LegalHold(
                account_id=by.account_id,
                target_kind=kind,
                target_id=target_id,
                reason=reason,
                placed_by=by,
            )
        ],
        ignore_conflicts=True,
    )
    audit.record(by.account_id, audit.Event.HOLD_PLACED, by=by, target=(kind.value, target_id))
    return LegalHold.objects.get(target_id=target_id, lifted_at=None)


def lift(hold: LegalHold, *, by: Membership) -> None:
    """End the hold: from the next purge on the rule counts again. Raises ValidationError for
    anybody but an owner."""
    _refuse_unless_owner(by)
    if hold.lifted_at:
        return
    hold.lifted_at = timezone.now()
    hold.save(update_fields=["lifted_at"])
    target = (hold.target_kind, hold.target_id)
    audit.record(hold.account_id, audit.Event.HOLD_LIFTED, by=by, target=target)


def standing() -> list[LegalHold]:
    """The holds that count, newest first."""
    return list(
        LegalHold.objects.filter(lifted_at=None).select_related("placed_by").order_by("-placed_at")
    )


def held() -> set[UUID]:
    """The ids of conversations and visitors that stay."""
    return set(LegalHold.objects.filter(lifted_at=None).values_list("target_id", flat=True))


def _refuse_unless_owner(by: Membership) -> None:
    if by.role != Role.OWNER:
        raise ValidationError(_("Only an owner can do this."), code="not_allowed")
