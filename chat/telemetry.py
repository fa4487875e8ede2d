"""What the chat counts for operators. Kinds and codes only, never an account or a person.

What web processes do is counted in each of them and read from its own /metrics. Letters are sent
by workers, which have no address to read from: theirs are counted in Redis, for the installation.
"""

import redis
import structlog
from django.conf import settings
from prometheus_client import Counter, Gauge

log = structlog.get_logger(__name__)

_open_sockets = Gauge("chatapp_open_sockets", "WebSockets that are open in this process.", ["kind"])
_messages_posted = Counter(
    "chatapp_messages_posted", "Messages stored by this process.", ["author"]
)
_frames_refused = Counter("chatapp_frames_refused", "Frames that this process refused.", ["code"])

LETTERS = f"{settings.REDIS_PREFIX}:telemetry:letters"

_redis = redis.Redis.from_url(
    settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, decode_responses=True
)


def socket_opened(kind: str) -> None:
    """A socket was accepted. `kind` is "visitor" or "inbox"."""
    _open_sockets.labels(kind).inc()


def socket_closed(kind: str) -> None:
    """A socket that had been accepted is gone."""
    _open_sockets.labels(kind).dec()


def message_posted(author: str) -> None:
    """A new message was stored. `author` is its kind."""
    _messages_posted.labels(author).inc()


def frame_refused(code: str) -> None:
    """A frame was answered with a refusal."""
    _frames_refused.labels(code).inc()


def letter_sent(kind: str) -> None:
    """A letter was handed over."""
    _count("sent", kind)


def letter_failed(kind: str) -> None:
    """Handing a letter over failed; it will be tried again."""
    _count("failed", kind)


def letters() -> dict[tuple[str, str], int]:
    """How many letters had which outcome, by (outcome, kind), since Redis last began."""
    counted: dict[str, str] = _redis.hgetall(LETTERS)  # type: ignore[assignment]
    return {
        (field.partition(":")[0], field.partition(":")[2]): int(value)
        for field, value in counted.items()
    }


def _count(outcome: str, kind: str) -> None:
    try:
        _redis.hincrby(LETTERS, f"{outcome}:{kind}", 1)
    except redis.RedisError as error:
        # A number is not worth a letter.
        log.warning("telemetry_lost", error=type(error).__name__)
