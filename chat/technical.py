"""Which kinds of technical data an account collects of its visitors (S24, S54-S56).

What is switched off is not collected, whatever a page or a browser sends, and what was stored of it
is deleted in the same transaction in which it is switched off.
"""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from redis.exceptions import RedisError

from accounts import audit
from accounts.models import Account, Membership
from chat import events, presence, revisions
from chat.models import TechnicalData, Visitor
from privacy import acceptance_addresses


class Kind(StrEnum):
    """A kind of technical data, by the name of its switch."""

    IP_ADDRESS = "ip_address"
    PAGES = "pages"
    DEVICE = "device"
    BROWSER = "browser"
    OS = "os"
    SCREEN = "screen"
    REFERRER = "referrer"
    LANGUAGE = "language"
    LOCATION = "location"


COLUMNS: dict[Kind, str] = {
    Kind.IP_ADDRESS: "ip_address",
    Kind.DEVICE: "device",
    Kind.BROWSER: "browser",
    Kind.OS: "os",
    Kind.SCREEN: "screen",
    Kind.LANGUAGE: "language",
    # No map of addresses is asked: a browser's time zone is all that tells where somebody is.
    Kind.LOCATION: "time_zone",
}
"""Where a visitor's row holds a kind. Pages and the site that somebody came from are in the presence
store only."""

TOLD_BY_SCRIPT = (Kind.PAGES, Kind.SCREEN, Kind.REFERRER, Kind.LOCATION)
"""What only a script on the page can read. Loader and frame are told which of these to read; the
others come with every request, and it is up to the server to leave them out."""


def collected(account_id: UUID) -> frozenset[Kind]:
    """The kinds that the account collects. Inside the account."""
    return _switched_on(_switches(account_id))


def collected_until_commit(account_id: UUID) -> frozenset[Kind]:
    """As `collected`, for a transaction that stores some of them: nobody switches one off before
    it has ended, so that what it stores is deleted then and does not come after."""
    if (held := _held(account_id)) is None:
        # Nobody has chosen yet, and what is not there holds nobody up.
        _write_down(account_id)
        held = _held(account_id)
    assert held is not None
    return _switched_on(held)


def read_by_script(account_id: UUID) -> list[str]:
    """Which of the kinds in `TOLD_BY_SCRIPT` the widget is to read. Inside the account."""
    wanted = collected(account_id)
    return [kind.value for kind in TOLD_BY_SCRIPT if kind in wanted]


def choose(account: Account, kinds: Collection[Kind], *, by: Membership | None) -> None:
    """Collect exactly these kinds from now on.

    Values stored of a kind that is switched off are deleted, and open inboxes load again without
    them. Each switch that is turned has its entry in the audit trail (S52, S56).
    """
    wanted = frozenset(kinds)
    # The switches before the account, as with a first message: its letter notes an errand there.
    _write_down(account.pk)
    switches = TechnicalData.objects.select_for_update().get()
    # Whoever accepts an agreement holds it too: no address comes after its switch was turned off.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    before = _switched_on(switches)
    for kind in Kind:
        setattr(switches, kind, kind in wanted)
        audit.changed(
            account.pk, by=by, setting=f"collects_{kind}", old=kind in before, new=kind in wanted
        )
    switches.save()
    if gone := before - wanted:
        _delete(account.pk, gone)


def stored(kinds: Collection[Kind]) -> dict[Kind, int]:
    """Of how many visitors something of each kind is stored. What ends by itself after each visit is
    not counted."""
    return {
        kind: Visitor.objects.exclude(**_nothing(kind)).count()
        for kind in Kind
        if kind in kinds and kind in COLUMNS
    }


def _held(account_id: UUID) -> TechnicalData | None:
    kept = TechnicalData.objects.raw(
        "SELECT * FROM chat_technicaldata WHERE account_id = %s FOR SHARE", [account_id]
    )
    return next(iter(kept), None)


def _write_down(account_id: UUID) -> None:
    """Have a row of the defaults where there is none yet. Waits for whoever is just writing it."""
    row = TechnicalData(account_id=account_id)
    TechnicalData.objects.bulk_create([row], ignore_conflicts=True)


def _switches(account_id: UUID) -> TechnicalData:
    return TechnicalData.objects.first() or TechnicalData(account_id=account_id)


def _switched_on(switches: TechnicalData) -> frozenset[Kind]:
    return frozenset(kind for kind in Kind if getattr(switches, kind))


def _delete(account_id: UUID, gone: Collection[Kind]) -> None:
    for kind in gone:
        if kind in COLUMNS:
            nothing = _nothing(kind)
            Visitor.objects.exclude(**nothing).update(**nothing)
    if Kind.IP_ADDRESS in gone:
        # A block is an address too (S56), and so is what an agreement was accepted from (S36).
        Visitor.objects.filter(blocked_address__isnull=False).update(blocked_address=None)
        acceptance_addresses.forget()
    transaction.on_commit(lambda: _forget(account_id, gone), robust=True)
    rev = revisions.head(account_id)
    transaction.on_commit(lambda: events.restart_inboxes(account_id, rev), robust=True)


def _forget(account_id: UUID, gone: Collection[Kind]) -> None:
    kept = {Kind.PAGES: "pages", Kind.REFERRER: "referrer"}
    try:
        for kind, what in kept.items():
            if kind in gone:
                presence.forget_of_visits(account_id, what)
    except (RedisError, OSError):
        # They end by themselves with each visit, and nobody is shown them any more.
        return


def _nothing(kind: Kind) -> dict[str, str | None]:
    return {COLUMNS[kind]: None if kind == Kind.IP_ADDRESS else ""}
