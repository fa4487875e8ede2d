"""Whether a visitor may expect an answer now."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, time
from typing import Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from accounts.doors import in_account
from accounts.models import Account, Membership
from chat import presence
from chat.models import ChatSettings, OfficeInterval

Status = Literal["online", "away", "offline"]

MIDNIGHT = time(0)


def site_group(account_id: UUID) -> str:
    """The bus group of every visitor on the account's sites. Built from our own id only (A5)."""
    return f"site.{account_id.hex}"


def status(account: Account, online: Collection[UUID] | None = None) -> Status:
    """online: an available member is connected and, where office hours are kept, it is one. away:
    members are connected, none available. offline: nobody is, or it is outside office hours.

    Stands inside the account, outside an event loop. `online`: members known to be connected.
    """
    if online is None:
        try:
            online = presence.members_online_now(account.pk)
        except RedisError:
            # Nobody can be reached at the moment, but the chat is there and takes a message.
            return "offline"
    if not online or not is_within_hours(account):
        return "offline"
    here = Membership.objects.active().filter(account=account, pk__in=online)
    available = list(here.values_list("is_available", flat=True))
    if not available:
        return "offline"
    return "online" if any(available) else "away"


async def astatus(account: Account) -> Status:
    """As `status`, on the event loop and outside the account."""
    online = await presence.members_online(account.pk)
    return await in_account(account.pk, status, account, online)


def is_within_hours(account: Account, now: datetime | None = None) -> bool:
    """Whether it is an office hour in the account's time zone; always true without office hours."""
    keeps = ChatSettings.objects.filter(account=account, keeps_office_hours=True).exists()
    if not keeps:
        return True
    local = (now or datetime.now(UTC)).astimezone(_zone(account))
    # An instant has one wall time, also when clocks change, so an hour that comes twice counts
    # twice and one that is left out never comes.
    intervals = OfficeInterval.objects.filter(account=account, weekday=local.weekday())
    return _is_open(intervals, local.time())


async def announce(account_id: UUID, now: Status) -> None:
    """Publish the account's status and, if it is another than before, tell the open visitors."""
    before = await presence.publish_status(account_id, now)
    if (before or "offline") == now:
        return
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(site_group(account_id), {"type": "availability.changed", "status": now})


async def refresh(account: Account) -> Status:
    """Look at the account's status again, and announce it."""
    now = await astatus(account)
    await announce(account.pk, now)
    return now


async def announced(account_id: UUID) -> Status:
    """The status as announced last. Inboxes keep it alive, so without any it is offline."""
    return cast(Status, await presence.published_status(account_id) or "offline")


def _is_open(intervals: Iterable[OfficeInterval], at: time) -> bool:
    return any(
        one.opens_at <= at and (at < one.closes_at or one.closes_at == MIDNIGHT)
        for one in intervals
    )


def _zone(account: Account) -> ZoneInfo:
    try:
        return ZoneInfo(account.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
