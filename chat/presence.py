"""Who is here, and on which pages: in Redis only, for as long as it is true.

Nothing here outlives the visit, and nothing tells from where somebody connects. Losing all of it
costs one heartbeat. Keys are made from the account's id and verified ids only (A5).
"""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings

from chat import wire

ONLINE_SECONDS = 60
"""A connection that has not been heard of for so long is gone. Heartbeats come every 25 s."""

VISIT_SECONDS = 30 * 60
"""Pages and details are kept so long after the last sign of the visitor."""

GRACE_SECONDS = 5
"""Between one page and the next, a connection ends and another begins: that is no leaving."""

MAX_PAGES = 20

_TIMEOUTS: Any = {"socket_timeout": 2.0, "socket_connect_timeout": 1.0}
_client: redis.Redis = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True, **_TIMEOUTS)
# An asyncio connection belongs to the loop that opened it.
_loops: "WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis]" = WeakKeyDictionary()


# --- Members ------------------------------------------------------------------------------------


async def member_here(account_id: UUID, member_id: UUID, connection: str) -> set[UUID]:
    """Note that the member has this connection. Returns the members online, this one included."""
    key = _members(account_id)
    async with _redis().pipeline(transaction=False) as pipe:
        pipe.zadd(key, {f"{member_id.hex}:{connection}": time.time() + ONLINE_SECONDS})
        pipe.expire(key, 2 * ONLINE_SECONDS)
        pipe.zremrangebyscore(key, "-inf", time.time())
        pipe.zrange(key, 0, -1)
        answers = await pipe.execute()
    return _ids(answers[-1])


async def member_left(account_id: UUID, member_id: UUID, connection: str) -> None:
    """The connection has ended: the member is gone in GRACE_SECONDS unless another one begins."""
    entry = f"{member_id.hex}:{connection}"
    await _redis().zadd(_members(account_id), {entry: time.time() + GRACE_SECONDS}, xx=True)


async def members_online(account_id: UUID) -> set[UUID]:
    """Members with a living connection, whether they take conversations or not."""
    found = await _redis().zrange(_members(account_id), time.time(), "+inf", byscore=True)
    return _ids(cast(list[str], found))


def members_online_now(account_id: UUID) -> set[UUID]:
    """As `members_online`, for code outside an event loop."""
    found = _client.zrange(_members(account_id), time.time(), "+inf", byscore=True)
    return _ids(cast(list[str], found))


# --- Visitors -----------------------------------------------------------------------------------


async def visitor_here(
    account_id: UUID,
    visitor_id: str,
    connection: str,
    page: wire.Page | None = None,
    referrer: str = "",
) -> None:
    """Note that the visitor has this connection and, if given, has come to this page, from this
    site. Of a visit the first site counts: that is where it began."""
    here, seen = _visitor(account_id, visitor_id, "here"), _visitor(account_id, visitor_id, "pages")
    came_from = _visitor(account_id, visitor_id, "referrer")
    async with _redis().pipeline(transaction=False) as pipe:
        pipe.zadd(here, {connection: time.time() + ONLINE_SECONDS})
        pipe.expire(here, 2 * ONLINE_SECONDS)
        if row := _page_row(page):
            # Coming back to a page moves it to the top instead of doubling it.
            pipe.zadd(seen, {json.dumps([row.url, row.title]): row.at.timestamp()})
            pipe.zremrangebyrank(seen, 0, -MAX_PAGES - 1)
        if referrer:
            pipe.set(came_from, referrer, nx=True)
        pipe.expire(seen, VISIT_SECONDS)
        pipe.expire(came_from, VISIT_SECONDS)
        pipe.expire(_visitor(account_id, visitor_id, "details"), VISIT_SECONDS)
        await pipe.execute()


async def visitor_left(account_id: UUID, visitor_id: str, connection: str) -> None:
    """The connection has ended: the visitor is gone in GRACE_SECONDS unless another one begins."""
    key = _visitor(account_id, visitor_id, "here")
    await _redis().zadd(key, {connection: time.time() + GRACE_SECONDS}, xx=True)


async def is_visitor_online(account_id: UUID, visitor_id: str) -> bool:
    """Whether one of the visitor's connections lives."""
    key = _visitor(account_id, visitor_id, "here")
    return bool(await _redis().zcount(key, time.time(), "+inf"))


def is_visitor_online_now(account_id: UUID, visitor_id: str) -> bool:
    """As `is_visitor_online`, for code outside an event loop."""
    key = _visitor(account_id, visitor_id, "here")
    return bool(_client.zcount(key, time.time(), "+inf"))


async def pages(account_id: UUID, visitor_id: str) -> list[wire.PageRow]:
    """The pages of this visit, the newest first, at most MAX_PAGES."""
    key = _visitor(account_id, visitor_id, "pages")
    visited = cast(
        list[tuple[str, float]],
        await _redis().zrange(key, 0, -1, desc=True, withscores=True),
    )
    return _page_rows(visited)


async def referrer(account_id: UUID, visitor_id: str) -> str:
    """The site from which this visit came; empty when that is not known."""
    return cast(str | None, await _redis().get(_visitor(account_id, visitor_id, "referrer"))) or ""


def visit_now(account_id: UUID, visitor_id: str) -> tuple[list[wire.PageRow], str, dict[str, Any]]:
    """The pages of this visit, the site that it came from, and what is said of the visitor, for code
    outside an event loop."""
    visited = _client.zrange(
        _visitor(account_id, visitor_id, "pages"), 0, -1, desc=True, withscores=True
    )
    kept = _client.get(_visitor(account_id, visitor_id, "details"))
    details = json.loads(cast(str, kept)) if kept else {}
    came_from = cast(str | None, _client.get(_visitor(account_id, visitor_id, "referrer"))) or ""
    return _page_rows(cast(list[tuple[str, float]], visited)), came_from, details


def forget_of_visits(account_id: UUID, what: str) -> None:
    """Drop "pages" or "referrer" of every visit to the account's sites, for code outside an event
    loop."""
    for key in _client.scan_iter(_visitor(account_id, "*", what), count=1_000):
        _client.unlink(key)


def forget_visitor(account_id: UUID, visitor_id: str) -> None:
    """Drop all that is kept of the visitor's visit, for code outside an event loop."""
    kinds = ("here", "pages", "referrer", "details")
    _client.delete(*(_visitor(account_id, visitor_id, kind) for kind in kinds))


async def remember_details(account_id: UUID, visitor_id: str, details: Mapping[str, Any]) -> None:
    """Keep what is said of a visitor who has not written yet, for the rest of the visit."""
    key = _visitor(account_id, visitor_id, "details")
    await _redis().set(key, json.dumps(dict(details)), ex=VISIT_SECONDS)


async def recall_details(account_id: UUID, visitor_id: str) -> dict[str, Any]:
    """What `remember_details` kept; empty when there is nothing."""
    kept = await _redis().get(_visitor(account_id, visitor_id, "details"))
    return cast(dict[str, Any], json.loads(kept)) if kept else {}


# --- What was last said of the account ----------------------------------------------------------


async def publish_status(account_id: UUID, status: str) -> str | None:
    """Replace the account's status; returns the one before, None when it had lapsed."""
    key = f"{settings.REDIS_PREFIX}:presence:{account_id.hex}:status"
    return cast(
        str | None, await _redis().set(key, status, ex=ONLINE_SECONDS + GRACE_SECONDS, get=True)
    )


async def published_status(account_id: UUID) -> str | None:
    """The status that the account's inboxes keep alive; None: there is none open."""
    key = f"{settings.REDIS_PREFIX}:presence:{account_id.hex}:status"
    return cast(str | None, await _redis().get(key))


def _redis() -> redis.asyncio.Redis:
    loop = asyncio.get_running_loop()
    if loop not in _loops:
        _loops[loop] = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, decode_responses=True, **_TIMEOUTS
        )
    return _loops[loop]


def _members(account_id: UUID) -> str:
    return f"{settings.REDIS_PREFIX}:presence:{account_id.hex}:members"


def _visitor(account_id: UUID, visitor_id: str, what: str) -> str:
    return f"{settings.REDIS_PREFIX}:presence:{account_id.hex}:visitor:{visitor_id}:{what}"


def _ids(entries: Iterable[str]) -> set[UUID]:
    return {UUID(entry.partition(":")[0]) for entry in entries}


def _page_rows(visited: list[tuple[str, float]]) -> list[wire.PageRow]:
    rows: dict[str, wire.PageRow] = {}
    for entry, at in visited:
        url, title = json.loads(entry)
        # A page whose title changed stands there twice: the newest counts.
        rows.setdefault(url, wire.PageRow(url=url, title=title, at=datetime.fromtimestamp(at, UTC)))
    return list(rows.values())


def _page_row(page: wire.Page | None) -> wire.PageRow | None:
    """The page as agents are shown it: web addresses only (A26), without log-in and fragment."""
    if page is None:
        return None
    try:
        parts = urlsplit(page.url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    url = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    # What UTF-8 cannot hold would fail at Redis.
    clean = (text.encode("utf-8", "ignore").decode() for text in (url, page.title))
    return wire.PageRow(url=next(clean), title=next(clean), at=datetime.now(UTC))


def site_of(address: str) -> str:
    """Scheme and host of a web address, which is all of it that is kept of where somebody came
    from: paths and queries of other people's sites may be secrets. Empty for anything else."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    where = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{where}".encode("utf-8", "ignore").decode()[:255]
