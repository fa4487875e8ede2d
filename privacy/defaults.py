"""Accounts from before a default existed get it, with time to look at what it does (S53).

What each app puts in place is named in `settings.DEFAULTS`. It happens once for each account, by itself and
soon after an update; until then, and for some days more, nothing is purged.
"""

from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import audit, plans
from accounts.models import Account
from privacy import letters
from privacy.models import LetterKind

GRACE = plans.GRACE
"""Between the letter to the owners and the first purge: as after a change of plan (S58)."""


class Default(Protocol):
    """One default, put in place inside the account. Twice is once."""

    def __call__(self, account: Account) -> None: ...


@cache
def _defaults() -> list[Default]:
    return [import_string(name) for name in settings.DEFAULTS]


def waiting() -> list[UUID]:
    """The accounts that no default has reached yet."""
    return list(Account.objects.filter(defaults_at=None).values_list("pk", flat=True))


def apply(account_id: UUID) -> None:
    """Put every default in place, and tell the owners. An account that has them is left alone."""
    found = Account.objects.filter(pk=account_id, defaults_at=None)
    if (before := found.first()) is None:
        return
    for default in _defaults():
        default(before)
    # Only now, because a default holds rows whose holders ask for the account after them. Without
    # the key: whoever adds a row to the account need not wait.
    account = found.select_for_update(no_key=True).first()
    if account is None:
        return
    account.defaults_at = timezone.now()
    account.purge_after = account.defaults_at + GRACE
    account.save(update_fields=["defaults_at", "purge_after"])
    audit.record(account.pk, audit.Event.DEFAULTS_APPLIED, by=None)
    letters.to_owners(LetterKind.DEFAULTS, account.pk, letters.owners_of(account))
