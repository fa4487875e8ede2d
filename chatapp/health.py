"""Is this process alive, and is everything it needs there? For load balancers and operators."""

import time
from collections.abc import Callable
from functools import cache

import redis
from celery import shared_task
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.doors import OutsideTask, public

HEARTBEAT = f"{settings.REDIS_PREFIX}:heartbeat"
# Beat asks every ten seconds and a worker answers: three missed in a row are a fault.
HEARTBEAT_STALE_AFTER = 35.0

_redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


@shared_task(base=OutsideTask, ignore_result=True)
def beat() -> None:
    """Queued by beat and run by a worker: one key that is fresh proves that both are alive."""
    _redis.set(HEARTBEAT, time.time())


def heartbeat_age() -> float | None:
    """Seconds since a worker last ran what beat queued; None if that has not happened yet."""
    value = _redis.get(HEARTBEAT)
    return None if value is None else max(0.0, time.time() - float(value))


@public
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process can answer at all. Touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis and migrations are good, else 503. The worker's heartbeat is told
    but does not take a web process out of service: it can do without for a while."""
    checks = {
        "database": _sound(_ask_database),
        "redis": _sound(_ask_redis),
        "migrations": _sound(_ask_migrations),
    }
    ready = all(value == "ok" for value in checks.values())
    age = _heartbeat_if_known()
    stale = age is None or age > HEARTBEAT_STALE_AFTER
    checks["worker"] = "stale" if stale else "ok"
    return JsonResponse(
        {"ready": ready, "checks": checks, "heartbeat_age": None if age is None else round(age, 1)},
        status=200 if ready else 503,
    )


def _heartbeat_if_known() -> float | None:
    try:
        return heartbeat_age()
    except redis.RedisError:
        return None


def _sound(ask: Callable[[], None]) -> str:
    try:
        ask()
    except Exception as error:  # noqa: BLE001  (whatever it is, the answer tells of it)
        # The class only: a message may name hosts or values.
        return type(error).__name__
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    _redis.ping()


@cache
def _ask_migrations() -> None:
    # Remembered once it is good: what was applied stays applied while this process lives.
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations are missing")
