"""Network addresses from which nobody may write (S56).

There are some only while the account stores addresses: a block is a copy of a visitor's stored
address on the visitor's own row, so that it goes with the visitor, and with the switch. Of IPv6 the
address stands for its network, as everywhere (`accounts.addresses`). No entry of the audit trail
holds an address: those are never changed, and this must be deleted.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q

from accounts import audit
from accounts.addresses import UNKNOWN
from accounts.models import Account, Membership
from chat import events, revisions, technical
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
    return _is_address(address) and Visitor.objects.filter(blocked_address=address).exists()


def bars(address: str) -> Exists:
    """For a query of accounts that stands inside one: whether nobody may write to it from this
    address."""
    if not _is_address(address):
        return Exists(Visitor.objects.none())
    return Exists(Visitor.objects.filter(account=OuterRef("pk"), blocked_address=address))


def unblock(account: Account, address: str, *, by: Membership) -> bool:
    """Let people write from this address again; visitors who are blocked themselves stay so. False
    when it was not blocked. Open inboxes load again."""
    # What is typed may be no address at all, and the database would not look for that.
    if address not in {one.address for one in blocked()}:
        return False
    # The switches before any visitor, as everywhere: turning one off empties the rows of all of them.
    technical.collected_until_commit(account.pk)
    behind = _locked(Q(blocked_address=address))
    if not behind:
        return False
    lift(behind, by=by)
    show_anew(account.pk)
    return True


def hold(visitor: Visitor) -> tuple[Visitor, list[Visitor]]:
    """The visitor as they stand now, and everybody on whose row an address of theirs is blocked,
    locked until the transaction ends. Hold their conversation before: whoever is blocked begins none,
    and so stays behind the same address."""
    addresses = (
        Visitor.objects.filter(pk=visitor.pk).values_list("blocked_address", "ip_address").get()
    )
    theirs = {one for one in addresses if one}
    found = _locked(Q(pk=visitor.pk) | Q(blocked_address__in=theirs))
    now = next(one for one in found if one.pk == visitor.pk)
    return now, [one for one in found if one.blocked_address in theirs]


def lift(behind: Iterable[Visitor], *, by: Membership) -> None:
    """Take the blocked addresses off the rows of these visitors, who are locked, with an entry for
    each. Telling inboxes is the caller's."""
    ids = [one.pk for one in behind]
    Visitor.objects.filter(pk__in=ids).update(blocked_address=None)
    for pk in ids:
        audit.record(by.account_id, audit.Event.ADDRESS_UNBLOCKED, by=by, target=("visitor", pk))


def show_anew(account_id: UUID) -> None:
    """Have open inboxes load again once this is committed."""
    rev = revisions.head(account_id)
    transaction.on_commit(lambda: events.restart_inboxes(account_id, rev), robust=True)


def _is_address(text: str) -> bool:
    return text not in {"", UNKNOWN}


def _locked(which: Q) -> list[Visitor]:
    """These visitors, locked by one statement and in order, so that two who ask for some of the same
    wait in no circle."""
    return list(Visitor.objects.select_for_update(no_key=True).filter(which).order_by("pk"))
