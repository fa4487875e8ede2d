"""From which address an agreement was accepted: in the record only while the account stores any (S36)."""

from uuid import UUID

from accounts.addresses import UNKNOWN
from accounts.models import Account
from privacy import uses
from privacy.models import Acceptance


def noted(account_id: UUID, address: str) -> str | None:
    """The address as the record may hold it: None while the account stores none. Until the
    transaction ends nobody switches that off, so that no address comes after the deletion."""
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    is_stored = uses.conditions().get("collects.ip_address", False)
    return address if is_stored and address not in {"", UNKNOWN} else None


def forget() -> None:
    """Delete all of them: the account stores none any more."""
    Acceptance.objects.filter(ip_address__isnull=False).update(ip_address=None)
