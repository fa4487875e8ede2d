"""Objections of accounts to announced sub-processors: raised by owners, decided by staff (S21).

While one is open, or the outcome is that a feature stays off, the new company gets none of the
account's data where that can be switched off (`keeps_out`): that is the case for the mail server by
which e-mails about conversations leave (`chat.mailing`).
"""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Membership, Role, User
from privacy import letters, sub_processors, trail
from privacy.models import LetterKind, Objection, Outcome, Standing, SubProcessor


@transaction.atomic
def raise_one(
    account: Account, one: SubProcessor, *, reason: str, by: Membership, today: date
) -> Objection:
    """Object to a change that has not begun, inside the account. The same again is the first one.

    Raises ValidationError for anybody but an owner, and once the change has begun or is dropped."""
    _refuse_others(by)
    # Locked, so that a change cannot be dropped meanwhile and leave this one open.
    one = SubProcessor.objects.select_for_update(no_key=True).get(pk=one.pk)
    if one.standing(today) != Standing.ANNOUNCED:
        raise ValidationError(_("You can object until a change begins, and this one has."))
    mine = Objection.objects.filter(account=account, sub_processor=one)
    if known := mine.filter(decided_at=None).first():
        return known
    raised = Objection.objects.create(
        account=account, sub_processor=one, reason=reason, raised_by=by.pk
    )
    audit.record(account.pk, audit.Event.OBJECTION_RAISED, by=by, target=("objection", raised.pk))
    return raised


@transaction.atomic
def withdraw(objection: Objection, *, by: Membership) -> None:
    """Take it back, inside the account. Raises ValidationError for anybody but an owner."""
    _refuse_others(by)
    one = Objection.objects.select_for_update().get(pk=objection.pk)
    if one.is_open:
        one.outcome, one.decided_at = Outcome.WITHDRAWN, timezone.now()
        one.noted_at = one.decided_at
        one.save(update_fields=["outcome", "decided_at", "noted_at"])
        audit.record(
            one.account_id, audit.Event.OBJECTION_WITHDRAWN, by=by, target=("objection", one.pk)
        )


def choices(objection: Objection, today: date) -> list[Outcome]:
    """How staff can decide it on this day."""
    found = [Outcome.WITHDRAWN, Outcome.TERMINATION]
    if objection.sub_processor.switchable:
        found.insert(1, Outcome.FEATURE_OFF)
    if objection.sub_processor.standing(today) == Standing.ANNOUNCED:
        found.append(Outcome.DROPPED)
    return found


@transaction.atomic
def decide(objection: Objection, outcome: Outcome, *, answer: str, by: User, today: date) -> None:
    """Decide it, in no account, and write to the account's owners. Dropping the change decides
    every objection to it. Raises ValidationError if it is decided, or cannot be decided so."""
    one = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("sub_processor")
        .get(pk=objection.pk)
    )
    if not one.is_open:
        raise ValidationError(_("This is decided already."))
    if outcome not in choices(one, today):
        raise ValidationError(_("This outcome is not possible here."))
    _settle(one, outcome, answer=answer, by=by)
    if outcome == Outcome.DROPPED:
        drop_change(one.sub_processor, by=by, today=today)


@transaction.atomic
def drop_change(change: SubProcessor, *, by: User, today: date) -> SubProcessor:
    """Drop a draft or an announced change; every objection to it is decided by that, and whoever
    was told of it is told of this too. Raises ValidationError."""
    was_announced = change.standing(today) == Standing.ANNOUNCED
    dropped = sub_processors.drop(change, by=by, today=today)
    for one in open_ones(dropped).select_for_update():
        _settle(one, Outcome.DROPPED, answer="", by=by)
    if was_announced and dropped.announced_on:
        since = dropped.announced_on
        letters.to_owners(LetterKind.CHANGE_DROPPED, dropped.pk, letters.owners(since))
        letters.to_subscribers(LetterKind.CHANGE_DROPPED, dropped.pk, since)
    return dropped


def open_ones(change: SubProcessor | None = None) -> QuerySet[Objection]:
    """Objections that nobody has decided: to this change, or to all."""
    found = Objection.objects.filter(decided_at=None).order_by("raised_at")
    return found.filter(sub_processor=change) if change else found


def of(account_id: UUID) -> dict[UUID, Objection]:
    """The account's newest objection to each sub-processor."""
    mine = Objection.objects.filter(account_id=account_id).order_by("raised_at")
    return {one.sub_processor_id: one for one in mine}


def keeping_out(provider: str, today: date) -> QuerySet[Objection]:
    """Objections to the company at work under this name in the configuration by which it must get
    none of an account's data: open, or decided so that what needs it stays off."""
    later = Objection.objects.filter(
        account=OuterRef("account"),
        sub_processor=OuterRef("sub_processor"),
        raised_at__gt=OuterRef("raised_at"),
    )
    # At work as `SubProcessor.standing` says.
    at_work = (
        Q(sub_processor__announced_on__lte=today, sub_processor__effective_on__lte=today)
        & (Q(sub_processor__dropped_on=None) | Q(sub_processor__dropped_on__gt=today))
        & (Q(sub_processor__ended_on=None) | Q(sub_processor__ended_on__gte=today))
    )
    return (
        Objection.objects.filter(at_work, ~Exists(later), sub_processor__provider__iexact=provider)
        .filter(Q(decided_at=None) | Q(outcome=Outcome.FEATURE_OFF))
        .exclude(Q(sub_processor__provider="") | Q(sub_processor__switchable=""))
    )


def keeps_out(account_id: UUID, provider: str, today: date) -> SubProcessor | None:
    """The company that `keeping_out` names for this account; None: there is none."""
    mine = keeping_out(provider, today).filter(account_id=account_id)
    found = mine.select_related("sub_processor").first()
    return found.sub_processor if found else None


def note_decisions() -> None:
    """Write what staff decided into the account's own trail, inside the account. Safe to run twice."""
    for one in Objection.objects.select_for_update().filter(
        decided_at__isnull=False, noted_at=None
    ):
        audit.record(
            one.account_id,
            audit.Event.OBJECTION_DECIDED,
            by=None,
            target=("objection", one.pk),
            outcome=one.outcome,
        )
        Objection.objects.filter(pk=one.pk).update(noted_at=timezone.now())


def _settle(one: Objection, outcome: Outcome, *, answer: str, by: User) -> None:
    one.outcome, one.answer, one.decided_at = outcome, answer, timezone.now()
    one.save(update_fields=["outcome", "answer", "decided_at"])
    trail.record(trail.Event.OBJECTION_DECIDED, by=by, target=one, outcome=outcome.value)
    readers = letters.owners().filter(account_id=one.account_id)
    letters.to_owners(LetterKind.OBJECTION, one.pk, readers)


def _refuse_others(by: Membership) -> None:
    if by.role != Role.OWNER:
        raise ValidationError(_("Only an owner can do this."), code="not_allowed")
