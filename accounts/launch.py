"""Going live: the chat runs once a company and accepted agreements stand behind it (S35, S66)."""

from django.utils import timezone

from accounts import audit, companies
from accounts.models import Account, Membership


def is_live(account: Account) -> bool:
    """Whether the account's chat may run at all. Where it may is `sites.is_allowed`."""
    return account.live_at is not None and account.closed_at is None


def go_live(account: Account, *, by: Membership) -> None:
    """From now on the chat runs on the account's sites. A second time changes nothing.

    Inside the account. The agreements are the caller's to look after. Raises ValueError while no
    company is named.
    """
    if account.live_at:
        return
    if companies.of(account.pk) is None:
        raise ValueError("an account goes live with a company behind it")
    account.live_at = timezone.now()
    account.save(update_fields=["live_at"])
    audit.record(account.pk, audit.Event.WENT_LIVE, by=by)
