"""Privacy by default in accounts from before (S53, S54)."""

from accounts.models import Account
from chat import technical
from chat.technical import Kind


def store_no_addresses(account: Account) -> None:
    """IP addresses are not stored, and those that were are deleted."""
    collected = technical.collected(account.pk)
    if Kind.IP_ADDRESS in collected:
        technical.choose(account, collected - {Kind.IP_ADDRESS}, by=None)
