"""Numbers for operators in Prometheus' text format. Counts and times only, never a person."""

import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from accounts.doors import public


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """This process's metrics. With METRICS_TOKEN set they need `Authorization: Bearer <token>`;
    without it they exist in development only."""
    if not settings.METRICS_TOKEN:
        if not settings.DEBUG:
            raise Http404
    else:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
            raise Http404
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
