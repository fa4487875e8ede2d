"""Objections that take effect by themselves (Art. 21 GDPR): whom the account leaves alone.

Only keyed hashes are kept, of ways to reach a person and of their number, so that the list tells
nobody who objected and still recognises them after they were erased. The key comes from
`SECRET_KEY` and the account: the same address in two accounts is two hashes. Older keys count as
long as they stand in `SECRET_KEY_FALLBACKS`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import audit
from accounts.declarations import Category, Subject
from accounts.models import Membership
from accounts.tenancy import current_account
from privacy import requests, subjects
from privacy.models import RequestDetails, SubjectRequest, Suppression
from privacy.models.requests import RequestKind

_SALT = "privacy.suppressions"


def add(keys: Iterable[str], *, by: Membership, target: tuple[str, UUID], now: datetime) -> None:
    """Leave whoever has one of these addresses or numbers alone from now on. `target`: the request
    or person that this is about, for the trail. Who stands there already stays since then.

    Raises ValidationError: `not_allowed` for anybody but an owner or admin, `nobody` without a key.
    """
    _refuse_unless_manager(by)
    found = {_hash(by.account_id, key) for key in _cleaned(keys)}
    if not found:
        raise ValidationError(_("Choose first whose data it is about."), code="nobody")
    Suppression.objects.bulk_create(
        [
            Suppression(account_id=by.account_id, key_hash=one, placed_by=by, placed_at=now)
            for one in sorted(found)
        ],
        ignore_conflicts=True,
    )
    audit.record(by.account_id, audit.Event.OBJECTION_NOTED, by=by, target=target)


def lift(keys: Iterable[str], *, by: Membership, target: tuple[str, UUID]) -> None:
    """The person takes the objection back. Raises ValidationError for anybody but an owner or
    admin."""
    _refuse_unless_manager(by)
    found = [one for key in _cleaned(keys) for one in _hashes(by.account_id, key)]
    if Suppression.objects.filter(key_hash__in=found).delete()[0]:
        audit.record(by.account_id, audit.Event.OBJECTION_LIFTED, by=by, target=target)


def is_suppressed(*keys: str) -> bool:
    """Whether one of these addresses or numbers is to be left alone. Inside the account."""
    return since(keys) is not None


def since(keys: Iterable[str]) -> datetime | None:
    """From when on whoever has one of these is left alone; None: they are not. Inside the account."""
    return min(standing(keys).values(), default=None)


def standing(keys: Iterable[str]) -> dict[str, datetime]:
    """Of these addresses and numbers those that are left alone, with the time from which."""
    account_id = current_account()
    assert account_id is not None, "inside an account"
    hashes = {one: key for key in _cleaned(keys) for one in _hashes(account_id, key)}
    found = Suppression.objects.filter(key_hash__in=hashes)
    return {hashes[one]: at for one, at in found.values_list("key_hash", "placed_at")}


def keys_of(person: Model) -> set[str]:
    """By what this visitor is recognised: their number, and every way to reach them."""
    facts = subjects.own_facts(Subject.VISITOR, person)
    return set(
        _cleaned(
            str(fact.value)
            for fact in facts
            if fact.personal.is_number or fact.personal.category == Category.CONTACT
        )
    )


def key_fields() -> list[str]:
    """The fields of a visitor's own row that hold what `keys_of` finds."""
    personal = subjects.root(Subject.VISITOR).personal
    return [
        name for name, one in personal.items() if one.is_number or one.category == Category.CONTACT
    ]


def keys_in(values: Mapping[str, object]) -> set[str]:
    """The same of `key_fields` that were read already."""
    return set(_cleaned(str(values.get(name) or "") for name in key_fields()))


def keys_of_request(request: SubjectRequest) -> set[str]:
    """By what whoever objects is recognised: the address that they answer from, and everybody whom
    the request is about. Nothing before it is known who asks (A10)."""
    if not request.is_proven:
        return set()
    details = RequestDetails.objects.filter(request=request).first()
    found = set(_cleaned([details.email])) if details else set()
    for subject_id in requests.chosen_ids(request):
        person = subjects.find(Subject.VISITOR, subject_id)
        if person is not None:
            found |= keys_of(person)
    return found


def covers(request: SubjectRequest) -> bool:
    """Whether everybody whom the request is about is left alone."""
    keys = keys_of_request(request)
    return bool(keys) and len(standing(keys)) == len(keys)


def note(request: SubjectRequest, *, by: Membership, now: datetime) -> None:
    """Carry an objection out. Raises ValidationError as `add`, and `unproven`."""
    if request.kind != RequestKind.OBJECTION:
        raise ValueError("only an objection is noted")
    if not request.is_proven:
        raise ValidationError(_("It is not known yet who asks."), code="unproven")
    add(keys_of_request(request), by=by, target=("request", request.pk), now=now)


def _cleaned(keys: Iterable[str]) -> list[str]:
    lowered = (key.strip().lower() for key in keys)
    return [key for key in lowered if key]


def _hash(account_id: UUID, key: str, secret: str | None = None) -> str:
    mac = salted_hmac(f"{_SALT}:{account_id}", key, secret=secret, algorithm="sha256")
    return mac.hexdigest()


def _hashes(account_id: UUID, key: str) -> list[str]:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_hash(account_id, key, secret) for secret in secrets]


def _refuse_unless_manager(by: Membership) -> None:
    if not by.can_manage:
        raise ValidationError(_("Only an owner or an admin can do this."), code="not_allowed")
