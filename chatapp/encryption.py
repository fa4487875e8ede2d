"""What programs ask for is refused over plain http and ws instead of redirected (S47): a redirect would
come after the token, the ticket or the words had crossed the network."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

REFUSED = "/widget/", "/files/"
"""Where scripts send tokens and words. The loader is among them but for its own file, which an old page may
still name by http: that one is redirected."""

_LOADER = "/widget/loader"
_ANSWER = {"error": "encryption_required"}

SyncGetResponse = Callable[[HttpRequest], HttpResponseBase]
AsyncGetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
GetResponse = SyncGetResponse | AsyncGetResponse


@sync_and_async_middleware
def refuse_plain(get_response: GetResponse) -> GetResponse:
    """Answer 403 to a plain request for what only programs ask for."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            return _refusal(request) or await cast(AsyncGetResponse, get_response)(request)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _refusal(request) or cast(SyncGetResponse, get_response)(request)

    return answer


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    if not settings.IS_SECURE or request.is_secure():
        return None
    if not request.path.startswith(REFUSED) or request.path.startswith(_LOADER):
        return None
    return JsonResponse(_ANSWER, status=HTTPStatus.FORBIDDEN)


class EncryptedOnly:
    """An ASGI application that plain connections do not reach: 403 to a request and a handshake."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not settings.IS_SECURE or is_encrypted(scope):
            await self.inner(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
        else:
            answer = JsonResponse(_ANSWER)
            headers = [(b"content-type", answer.headers["Content-Type"].encode())]
            await send(
                {
                    "type": "http.response.start",
                    "status": HTTPStatus.FORBIDDEN.value,
                    "headers": headers,
                }
            )
            await send({"type": "http.response.body", "body": answer.content})


def is_encrypted(scope: Any) -> bool:
    """Whether a connection came over TLS, as our own proxy says where there is one."""
    proxy: tuple[str, str] | None = getattr(settings, "SECURE_PROXY_SSL_HEADER", None)
    if proxy is None:
        return scope.get("scheme") in {"https", "wss"}
    name, secure = proxy
    wanted = name.removeprefix("HTTP_").replace("_", "-").lower().encode()
    said = [value for key, value in scope["headers"] if key == wanted]
    return len(said) == 1 and said[0].split(b",")[0].strip() == secure.encode()
