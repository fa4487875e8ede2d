"""Rate limits: token buckets in Redis, named so that nobody can be read out of them.

A bucket's name is a keyed hash of its subject. The key is random, changes every day and lives in
Redis alone, for at most 48 hours: once it is gone, no hash leads back to an address (S54). It is
never derived from a lasting secret, which would never be destroyed.
"""

import asyncio
import hashlib
import hmac
import math
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any, cast
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
import structlog
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rule:
    """At most `burst` at once; an empty bucket is full again after `seconds`."""

    name: str
    burst: int
    seconds: float


LOGIN = Rule("login", burst=20, seconds=120)
"""Log-ins tried from one address."""
LOGIN_AS = Rule("login-as", burst=8, seconds=480)
"""Log-ins tried as one person, from wherever (A46)."""
SIGNUP = Rule("signup", burst=10, seconds=3600)
SIGNUP_AS = Rule("signup-as", burst=5, seconds=3600)
"""Mails to one mailbox in whose name somebody signs up (A51)."""
RESET = Rule("reset", burst=10, seconds=3600)
RESET_OF = Rule("reset-of", burst=3, seconds=3600)
"""Mails to one mailbox that asked for a new password, or in whose name somebody did (A51)."""
CLOSE = Rule("close", burst=5, seconds=900)
"""Passwords tried to close an account (A46)."""
INVITE = Rule("invite", burst=30, seconds=3600)
INVITATION = Rule("invitation", burst=30, seconds=600)
"""Invitation links opened from one address: nobody tries tokens one after the other."""
VISITOR_SESSION = Rule("visitor-session", burst=60, seconds=60)
VISITOR_MESSAGE = Rule("visitor-message", burst=30, seconds=60)
MAIL_SERVER = Rule("mail-server", burst=10, seconds=3600)
"""Log-ins that an account has us try at a mail server: nobody tries passwords by us."""
LINKS_LOOKED_AT = Rule("links-looked-at", burst=30, seconds=3600)
"""How often an account may send us out to look at its addresses: nobody scans others by us."""
UPLOAD = Rule("upload", burst=20, seconds=300)
UPLOAD_FROM = Rule("upload-from", burst=100, seconds=600)
"""Visitors' files from one address: a new visitor costs nothing, a full disk does (A32)."""
OWN_DATA = Rule("own-data", burst=40, seconds=300)
"""What a visitor asks about their own data, and corrects."""
OWN_COPY = Rule("own-copy", burst=3, seconds=3600)
OWN_REQUEST = Rule("own-request", burst=5, seconds=3600)
RECEIPT = Rule("receipt", burst=60, seconds=60)
"""Receipts asked for from one address: nobody tries numbers one after the other."""
TRANSCRIPT = Rule("transcript", burst=3, seconds=3600)
TRANSCRIPT_FROM = Rule("transcript-from", burst=10, seconds=3600)
TRANSCRIPT_TO = Rule("transcript-to", burst=3, seconds=3600)
"""Mails to one mailbox that visitors asked for, whoever they say they are (A51)."""
QUESTION = Rule("question", burst=5, seconds=3600)
QUESTION_AS = Rule("question-as", burst=3, seconds=3600)
"""Mails to one mailbox in whose name somebody asks on a public page (A51)."""
FOLLOW = Rule("follow", burst=10, seconds=3600)
FOLLOW_AS = Rule("follow-as", burst=3, seconds=3600)
"""Mails to one mailbox that somebody entered on a public page (A51)."""

OFFLINE_MESSAGE = Rule("offline-message", burst=5, seconds=3600)
OFFLINE_MESSAGE_FROM = Rule("offline-message-from", burst=20, seconds=3600)
"""Offline messages from one address that become letters: an office has one for many people, so what
is above is stored all the same."""
OFFLINE_MESSAGES_MAILED = Rule("offline-messages-mailed", burst=60, seconds=3600)
"""Offline messages of one account that become letters. What is above is stored all the same (A51)."""


REQUEST = Rule("request", burst=10, seconds=3600)
"""Requests about personal data from one address."""
REQUEST_CODE_TO = Rule("request-code-to", burst=3, seconds=3600)
"""Codes to one mailbox, whoever names it (A51)."""
REQUEST_CODE = Rule("request-code", burst=20, seconds=600)
"""Codes tried from one address: nobody tries requests one after the other."""


class TooMany(Exception):
    """The bucket is empty. `retry_after` is in whole seconds, at least one."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many attempts")
        self.retry_after = max(1, math.ceil(retry_after))


# One script, so that two processes cannot both take the last token. Redis's own clock, so that
# processes on several machines agree. It returns the seconds to wait, as text, or "0".
_SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local burst, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local elapsed = math.max(0, now - (tonumber(bucket[2]) or now))
local tokens = math.min(burst, (tonumber(bucket[1]) or burst) + elapsed * burst / seconds)
if tokens < 1 then return tostring((1 - tokens) * seconds / burst) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - 1), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(seconds * 1000))
return '0'
"""

_CONNECTION: dict[str, Any] = {
    "socket_timeout": 1.0,
    "socket_connect_timeout": 0.5,
    "decode_responses": False,
}
_client: redis.Redis = redis.Redis.from_url(settings.REDIS_URL, **_CONNECTION)
_script = _client.register_script(_SCRIPT)
# An asyncio connection belongs to the loop that opened it.
_loops: "WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis]" = WeakKeyDictionary()

_KEY_LIFETIME = 24 * 3600
_REMEMBERED_FOR = 60.0
_remembered: tuple[str, bytes, float] = ("", b"", 0.0)


def take(rule: Rule, *subject: str) -> None:
    """Take one token from the bucket that this rule keeps for the subject, or raise TooMany.

    While Redis is away nothing is counted and nobody is refused: a limit must not become an outage.
    """
    try:
        key = _known_key() or _remember(_client_key())
        wait = float(_script(keys=[_bucket(rule, key, subject)], args=[rule.burst, rule.seconds]))
    except redis.RedisError:
        log.warning("rate_limit_unavailable", rule=rule.name)
        return
    if wait > 0:
        raise TooMany(wait)


async def take_async(rule: Rule, *subject: str) -> None:
    """As `take`, on the event loop."""
    client = _client_of_loop()
    try:
        key = _known_key() or _remember(await _client_key_async(client))
        script = client.register_script(_SCRIPT)
        wait = float(
            await script(keys=[_bucket(rule, key, subject)], args=[rule.burst, rule.seconds])
        )
    except redis.RedisError:
        log.warning("rate_limit_unavailable", rule=rule.name)
        return
    if wait > 0:
        raise TooMany(wait)


def pseudonym(subject: str) -> str:
    """A name for the subject that is the same all day and tells nothing afterwards."""
    return _hashed(_known_key() or _remember(_client_key()), ("pseudonym", subject))


def _bucket(rule: Rule, key: bytes, subject: tuple[str, ...]) -> str:
    return f"{settings.REDIS_PREFIX}:limit:{rule.name}:{_hashed(key, (rule.name, *subject))}"


def _hashed(key: bytes, subject: tuple[str, ...]) -> str:
    return hmac.new(key, "\0".join(subject).encode(), hashlib.sha256).hexdigest()[:32]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _key_name() -> str:
    return f"{settings.REDIS_PREFIX}:limit-key:{_today()}"


def _known_key() -> bytes | None:
    """Today's key, when this process has asked for it within the last minute.

    Not longer: after Redis was emptied, every process must come to the same new key.
    """
    day, key, asked_at = _remembered
    fresh = day == _today() and monotonic() - asked_at < _REMEMBERED_FOR
    return key if fresh else None


def _remember(key: bytes) -> bytes:
    global _remembered  # noqa: PLW0603
    _remembered = (_today(), key, monotonic())
    return key


def _client_key() -> bytes:
    _client.set(_key_name(), secrets.token_bytes(32), nx=True, ex=_KEY_LIFETIME)
    return cast(bytes, _client.get(_key_name()))


async def _client_key_async(client: redis.asyncio.Redis) -> bytes:
    await client.set(_key_name(), secrets.token_bytes(32), nx=True, ex=_KEY_LIFETIME)
    return cast(bytes, await client.get(_key_name()))


def _client_of_loop() -> redis.asyncio.Redis:
    loop = asyncio.get_running_loop()
    if loop not in _loops:
        _loops[loop] = redis.asyncio.Redis.from_url(settings.REDIS_URL, **_CONNECTION)
    return _loops[loop]


# --- The answer --------------------------------------------------------------------------------


def too_many(request: HttpRequest, retry_after: int | None = None) -> HttpResponse:
    """The answer 429: a page in the reader's language, or JSON for what is not a page (A54)."""
    accepted = request.headers.get("Accept", "")
    response: HttpResponse
    if "text/html" in accepted or "HX-Request" in request.headers:
        response = render(request, "429.html", {"retry_after": retry_after}, status=429)
    else:
        response = JsonResponse({"error": "too_many"}, status=429)
    response.headers["Retry-After"] = str(retry_after or 60)
    return response


GetResponse = (
    Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]
)


def _answer(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    return too_many(request, exception.retry_after) if isinstance(exception, TooMany) else None


@sync_and_async_middleware
def answer_too_many(get_response: GetResponse) -> GetResponse:
    """Answer TooMany, wherever a view raised it, with 429 and Retry-After."""
    passed: Any
    if iscoroutinefunction(get_response):

        async def pass_on_async(request: HttpRequest) -> HttpResponseBase:
            return await cast(Callable[[HttpRequest], Awaitable[HttpResponseBase]], get_response)(
                request
            )

        passed = pass_on_async
    else:

        def pass_on(request: HttpRequest) -> HttpResponseBase:
            return cast(Callable[[HttpRequest], HttpResponseBase], get_response)(request)

        passed = pass_on
    passed.process_exception = _answer
    return cast(GetResponse, passed)
