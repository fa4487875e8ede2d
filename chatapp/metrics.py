"""Numbers for operators in Prometheus' text format. Counts and times only, never a person.

Most of them are this process's own: scrape every web process and add up. What the installation
has in common (letters, the worker's heartbeat, what is overdue) is the same from each of them.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from accounts.doors import public
from accounts.models import Account
from chat import telemetry
from chatapp import health

_METHODS = frozenset({"GET", "HEAD", "POST"})

_answers = Counter(
    "chatapp_http_responses", "HTTP answers of this process.", ["view", "method", "status"]
)
_seconds = Histogram(
    "chatapp_http_seconds",
    "Time until the answer was made.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def answered(*, view: str, method: str, status: int, seconds: float) -> None:
    """An HTTP request was answered. `view` is the name of its address, "" for none."""
    # Methods come from outside: without the list, a stranger could make numbers without end.
    known = method if method in _METHODS else "other"
    _answers.labels(view or "none", known, f"{status // 100}xx").inc()
    _seconds.labels(view or "none").observe(seconds)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers. With METRICS_TOKEN set they need `Authorization: Bearer <token>`; without it
    they exist in development only."""
    if not settings.METRICS_TOKEN:
        if not settings.DEBUG:
            raise Http404
    else:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
            raise Http404
    shared = CollectorRegistry()
    shared.register(_Shared())
    return HttpResponse(
        generate_latest(REGISTRY) + generate_latest(shared), content_type=CONTENT_TYPE_LATEST
    )


class _Shared(Collector):
    """What all processes have in common, asked for at each scrape. What cannot be asked is absent."""

    def describe(self) -> list[Metric]:
        # Without this, registering would already ask.
        return []

    def collect(self) -> Iterator[Metric]:
        with suppress(DatabaseError, InterfaceError):
            yield self._overdue()
        try:
            age = health.heartbeat_age()
            counted = telemetry.letters()
        except RedisError:
            return
        letters = CounterMetricFamily(
            "chatapp_letters", "E-mails about conversations.", labels=["outcome", "kind"]
        )
        for (outcome, kind), value in sorted(counted.items()):
            letters.add_metric([outcome, kind], value)
        yield letters
        if age is not None:
            yield GaugeMetricFamily(
                "chatapp_worker_heartbeat_age_seconds",
                "Since a worker last ran what beat asked for.",
                value=age,
            )

    def _overdue(self) -> GaugeMetricFamily:
        oldest = Account.objects.filter(is_blocked=False, closed_at=None).aggregate(
            at=Min("errand_at")
        )["at"]
        late = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
        return GaugeMetricFamily(
            "chatapp_oldest_errand_overdue_seconds",
            "How long the letter that is most overdue has been due; 0 when none is.",
            value=late,
        )
