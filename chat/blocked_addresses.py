"""Network addresses from which nobody may write (S56).

There are some only while the account stores addresses: a block is a copy of a visitor's stored
address on the visitor's own row, so that it goes with the visitor, and with the switch. Of IPv6 the
address stands for its network, as everywhere (`accounts.addresses`). No entry of the audit trail
holds an address: those are never changed, and this must be deleted.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Min

from accounts import audit
from accounts.addresses import UNKNOWN
from accounts.models import Account, Membership
from chat import events, revisions
from chat.models import Visitor


class Blocked(NamedTuple):
    """A blocked address, and of how many visitors it was. `since` is when the first was blocked."""

    address: str
    since: datetime | None
    visitors: int


def blocked() -> list[Blocked]:
    """Every blocked address of the account, the newest first."""
    found = (
        Visitor.objects.filter(blocked_address__isnull=False)
        .values("blocked_address")
        .annotate(since=Min("blocked_at"), visitors=Count("pk"))
        .order_by("-since", "blocked_address")
    )
    return [Blocked(str(one["blocked_address"]), one["since"], one["visitors"]) for one in found]


def is_blocked(address: str) -> bool:
    """Whether nobody may write from this address. Inside the account."""
    return address not in {"", UNKNOWN} and Visitor.objects.filter(blocked_address=address).exists()


def unblock(account: Account, address: str, *, by: Membership) -> bool:
    """Let people write from this address again; visitors who are blocked themselves stay so. False
    when it was not blocked. Open inboxes load again."""
    # What is typed may be no address at all, and the database would not look for that.
    if address not in {one.address for one in blocked()} or not lift({address}, by=by):
        return False
    rev = revisions.head(account.pk)
    transaction.on_commit(lambda: events.restart_inboxes(account.pk, rev), robust=True)
    return True


def lift(addresses: Collection[str], *, by: Membership) -> int:
    """Take these addresses off the visitors on whose rows they are blocked, with an entry for each.
    Returns of how many; telling inboxes is the caller's."""
    found = Visitor.objects.filter(blocked_address__in=addresses)
    ids = list(found.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Visitor.objects.filter(pk__in=ids).update(blocked_address=None)
    for pk in ids:
        audit.record(by.account_id, audit.Event.ADDRESS_UNBLOCKED, by=by, target=("visitor", pk))
    return len(ids)
