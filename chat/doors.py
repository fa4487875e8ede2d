"""The visitor's door: how a request from the widget comes to stand inside an account.

`embed_view` is for what any page on an allowed site may fetch before it is known who asks;
`visitor_view` is for the frame, which proves its site by a ticket and its visitor by a token.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.doors import account_by_key
from accounts.models import Account
from accounts.tenancy import tenant
from chat import identity
from chat.wire import Refusal

P = ParamSpec("P")

TICKET_HEADER = "X-Chatapp-Ticket"
TOKEN_HEADER = "X-Chatapp-Token"  # noqa: S105  (a header's name)


class EmbedRequest(HttpRequest):
    """A request for an account's widget, inside that account; no visitor is known."""

    account: Account


class VisitorRequest(EmbedRequest):
    """A request by a visitor's frame: `site` is where it is embedded, `visitor_id` who it is."""

    site: str  # type: ignore[assignment]  # the stubs keep the name for contrib.sites
    visitor_id: str


EmbedView = Callable[Concatenate[EmbedRequest, P], HttpResponseBase]
VisitorView = Callable[Concatenate[VisitorRequest, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def is_platform_origin(origin: str | None) -> bool:
    """Whether a request says that it comes from a page of ours. The frame is one; a customer's
    page, a file, a sandbox (`null`) and a program that says nothing are not (A19, A36, A37)."""
    public = urlsplit(settings.PUBLIC_URL)
    return origin == f"{public.scheme}://{public.netloc}"


def embed_view(view: EmbedView[P]) -> View:
    """Open to everyone who knows the account's public key: 404 for any other key."""

    @wraps(view)
    def enter(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account = account_by_key(key)
        if account is None:
            raise Http404
        inside = cast(EmbedRequest, request)
        inside.account = account
        structlog.contextvars.bind_contextvars(account=str(account.pk))
        with tenant(account.pk):
            return view(inside, *args, **kwargs)

    # The frame's origin has no CSRF cookie. What protects is the ticket, the token and, below,
    # the Origin: none of them is sent by a browser on its own.
    exempt = csrf_exempt(enter)
    exempt.door = "visitor"  # type: ignore[attr-defined]
    return exempt


def visitor_view(view: VisitorView[P]) -> View:
    """Open to a frame with a good ticket and a good visitor token: else 403 as JSON."""

    @wraps(view)
    def enter(request: EmbedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not comes_from_the_frame(request):
            return JsonResponse({"error": Refusal.NOT_ALLOWED.value}, status=HTTPStatus.FORBIDDEN)
        site = identity.read_ticket(request.account, request.headers.get(TICKET_HEADER))
        visitor_id = identity.verify(request.account, request.headers.get(TOKEN_HEADER))
        if site is None or visitor_id is None:
            return JsonResponse({"error": Refusal.NOT_ALLOWED.value}, status=HTTPStatus.FORBIDDEN)
        inside = cast(VisitorRequest, request)
        inside.site = site
        inside.visitor_id = visitor_id
        return view(inside, *args, **kwargs)

    return embed_view(enter)


def comes_from_the_frame(request: HttpRequest) -> bool:
    """False if the browser names another origin. GETs of the same origin carry none."""
    origin = request.headers.get("Origin")
    return origin is None or is_platform_origin(origin)
