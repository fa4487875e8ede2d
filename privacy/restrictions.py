"""Restriction (Art. 18 GDPR): data of a visitor that are kept, and not used.

Who is restricted is written down here; how the app above stops using the data it knows itself and
names in `settings.RESTRICT`. Whoever reads, erases or corrects their own data is not held up by it.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import audit
from accounts.declarations import Subject
from accounts.models import Membership
from privacy import requests, subjects
from privacy.models import RequestDetails, RequestLetter, Restriction, SubjectRequest
from privacy.models.requests import LetterKind, RequestKind
from privacy.models.restrictions import RestrictionGround

Restrict = Callable[[Sequence[Model], datetime | None], None]
"""Stop using these people's data since a time, or with None use them again. At least one person.
Called inside the transaction that writes it down, while their rows are held, and last in it."""


@cache
def _restrict() -> Restrict:
    found: Restrict = import_string(settings.RESTRICT)
    return found


def place(
    people: Iterable[UUID],
    *,
    ground: RestrictionGround,
    by: Membership,
    now: datetime,
    request: SubjectRequest | None = None,
) -> None:
    """Restrict what is kept of these visitors by now. For somebody who is restricted already that
    takes in what came since, under the new ground, and stays with its request unless another is
    given.

    Raises ValidationError: `not_allowed` for anybody but an owner or admin, `nobody` if none of
    them is there any more; then nothing has happened.
    """
    _refuse_unless_manager(by)
    with transaction.atomic():
        found = _held(people)
        if not found:
            raise ValidationError(_("Choose first whose data it is about."), code="nobody")
        changed = {"ground": ground, "told_at": None} | ({"request": request} if request else {})
        for person in found:
            Restriction.objects.update_or_create(
                account_id=by.account_id,
                subject_id=person.pk,
                lifted_at=None,
                defaults=changed,
                create_defaults={
                    "ground": ground,
                    "request": request,
                    "placed_by": by,
                    "placed_at": now,
                },
            )
            _record(by, audit.Event.RESTRICTION_PLACED, person.pk, ground=ground.value)
        _restrict()(found, now)


def place_for(
    request: SubjectRequest, *, ground: RestrictionGround, by: Membership, now: datetime
) -> None:
    """Restrict the data of everybody whom the request is about. Raises ValidationError as `place`,
    and `unproven`."""
    if request.kind != RequestKind.RESTRICTION:
        raise ValueError("only a request for it restricts")
    if not request.is_proven:
        raise ValidationError(_("It is not known yet who asks."), code="unproven")
    place(requests.chosen_ids(request), ground=ground, by=by, now=now, request=request)


def tell(restriction: Restriction, *, by: Membership, now: datetime) -> None:
    """Note that the person was told by other means than a letter from here that it is going to end
    (Art. 18(3)). Raises ValidationError: `not_allowed`."""
    _refuse_unless_manager(by)
    with transaction.atomic():
        _told(_locked(restriction), by=by, now=now)


def write_to(
    request: SubjectRequest, *, subject: str, body: str, by: Membership, now: datetime
) -> None:
    """Write the letter that tells whoever asked that what stands because of the request is going to
    end (Art. 18(3)); the caller has it sent. Raises ValidationError: `not_allowed`."""
    _refuse_unless_manager(by)
    with transaction.atomic():
        requests.write(request, LetterKind.LIFTING, subject=subject, body=body, now=now)
        for restriction in of_request(request):
            _told(_locked(restriction), by=by, now=now)


def lift(restriction: Restriction, *, by: Membership, now: datetime) -> None:
    """End the restriction. Raises ValidationError: `not_allowed`, and `untold` unless the person
    was told before (Art. 18(3)), by a letter that has gone out if there is one."""
    _refuse_unless_manager(by)
    with transaction.atomic():
        # In the order of `place`: the person first.
        people = _held([restriction.subject_id])
        standing = _locked(restriction)
        if standing.lifted_at:
            return
        if not is_told(standing):
            raise ValidationError(_("Tell the person first (Art. 18(3) GDPR)."), code="untold")
        if _letters(standing).filter(sent_at=None, dropped_at=None).exists():
            raise ValidationError(
                _("The letter to the person has not gone out yet. Please try again in a moment."),
                code="untold",
            )
        _end(standing, people, by=by, now=now)


def take_back(subject_id: UUID, *, now: datetime) -> bool:
    """The person themselves allows the use again, and so needs not be told. Returns whether anything
    stood."""
    with transaction.atomic():
        people = _held([subject_id])
        found = Restriction.objects.filter(subject_id=subject_id, lifted_at=None)
        standing = found.select_for_update(of=("self",)).first()
        if standing is None:
            return False
        standing.told_at = standing.told_at or now
        _end(standing, people, by=None, now=now)
        return True


def of(subject_id: UUID) -> Restriction | None:
    """The restriction that stands for this visitor."""
    found = Restriction.objects.filter(subject_id=subject_id, lifted_at=None)
    return found.select_related("placed_by", "request").first()


def of_request(request: SubjectRequest) -> list[Restriction]:
    """The restrictions that stand because of this request."""
    return list(Restriction.objects.filter(request=request, lifted_at=None).order_by("pk"))


def standing() -> list[Restriction]:
    """All that stand, the oldest first: none is to be forgotten."""
    return list(Restriction.objects.filter(lifted_at=None).order_by("placed_at", "pk"))


def subject_ids() -> set[UUID]:
    """The ids of all visitors whose data are restricted: nothing of theirs is purged."""
    found = Restriction.objects.filter(lifted_at=None)
    return set(found.values_list("subject_id", flat=True))


def is_told(restriction: Restriction) -> bool:
    """Whether the person was told that it ends. A letter that has reached nobody tells nothing."""
    if restriction.told_at is None:
        return False
    lost = _letters(restriction).filter(written_at__gte=restriction.told_at)
    return not lost.exclude(dropped_at=None).exists()


def is_reachable(restriction: Restriction) -> bool:
    """Whether an address is known from the request, to tell the person before it ends."""
    found = RequestDetails.objects.filter(request=restriction.request_id).exclude(email="")
    return restriction.request_id is not None and found.exists()


def forget(gone: Set[UUID]) -> None:
    """Delete the records of restrictions of visitors who were purged."""
    Restriction.objects.filter(subject_id__in=gone).delete()


def _end(
    standing: Restriction, people: Sequence[Model], *, by: Membership | None, now: datetime
) -> None:
    standing.lifted_at, standing.lifted_by, standing.request = now, by, None
    standing.save(update_fields=["told_at", "lifted_at", "lifted_by", "request"])
    audit.record(
        standing.account_id,
        audit.Event.RESTRICTION_LIFTED,
        by=by,
        target=("visitor", standing.subject_id),
    )
    if people:
        _restrict()(people, None)


def _told(standing: Restriction, *, by: Membership, now: datetime) -> None:
    if standing.lifted_at:
        return
    standing.told_at = now
    standing.save(update_fields=["told_at"])
    _record(by, audit.Event.RESTRICTION_END_TOLD, standing.subject_id)


def _letters(standing: Restriction) -> QuerySet[RequestLetter]:
    return RequestLetter.objects.filter(
        request=standing.request_id, request__isnull=False, kind=LetterKind.LIFTING
    )


def _locked(restriction: Restriction) -> Restriction:
    return Restriction.objects.select_for_update(of=("self",)).get(pk=restriction.pk)


def _held(people: Iterable[UUID]) -> list[Model]:
    """These visitors, as far as they are still there, with their rows held."""
    found = []
    for pk in sorted(set(people)):
        person = subjects.find(Subject.VISITOR, pk)
        if person is not None:
            subjects.lock(Subject.VISITOR, person)
            found.append(person)
    return [person for person in found if subjects.find(Subject.VISITOR, person.pk)]


def _record(by: Membership, event: audit.Event, subject_id: UUID, **details: str) -> None:
    audit.record(by.account_id, event, by=by, target=("visitor", subject_id), **details)


def _refuse_unless_manager(by: Membership) -> None:
    if not by.can_manage:
        raise ValidationError(_("Only an owner or an admin can do this."), code="not_allowed")
