"""The doors: how a request, a socket and a task come to stand inside one account.

A view, consumer, task or command without a door does not exist: a test lists them all and reads
the label. The visitor's door is in `chat.doors`, because it has to know visitors.
"""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID, uuid4

import structlog
from allauth.account.authentication import get_authentication_records
from asgiref.sync import sync_to_async
from celery import Task, shared_task
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, connections, transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from accounts import support
from accounts.models import Account, Membership, Role, SupportSession, User
from accounts.tenancy import reading_only, tenant

P = ParamSpec("P")
R = TypeVar("R")


class MemberRequest(HttpRequest):
    """A request by a member, inside the member's account; or by support in a session, with a seat in
    place of a membership."""

    account: Account
    membership: Membership
    user: User
    support: SupportSession | None


SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""

MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Label a view that needs no tenant: it sees no person of any account."""
    view.door = "public"  # type: ignore[attr-defined]
    return view


def agent_view(view: MemberView[P]) -> View:
    """Open to every active member of the account whose slug stands in the address."""
    return _member_view(view, door="agent", roles=frozenset(Role))


def admin_view(view: MemberView[P]) -> View:
    """Open to owners and admins: 403 for an agent, 404 for a stranger."""
    return _member_view(view, door="admin", roles=frozenset({Role.OWNER, Role.ADMIN}))


class Steps(Protocol):
    """Runs one piece of work inside the account, in a transaction of its own."""

    def __call__(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...


def admin_steps_view(
    view: Callable[Concatenate[MemberRequest, Steps, P], HttpResponseBase],
) -> View:
    """Open as `admin_view` is, but the account is entered once per step: for a page that speaks to a
    server of somebody else's, during which no transaction may be held."""

    def stand_outside(
        request: MemberRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        return view(request, _steps(request.account.pk), *args, **kwargs)

    return _member_view(
        cast(MemberView[P], wraps(view)(stand_outside)),
        door="admin",
        roles=frozenset({Role.OWNER, Role.ADMIN}),
        is_inside=False,
    )


def _steps(account_id: UUID) -> Steps:
    def step(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with tenant(account_id):
            return work(*args, **kwargs)

    return step


def owner_view(view: MemberView[P]) -> View:
    """Open to owners: 403 for admins and agents, 404 for a stranger."""
    return _member_view(view, door="owner", roles=frozenset({Role.OWNER}))


def stays_open(view: Callable[P, R]) -> Callable[P, R]:
    """Label a view behind a member's door that also changes something in a closed account."""
    view.stays_open = True  # type: ignore[attr-defined]
    return view


def shown_to_support(view: Callable[P, R]) -> Callable[P, R]:
    """Label a view behind a member's door that the platform's support may read in a session (S51).
    Whatever is not labelled they are refused: what leaves the account, secrets, contracts, people's
    data."""
    view.shown_to_support = True  # type: ignore[attr-defined]
    return view


def _member_view(
    view: MemberView[P], *, door: str, roles: frozenset[Role], is_inside: bool = True
) -> View:
    @wraps(view)
    def enter(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        membership = member_of(slug, request.user.pk)
        if membership is None:
            # For all but support in a session the same answer as for an account that does not exist:
            # its name is not confirmed.
            return _as_support(request, slug, view, *args, **kwargs)
        if membership.role not in roles:
            raise PermissionDenied
        if membership.account.closed_at and not (
            request.method in SAFE or getattr(view, "stays_open", False)
        ):
            return render(request, "accounts/closed.html", status=HTTPStatus.CONFLICT)
        if request.session.get("last_account") != slug:
            request.session["last_account"] = slug
        inside = cast(MemberRequest, request)
        inside.account = membership.account
        inside.membership = membership
        # Until the request ends, so that the line about its answer names the account too.
        structlog.contextvars.bind_contextvars(account=str(membership.account_id))
        # The transaction is opened here and not in middleware, which would commit on an error.
        with tenant(membership.account_id) if is_inside else nullcontext():
            return view(inside, *args, **kwargs)

    enter.door = door  # type: ignore[attr-defined]
    return enter


class StaffRequest(HttpRequest):
    """A request by somebody who works for the platform, in no account."""

    user: User


STAFF_CONFIRMED_FOR = timedelta(hours=1)
"""Staff give their password again after this long; a form that is open then may still be sent."""

StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


def staff_view(view: StaffView[P]) -> View:
    """Open to the platform's staff who gave their password lately; 404 for everybody else. It enters
    no account, so that no row of any is seen behind it."""

    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise Http404
        is_safe = request.method in SAFE
        if not _confirmed_within(request, STAFF_CONFIRMED_FOR * (1 if is_safe else 2)):
            return redirect_to_login(request.get_full_path(), reverse("account_reauthenticate"))
        return view(cast(StaffRequest, request), *args, **kwargs)

    enter.door = "staff"  # type: ignore[attr-defined]
    return enter


def support_view(view: MemberView[P]) -> View:
    """Open to the platform's support in a session that runs in the account whose slug stands in the
    address (S51): 404 for everybody else, also for members. For pages that are made for support."""

    @wraps(view)
    def enter(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return _as_support(request, slug, shown_to_support(view), *args, **kwargs)

    enter.door = "support"  # type: ignore[attr-defined]
    return enter


def _as_support(
    request: HttpRequest, slug: str, view: View, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """Let support read one page. The database itself refuses every write while it is made; it is given
    out once it is written down and committed, so that nothing is shown that is not in the account's
    trail, and nothing stands there that was not to be read."""
    user = cast(User, request.user)
    session = support.of_staff(slug, user.pk) if user.is_staff else None
    if session is None:
        raise Http404
    if not _confirmed_within(request, STAFF_CONFIRMED_FOR):
        return redirect_to_login(request.get_full_path(), reverse("account_reauthenticate"))
    inside = cast(MemberRequest, request)
    inside.account, inside.support = session.account, session
    inside.membership = support.seat(session, user)
    structlog.contextvars.bind_contextvars(account=str(session.account_id))
    if request.method not in SAFE or not getattr(view, "shown_to_support", False):
        return render(request, "accounts/support_refused.html", status=HTTPStatus.FORBIDDEN)
    with tenant(session.account_id), reading_only():
        response = view(inside, *args, **kwargs)
    page = request.path.partition(f"/{slug}/")[2]
    try:
        with tenant(session.account_id):
            support.look(session, page, kwargs.get("conversation_id"))
    except support.OverError:
        raise Http404 from None
    return response


def _confirmed_within(request: HttpRequest, period: timedelta) -> bool:
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(proofs) and time.time() - max(proofs) < period.total_seconds()


class PageRequest(HttpRequest):
    """A request for a public page of an account, inside it; nobody is known."""

    account: Account


PageView = Callable[Concatenate[PageRequest, P], HttpResponseBase]

_KEY = re.compile(r"[0-9a-f]{40}")


def account_by_key(key: str) -> Account | None:
    """The account with this public key, unless it is blocked."""
    if not _KEY.fullmatch(key):
        # Also because PostgreSQL faults at some texts, such as those with NUL.
        return None
    return Account.objects.filter(public_key=key, is_blocked=False).first()


def page_view(view: PageView[P]) -> View:
    """Open to everybody who knows the account's public key, as whoever saw its chat does: 404 for
    any other key. For pages without log-in and cookie; their forms stand for nobody in particular,
    so there is nothing that another site could do in somebody's name."""

    @wraps(view)
    def enter(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account = account_by_key(key)
        if account is None:
            raise Http404
        inside = cast(PageRequest, request)
        inside.account = account
        with tenant(account.pk):
            return view(inside, *args, **kwargs)

    exempt = csrf_exempt(enter)
    exempt.door = "public"  # type: ignore[attr-defined]
    return exempt


class SignedClaim(Protocol):
    """What an address that we signed says."""

    @property
    def account_id(self) -> UUID: ...


C = TypeVar("C", bound=SignedClaim)


def signed_view(
    read: Callable[[str], C | None],
) -> Callable[[Callable[Concatenate[HttpRequest, C, P], HttpResponseBase]], View]:
    """Open to whoever holds an address that we signed: the account stands inside the signature, and
    in nothing else that is sent (A7). `read` gives the claim, or None when it is not good: 404."""

    def door(view: Callable[Concatenate[HttpRequest, C, P], HttpResponseBase]) -> View:
        @wraps(view)
        def enter(request: HttpRequest, signed: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            claim = read(signed)
            if (
                claim is None
                or not Account.objects.filter(pk=claim.account_id, is_blocked=False).exists()
            ):
                raise Http404
            with tenant(claim.account_id):
                return view(request, claim, *args, **kwargs)

        enter.door = "public"  # type: ignore[attr-defined]
        return enter

    return door


def member_of(slug: str, user_id: UUID) -> Membership | None:
    """The active membership of this person in the account with this slug, if there is one."""
    return (
        Membership.objects.active()
        .select_related("account", "user")
        .filter(account__slug=slug, account__is_blocked=False, user_id=user_id)
        .first()
    )


# Sockets share this pool instead of one thread per process, and its size is bounded by the
# database pool: more threads than connections would only wait.
_socket_threads = ThreadPoolExecutor(settings.SOCKET_THREADS, thread_name_prefix="socket-db")


async def in_account(
    account_id: UUID, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run `work` in a thread, inside the account's transaction. For sockets and polls only."""

    def enter() -> R:
        with tenant(account_id):
            return work(*args, **kwargs)

    return await outside_accounts(enter)


async def outside_accounts(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work` in a socket thread without entering an account: it sees global tables only."""
    run = sync_to_async(
        _returning_connection(work), thread_sensitive=False, executor=_socket_threads
    )
    return await run(*args, **kwargs)


def _returning_connection(work: Callable[P, R]) -> Callable[P, R]:
    """Give the connection back to the pool afterwards, as the end of a request does."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    return run


class TenantSocket(AsyncWebsocketConsumer):
    """A WebSocket that works for one account once its first frame has proved who is there."""

    door = "socket"
    account: Account

    async def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Live until the socket closes. Its log lines carry one id, as those of a request do."""
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid4().hex)
        await super().__call__(*args, **kwargs)

    async def in_account(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `work` in a thread, inside this socket's account."""
        structlog.contextvars.bind_contextvars(account=str(self.account.pk))
        return await in_account(self.account.pk, work, *args, **kwargs)


class TenantTask(Task[..., None]):
    """A Celery task of one account. Arguments are ids; running it twice changes nothing more."""

    abstract = True
    door = "task"

    def after_commit(self, *, account_id: UUID, **ids: Any) -> None:
        """Queue the task once the surrounding transaction has committed."""
        arguments = {"account_id": str(account_id), **ids}
        transaction.on_commit(lambda: self.apply_async(kwargs=arguments), robust=True)


class OutsideTask(Task[..., None]):
    """A Celery task that stands in no account: it sees global tables only."""

    abstract = True
    door = "command"


def tenant_task(work: Callable[..., None]) -> TenantTask:
    """Make `work(*, ...ids)` a Celery task that runs inside the account named by `account_id`."""

    @wraps(work)
    def enter(*, account_id: str, **ids: Any) -> None:
        with tenant(UUID(account_id)):
            work(**ids)

    return _as_tenant_task(enter)


def _as_tenant_task(enter: Callable[..., None]) -> TenantTask:
    # Without this, Celery would read the signature of the wrapped function and refuse account_id.
    del enter.__wrapped__  # type: ignore[attr-defined]
    return shared_task(base=TenantTask, ignore_result=True)(enter)


def tenant_steps_task(work: Callable[..., None]) -> TenantTask:
    """Make `work(step, *, ...ids)` a task that enters its account once per step.

    For work that must not hold a transaction meanwhile, such as handing over a mail: what one
    step wrote is committed before the next begins.
    """

    @wraps(work)
    def enter(*, account_id: str, **ids: Any) -> None:
        work(_steps(UUID(account_id)), **ids)

    return _as_tenant_task(enter)


def each_account_task(work: Callable[[], None]) -> OutsideTask:
    """Make `work` a Celery task that sees no account itself and starts a tenant task for each."""
    return shared_task(base=OutsideTask, ignore_result=True)(work)
