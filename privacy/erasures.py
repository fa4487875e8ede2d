"""Erasing a person (Art. 17 GDPR): rows at once, what lies outside the database right after, then a
receipt that proves it without telling who it was.

The rows go in one transaction that writes down what is left to reach. A process that is killed
afterwards leaves that note, and the next one goes on from it.
"""

from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, chains
from accounts.declarations import Subject
from accounts.ids import uuid7
from accounts.models import Membership
from privacy import consents, holds, subjects
from privacy.models import Erasure, ErasureReceipt

log = structlog.get_logger(__name__)


def erase(subject: Subject, person: Model, *, account_id: UUID, by: Membership | None) -> UUID:
    """Delete everything that is kept of the person in this account. Returns the id under which
    the receipt will be found. `by` None: they did it themselves.

    Raises ValidationError: `held` while a legal hold says that something of it stays, `gone` for
    somebody who has been erased meanwhile.
    """
    subjects.lock(subject, person)
    if subjects.find(subject, person.pk) is None:
        raise ValidationError(_("Nothing is kept of this person any more."), code="gone")
    if is_held(subject, person):
        raise ValidationError(
            _("A legal hold says that this must stay. An owner can lift it first."), code="held"
        )
    outside = {name: one.outside(person) for name, one in subjects.erasers().items()}
    removed = subjects.remove(subject, person)
    audit.forget(removed.ids)
    consents.forget(removed.ids)
    audit.record(account_id, audit.Event.PERSON_ERASED, by=by)
    erasure = Erasure.objects.create(
        account_id=account_id,
        outside=outside,
        files=list(removed.files),
        counts=dict(removed.counts),
        erased_at=timezone.now(),
        receipt_id=uuid7(),
    )
    return erasure.receipt_id


def is_held(subject: Subject, person: Model) -> bool:
    """Whether a legal hold keeps the person, or anything of theirs."""
    held = holds.held()
    return bool(held) and any(
        subjects.rows(table, person).filter(pk__in=held).exists()
        for table in subjects.reached(subject)
    )


def finish(erasure_id: UUID) -> None:
    """Reach what lies outside the database, and write the receipt. Twice is once."""
    erasure = Erasure.objects.select_for_update().filter(pk=erasure_id).first()
    if erasure is None:
        return
    for name, outside in erasure.outside.items():
        subjects.erasers()[name].erase(erasure.account_id, outside)
    for name in erasure.files:
        default_storage.delete(name)
    ErasureReceipt.objects.create(
        pk=erasure.receipt_id,
        account_id=erasure.account_id,
        erased_at=erasure.erased_at,
        finished_at=timezone.now(),
        counts=erasure.counts,
    )
    chains.seal(ErasureReceipt, erasure.account_id)
    erasure.delete()
    log.info("person_erased", number=sum(erasure.counts.values()))


def unfinished() -> list[UUID]:
    """The erasures that still have something to reach."""
    return list(Erasure.objects.order_by("pk").values_list("pk", flat=True))
