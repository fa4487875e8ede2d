"""Background work of the privacy app: the daily purge."""

import time
from uuid import UUID

from django.utils import timezone

from accounts.doors import Steps, each_account_task, tenant_steps_task
from accounts.models import Account
from accounts.tenancy import current_account
from privacy import publications, purges, sub_processors

LONGEST_PAUSE = 1.0


@each_account_task
def purge_history() -> None:
    """Start `purge_account` for every account."""
    for account_id in Account.objects.values_list("pk", flat=True).iterator():
        purge_account.after_commit(account_id=account_id)


@tenant_steps_task
def purge_account(step: Steps) -> None:
    """Delete what the account keeps no longer. Safe to run twice, also at once."""
    run_id = step(_begin)
    while run_id:
        began = time.monotonic()
        if not step(purges.advance, run_id):
            return
        # As long as the step took: the purge never takes more than half of what the database can
        # do for the people who talk.
        time.sleep(min(time.monotonic() - began, LONGEST_PAUSE))


def _begin() -> UUID | None:
    account_id = current_account()
    assert account_id is not None
    return purges.begin(Account.objects.get(pk=account_id), timezone.now())


@each_account_task
def publish_documents() -> None:
    """Publish what has changed with the calendar, such as a sub-processor whose work begins."""
    sub_processors.take_effect(timezone.now().date())
    publications.publish()
