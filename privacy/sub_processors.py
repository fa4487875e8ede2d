"""Sub-processors from draft to end: announced with notice, at work from their day (S20, S21)."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from privacy import letters, registers, trail
from privacy.models import LetterKind, Standing, SubProcessor
from privacy.models.platform import NOTICE, REVIEW_LASTS

FIXED = (
    "legal_name",
    "country",
    "service",
    "data",
    "parent",
    "place_of_storage",
    "place_of_processing",
    "place_of_access",
    "replaces",
)
"""What was announced: another company, service or place is another entry, with another notice."""


@transaction.atomic
def announce(
    draft: SubProcessor, *, effective_on: date, emergency: str, by: User, today: date
) -> SubProcessor:
    """Tell everybody that this company will work for the platform from that day on.

    Raises ValidationError for what is no draft, lacks what S20 asks for, was reviewed too long ago,
    or leaves less than the days of notice without an emergency."""
    one = SubProcessor.objects.select_for_update().get(pk=draft.pk)
    if one.standing(today) != Standing.DRAFT:
        raise ValidationError(_("This has been announced already."))
    if one.lacks():
        raise ValidationError(
            _("Fill in the contract, due diligence, security and review first: it needs them all.")
        )
    if one.reviewed_on and one.reviewed_on + REVIEW_LASTS < effective_on:
        raise ValidationError(
            _("By that day the last review would be more than a year old. Review it again first.")
        )
    if effective_on < today or (effective_on < today + NOTICE and not emergency):
        raise ValidationError(
            {
                "effective_on": _("This must be at least %(days)s days after the announcement.")
                % {"days": NOTICE.days}
            }
        )
    one.announced_on, one.effective_on, one.emergency = today, effective_on, emergency
    one.full_clean()
    one.save(update_fields=["announced_on", "effective_on", "emergency"])
    tell(one)
    trail.record(
        trail.Event.ANNOUNCED,
        by=by,
        target=one,
        effective_on=str(effective_on),
        emergency=emergency,
    )
    return one


def tell(one: SubProcessor) -> None:
    """Write to every owner and subscriber that this change comes. Whoever has been told is not told
    again, and who came later finds it in the register."""
    assert one.announced_on is not None
    letters.to_owners(LetterKind.CHANGE, one.pk, letters.owners(one.announced_on))
    letters.to_subscribers(LetterKind.CHANGE, one.pk, one.announced_on)


def tell_of_all(today: date) -> None:
    """The same for every change that has not begun: also for one that was read from a file."""
    for one in SubProcessor.objects.known_on(today).filter(effective_on__gt=today):
        tell(one)


@transaction.atomic
def drop(one: SubProcessor, *, by: User | None, today: date) -> SubProcessor:
    """Give up a draft, or a change that was announced and has not begun. Raises ValidationError."""
    one = SubProcessor.objects.select_for_update().get(pk=one.pk)
    if one.standing(today) not in {Standing.DRAFT, Standing.ANNOUNCED}:
        raise ValidationError(_("Only what has not begun can be dropped."))
    one.dropped_on = today
    one.save(update_fields=["dropped_on"])
    trail.record(trail.Event.DROPPED, by=by, target=one)
    return one


@transaction.atomic
def take_effect(today: date) -> list[SubProcessor]:
    """End those whose successor has begun by this day: their last day is the one before. Returns
    them. Running it again changes nothing."""
    begun = SubProcessor.objects.known_on(today).filter(
        effective_on__lte=today, replaces__isnull=False, replaces__ended_on=None
    )
    ended = []
    for successor in begun.select_related("replaces"):
        old = successor.replaces
        assert old is not None
        assert successor.effective_on is not None
        last_day = max(successor.effective_on - timedelta(days=1), old.effective_on or date.min)
        registers.end(old, last_day=last_day, by=None)
        trail.record(trail.Event.REPLACED, by=None, target=old, successor=str(successor.pk))
        ended.append(old)
    return ended
