"""What every HTTP answer carries: a request id, and no permission that a chat page needs not."""

from collections.abc import Awaitable, Callable
from typing import cast
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

GetResponse = Callable[[HttpRequest], HttpResponseBase] | Callable[
    [HttpRequest], Awaitable[HttpResponseBase]
]

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


@sync_and_async_middleware
def request_id(get_response: GetResponse) -> GetResponse:
    """Give every request an id that its log lines carry and its answer names.

    The id is always ours: one from outside could hold anything, also personal data.
    """

    def begin() -> str:
        identifier = uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identifier)
        return identifier

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            identifier = begin()
            response = await cast(
                Callable[[HttpRequest], Awaitable[HttpResponseBase]], get_response
            )(request)
            response.headers["X-Request-ID"] = identifier
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        identifier = begin()
        response = cast(Callable[[HttpRequest], HttpResponseBase], get_response)(request)
        response.headers["X-Request-ID"] = identifier
        return response

    return answer


@sync_and_async_middleware
def permissions_policy(get_response: GetResponse) -> GetResponse:
    """Switch off the browser features that no page of ours uses."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            response = await cast(
                Callable[[HttpRequest], Awaitable[HttpResponseBase]], get_response
            )(request)
            response.headers.setdefault("Permissions-Policy", PERMISSIONS)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = cast(Callable[[HttpRequest], HttpResponseBase], get_response)(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return answer
