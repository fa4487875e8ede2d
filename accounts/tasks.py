"""Background work of the accounts app: linking what was added to the chains."""

from django.apps import apps
from django.conf import settings

from accounts import chains
from accounts.doors import each_account_task, tenant_task
from accounts.models import Account
from accounts.tenancy import current_account


@each_account_task
def seal_chains() -> None:
    """Start `seal_chains_of` for every account."""
    for account_id in Account.objects.values_list("pk", flat=True).iterator():
        seal_chains_of.after_commit(account_id=account_id)


@tenant_task
def seal_chains_of() -> None:
    """Link what was added to the account's chains since the last time."""
    account_id = current_account()
    assert account_id is not None
    for label in settings.CHAINS:
        chains.seal(apps.get_model(label), account_id)
