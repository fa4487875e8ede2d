"""Verbs of office hours: when visitors may expect an answer, in the account's time zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache
from itertools import pairwise
from uuid import UUID
from zoneinfo import available_timezones

from accounts import audit
from accounts.models import Account, Membership
from chat import chat_settings
from chat.models import OfficeInterval

MIDNIGHT = time(0)
MAX_PER_DAY = 8


@dataclass(frozen=True, order=True)
class Interval:
    """A stretch of a weekday. Monday is 0; closing at midnight is the end of that day."""

    weekday: int
    opens_at: time
    closes_at: time

    def __str__(self) -> str:
        day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[self.weekday]
        return f"{day} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"

    @property
    def ends(self) -> bool:
        """Whether it closes after it opens. One that crosses midnight is two."""
        return self.closes_at == MIDNIGHT or self.opens_at < self.closes_at

    def overlaps(self, other: "Interval") -> bool:
        """Whether both have a moment in common; one that begins as the other closes has none."""
        if self.weekday != other.weekday:
            return False
        first, second = sorted([self, other])
        return first.closes_at == MIDNIGHT or second.opens_at < first.closes_at


def week(account_id: UUID) -> list[Interval]:
    """The account's intervals, in the order of the week; kept also while hours are switched off."""
    rows = OfficeInterval.objects.filter(account_id=account_id)
    return sorted(Interval(row.weekday, row.opens_at, row.closes_at) for row in rows)


def keep(
    account: Account,
    *,
    switched_on: bool,
    time_zone: str,
    intervals: Sequence[Interval],
    by: Membership | None = None,
) -> None:
    """Replace the account's office hours and its time zone.

    Raises ValueError for intervals that do not end or that overlap, and for an unknown zone.
    """
    if time_zone not in time_zones():
        raise ValueError("unknown time zone")
    if not all(interval.ends for interval in intervals) or _any_overlap(intervals):
        raise ValueError("office hours end after they begin and do not overlap")
    audit.changed(account.pk, by=by, setting="time_zone", old=account.time_zone, new=time_zone)
    old, new = [str(one) for one in week(account.pk)], [str(one) for one in sorted(intervals)]
    audit.changed(account.pk, by=by, setting="office_hours", old=old, new=new)
    account.time_zone = time_zone
    account.save(update_fields=["time_zone"])
    chat_settings.change(account.pk, by=by, keeps_office_hours=switched_on)
    OfficeInterval.objects.filter(account=account).delete()
    OfficeInterval.objects.bulk_create(
        OfficeInterval(
            account=account,
            weekday=interval.weekday,
            opens_at=interval.opens_at,
            closes_at=interval.closes_at,
        )
        for interval in intervals
    )


@cache
def time_zones() -> frozenset[str]:
    """The names to choose from: places and UTC. Left out are aliases such as EST or Etc/GMT+1,
    whose signs read the wrong way round or which know no summer time."""
    places = {
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))
    }
    return frozenset(places | {"UTC"})


def _any_overlap(intervals: Iterable[Interval]) -> bool:
    ordered = sorted(intervals)
    return any(one.overlaps(other) for one, other in pairwise(ordered))
