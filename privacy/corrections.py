"""Rectification (Art. 16 GDPR) by members: a person's name and the ways to reach them are put right,
for a request or because somebody noticed.

The app above writes (`settings.CORRECT`), with the verb by which visitors correct it themselves. The
trail says who corrected which fields, when, and for which request: what stood there before was wrong
and is kept nowhere.
"""

from collections.abc import Callable, Mapping
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import audit
from accounts.declarations import Subject
from accounts.models import AuditEntry, Membership
from privacy import requests, subjects
from privacy.models import SubjectRequest
from privacy.models.requests import RequestKind

Correct = Callable[[Model, Mapping[str, str]], list[str]]
"""Write these fields of this person, inside a transaction; empty forgets. Returns the names of those
that changed. Raises ValidationError for what cannot be stored."""


@cache
def _correct() -> Correct:
    found: Correct = import_string(settings.CORRECT)
    return found


def fields() -> list[str]:
    """The fields of a person's own row that can be corrected."""
    names, _ways = subjects.contact_fields(Subject.VISITOR)
    return names


def values(person: Model) -> dict[str, str]:
    """How these fields stand."""
    return {name: str(getattr(person, name)) for name in fields()}


def correct(
    subject_id: UUID,
    said: Mapping[str, str],
    *,
    by: Membership,
    request: SubjectRequest | None = None,
) -> list[str]:
    """Put right what is known of this visitor, also while it is restricted. Returns the names of the
    fields that changed; nothing changed, nothing is recorded.

    Raises ValidationError: `not_allowed` for anybody but an owner or admin, `gone`, `invalid`.
    """
    if not by.can_manage:
        raise ValidationError(_("Only an owner or an admin can do this."), code="not_allowed")
    with transaction.atomic():
        person = subjects.find(Subject.VISITOR, subject_id)
        if person is None:
            raise ValidationError(_("Nothing is kept of this person any more."), code="gone")
        changed = _correct()(person, {name: said[name] for name in fields() if name in said})
        if changed:
            about = {"request": request.reference} if request else {}
            audit.record(
                by.account_id,
                audit.Event.PERSON_CORRECTED,
                by=by,
                target=("visitor", subject_id),
                fields=changed,
                **about,
            )
        return changed


def correct_for(
    request: SubjectRequest, subject_id: UUID, said: Mapping[str, str], *, by: Membership
) -> list[str]:
    """The same for a request. Raises ValidationError as `correct`, `unproven`, and `nobody` for
    somebody whom the request is not about."""
    if request.kind != RequestKind.RECTIFICATION:
        raise ValueError("only a request for it corrects")
    if not request.is_proven:
        raise ValidationError(_("It is not known yet who asks."), code="unproven")
    if subject_id not in requests.chosen_ids(request):
        raise ValidationError(_("Choose first whose data it is about."), code="nobody")
    return correct(subject_id, said, by=by, request=request)


def made_for(request: SubjectRequest) -> list[AuditEntry]:
    """What was corrected for this request, the oldest first."""
    found = AuditEntry.objects.filter(
        event=audit.Event.PERSON_CORRECTED, details__request=request.reference
    )
    return list(found.order_by("pk"))
