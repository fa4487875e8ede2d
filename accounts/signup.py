"""How an account comes to be."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts import sites
from accounts.ids import uuid7
from accounts.models import Account, Membership, Role, User
from accounts.tenancy import tenant

# Slugs stand beside /app/new/ in the address.
RESERVED_SLUGS = frozenset({"new"})
_LONGEST_BASE = 34


def found(user: User, *, name: str, address: str) -> Membership:
    """Make an account whose first site is at the address, and this person its owner.

    All of it or nothing. The owner's public name is the account's until they choose one: their
    log-in address would give them away. Raises ValidationError for a bad web address.
    """
    account_id = uuid7()
    with tenant(account_id):
        account = _create(Account(id=account_id, name=name, language=user.language))
        sites.add(account, address)
        return Membership.objects.create(
            account=account, user=user, role=Role.OWNER, public_name=name[:60]
        )


def _create(account: Account) -> Account:
    """Save the account under the first free slug of its name: shop, shop-2, shop-3."""
    base = slugify(account.name)[:_LONGEST_BASE].strip("-_") or "account"
    number = 1
    while True:
        account.slug = base if number == 1 else f"{base}-{number}"
        number += 1
        if account.slug in RESERVED_SLUGS or Account.objects.filter(slug=account.slug).exists():
            continue
        try:
            # A savepoint: two of the same name at once may both have found the slug free.
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError:
            continue
        return account
