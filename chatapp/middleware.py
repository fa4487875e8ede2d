"""What every HTTP answer carries and leaves: a request id, a line in the log, numbers, and no
permission that a chat page needs not."""

import time
from collections.abc import Awaitable, Callable
from typing import cast
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from chatapp import metrics

log = structlog.get_logger(__name__)

SyncGetResponse = Callable[[HttpRequest], HttpResponseBase]
AsyncGetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
GetResponse = SyncGetResponse | AsyncGetResponse
Finish = Callable[[HttpResponseBase], None]

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)

UNTOLD_VIEWS = frozenset({"", "livez", "readyz", "metrics"})
"""Static files and what machines ask every few seconds: lines about them would hide the others."""


def _around(begin: Callable[[HttpRequest], Finish]) -> Callable[[GetResponse], GetResponse]:
    """A middleware that does `begin` before the answer is made and what it returned after."""

    @sync_and_async_middleware
    def middleware(get_response: GetResponse) -> GetResponse:
        if iscoroutinefunction(get_response):

            async def answer_async(request: HttpRequest) -> HttpResponseBase:
                finish = begin(request)
                response = await cast(AsyncGetResponse, get_response)(request)
                finish(response)
                return response

            return answer_async

        def answer(request: HttpRequest) -> HttpResponseBase:
            finish = begin(request)
            response = cast(SyncGetResponse, get_response)(request)
            finish(response)
            return response

        return answer

    return middleware


@_around
def request_id(request: HttpRequest) -> Finish:
    """Give every request an id that its log lines carry and its answer names.

    The id is always ours: one from outside could hold anything, also personal data.
    """
    identifier = uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=identifier)

    def finish(response: HttpResponseBase) -> None:
        response.headers["X-Request-ID"] = identifier

    return finish


@_around
def told(request: HttpRequest) -> Finish:
    """Count the answer and its time, and write one line about it: its view, never its path."""
    began = time.perf_counter()

    def finish(response: HttpResponseBase) -> None:
        seconds = time.perf_counter() - began
        match = request.resolver_match
        view = match.view_name or "" if match else ""
        metrics.answered(
            view=view, method=request.method or "", status=response.status_code, seconds=seconds
        )
        say = log.debug if view in UNTOLD_VIEWS else log.info
        say(
            "http_answered",
            method=request.method,
            view=view,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )

    return finish


@_around
def permissions_policy(request: HttpRequest) -> Finish:
    """Switch off the browser features that no page of ours uses."""

    def finish(response: HttpResponseBase) -> None:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)

    return finish
