"""Rate limits: how they count, what they keep, and what a reader sees."""

import asyncio
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from django.conf import settings
from django.test import Client

from accounts import ratelimits
from accounts.models import Membership
from accounts.ratelimits import Rule, TooMany, take, take_async
from tests.accounts.conftest import PAGE
from tests.coverage import covers

ADDRESS = "198.51.100.7"


@pytest.fixture
def store() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL)


def everything_in(store: redis.Redis) -> bytes:
    """All that Redis holds of this run, names and values, in one heap."""
    heap = b""
    for key in store.scan_iter(f"{settings.REDIS_PREFIX}:*"):
        kind = store.type(key)
        value = (
            store.hgetall(key) if kind == b"hash" else store.get(key) if kind == b"string" else b""
        )
        heap += key + repr(value).encode()
    return heap


def test_a_bucket_gives_its_burst_and_then_says_how_long_to_wait() -> None:
    rule = Rule("burst", burst=3, seconds=30)
    for _ in range(3):
        take(rule, "somebody")

    with pytest.raises(TooMany) as refusal:
        take(rule, "somebody")

    assert 9 <= refusal.value.retry_after <= 10


def test_a_bucket_fills_again_with_time() -> None:
    rule = Rule("refill", burst=2, seconds=0.6)
    take(rule, "somebody")
    take(rule, "somebody")
    with pytest.raises(TooMany):
        take(rule, "somebody")

    time.sleep(0.35)

    take(rule, "somebody")
    with pytest.raises(TooMany):
        take(rule, "somebody")


def test_subjects_and_rules_have_buckets_of_their_own() -> None:
    rule, another = Rule("one", 1, 60), Rule("two", 1, 60)
    take(rule, "a", "b")

    take(rule, "ab")
    take(rule, "a", "c")
    take(another, "a", "b")
    with pytest.raises(TooMany):
        take(rule, "a", "b")


def test_the_loop_and_the_threads_share_the_buckets() -> None:
    rule = Rule("shared", 2, 60)
    take(rule, "somebody")
    asyncio.run(take_async(rule, "somebody"))

    with pytest.raises(TooMany):
        asyncio.run(take_async(rule, "somebody"))


@covers("S54")
def test_nothing_stored_holds_the_address(store: redis.Redis) -> None:
    """S54, A60: not the address, and no hash of it that can be made again without the day's key."""
    take(Rule("private", 5, 60), ADDRESS)

    heap = everything_in(store)
    assert b"limit:private" in heap
    assert ADDRESS.encode() not in heap


def test_the_key_is_random_and_leaves_within_two_days(store: redis.Redis) -> None:
    take(Rule("lifetime", 5, 60), ADDRESS)

    keys = list(store.scan_iter(f"{settings.REDIS_PREFIX}:limit-key:*"))
    assert keys
    assert all(len(store.get(name) or b"") == 32 for name in keys)
    assert all(0 < store.ttl(name) <= 48 * 3600 for name in keys)


def test_tomorrow_the_same_address_has_another_name() -> None:
    today = ratelimits.pseudonym(ADDRESS)
    assert ratelimits.pseudonym(ADDRESS) == today

    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        tomorrow = ratelimits.pseudonym(ADDRESS)

    assert tomorrow != today
    assert ADDRESS not in today + tomorrow


def drain(rule: Rule, *subject: str) -> None:
    """Empty the bucket, so that the next attempt is one too many."""
    try:
        while True:
            take(rule, *subject)
    except TooMany:
        return


GUESS = {"login": "ana@example.org", "password": "guessed it"}


@pytest.mark.django_db
class TestTheAnswer:
    def test_too_many_log_ins_are_a_page_that_says_when_to_come_back(self, guest: Client) -> None:
        """A54."""
        drain(ratelimits.LOGIN, "127.0.0.1")

        response = guest.post("/login/", GUESS)

        assert response.status_code == 429
        assert 1 <= int(response.headers["Retry-After"]) <= 6
        assert b"A little too fast" in response.content

    def test_the_page_speaks_the_readers_language(self, guest: Client) -> None:
        """A54."""
        drain(ratelimits.LOGIN, "127.0.0.1")

        response = guest.post("/login/", GUESS, HTTP_ACCEPT_LANGUAGE="de")

        assert b'<html lang="de"' in response.content

    def test_a_program_gets_a_code(self) -> None:
        drain(ratelimits.LOGIN, "127.0.0.1")

        response = Client(HTTP_ACCEPT="application/json").post("/login/", GUESS)

        assert response.status_code == 429
        assert response.json() == {"error": "too_many"}

    def test_a_made_up_forwarded_address_does_not_help(self, guest: Client) -> None:
        """A52."""
        drain(ratelimits.LOGIN, "127.0.0.1")

        response = guest.post("/login/", GUESS, HTTP_X_FORWARDED_FOR="203.0.113.1")

        assert response.status_code == 429

    def test_one_person_is_protected_from_attempts_from_everywhere(
        self, guest: Client, ana: Membership
    ) -> None:
        """A46."""
        drain(ratelimits.LOGIN_AS, ana.user.email)

        response = guest.post("/login/", GUESS, REMOTE_ADDR="203.0.113.1")

        assert response.status_code == 429

    def test_a_mailbox_is_not_bombed(self, guest: Client, mailoutbox: list[object]) -> None:
        """A51."""
        for number in range(ratelimits.RESET_OF.burst + 2):
            guest.post(
                "/password/reset/",
                {"email": "nobody@example.org"},
                REMOTE_ADDR=f"203.0.113.{number}",
            )

        assert len(mailoutbox) == ratelimits.RESET_OF.burst

    @covers("S54")
    def test_after_a_log_in_no_store_holds_the_address(
        self, ana: Membership, store: redis.Redis
    ) -> None:
        """S54: ours and the library's limits alike."""
        client = Client(headers=PAGE, REMOTE_ADDR=ADDRESS)
        client.post("/login/", {"login": ana.user.email, "password": "guessed it"})
        client.post("/password/reset/", {"email": ana.user.email})

        heap = everything_in(store)
        assert re.search(rb"limit:login:[0-9a-f]{32}", heap)
        assert ADDRESS.encode() not in heap


def test_while_redis_is_away_nobody_is_refused() -> None:
    attempts = """
import django; django.setup()
from accounts.ratelimits import Rule, take
for _ in range(3): take(Rule("away", 1, 60), "somebody")
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chatapp.settings",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }

    finished = subprocess.run(
        [sys.executable, "-c", attempts],
        env=environment,
        cwd=settings.BASE_DIR,
        timeout=60,
        check=False,
    )

    assert finished.returncode == 0
