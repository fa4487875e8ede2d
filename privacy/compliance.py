"""What an account's settings mean for its duties: checks, each computed, each with its remedy (S8).

A check is passed, warns or fails by what stands in the database and by nothing else. What apps above
know is asked through `settings.COMPLIANCE`. Nothing here says that an account complies with the law: a
page of settings cannot know that (S9).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.core.cache import cache as shared
from django.utils import timezone
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from accounts.models import Account

REMEMBERED_FOR = 60
"""Seconds for which the number in the navigation may be old."""


class Result(StrEnum):
    """In the order in which people read them."""

    FAIL = "fail"
    WARN = "warn"
    PASS = "pass"  # noqa: S105  (a result, not a word to log in with)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `sentence` says how it stands, `remedy` what to do about it, and
    `page` is the name of the account's address where that is done; both empty: nothing to do."""

    slug: str
    title: str
    result: Result
    sentence: str
    remedy: str = ""
    page: str = ""


class Checks(Protocol):
    """A function of an app, named in `settings.COMPLIANCE`. Called inside the account."""

    def __call__(self, account: Account, now: datetime) -> Iterable[Check]: ...


@cache
def _apps() -> tuple[Checks, ...]:
    return tuple(cast("Checks", import_string(name)) for name in settings.COMPLIANCE)


def checks(account: Account, now: datetime) -> list[Check]:
    """Every check as it stands, what fails first. Inside the account."""
    found = list(_all(account, now))
    _remember(account, fails(found))
    return sorted(found, key=lambda one: list(Result).index(one.result))


def fails(found: Iterable[Check]) -> int:
    """How many of these fail."""
    return sum(one.result is Result.FAIL for one in found)


def known_fails(account: Account, *, may_compute: bool) -> int:
    """As `fails`, at most a minute old: for the navigation, which is on every page. Inside the
    account. 0 while nobody knows it, and while the cache is away."""
    try:
        known = shared.get(_key(account))
    except RedisError:
        return 0
    if known is None:
        return fails(checks(account, timezone.now())) if may_compute else 0
    return int(known)


def _all(account: Account, now: datetime) -> Iterator[Check]:
    for app in _apps():
        yield from app(account, now)


def _remember(account: Account, number: int) -> None:
    try:
        shared.set(_key(account), number, REMEMBERED_FOR)
    except RedisError:
        # The number is a convenience; the page itself is always computed.
        return


def _key(account: Account) -> str:
    return f"compliance:{account.pk}"
