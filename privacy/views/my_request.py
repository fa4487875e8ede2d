"""The public pages on which people ask an account about their data, and fetch the answer. No
log-in and no cookie, and the same answers whether anything is known of somebody or not (A10)."""

import zipfile
from uuid import UUID

from csp.constants import NONE, UNSAFE_INLINE
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import audit, ratelimits
from accounts.addresses import client_address
from accounts.doors import PageRequest, page_view, signed_view
from accounts.models import Account
from privacy import requests
from privacy.models import RequestDetails, SubjectCopy, SubjectRequest
from privacy.models.requests import Channel, RequestKind
from privacy.request_forms import CodeForm, RequestForm
from privacy.requests import Claim
from privacy.tasks import send_request_letters

_FETCH = "privacy.requests.fetch"
FETCH_LASTS = 15 * 60
"""Seconds for which files can be fetched after a code was given."""


@require_http_methods(["GET", "HEAD", "POST"])
@page_view
def privacy_request_new(request: PageRequest) -> HttpResponse:
    """Ask for something. A code goes to the address, whoever it belongs to."""
    form = RequestForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"account": request.account, "form": form}
        status = 422 if form.errors else 200
        return render(request, "privacy/request_new.html", context, status=status)
    said = form.cleaned_data
    ratelimits.take(ratelimits.REQUEST, client_address(request))
    ratelimits.take(ratelimits.REQUEST_CODE_TO, said["email"].lower())
    now = timezone.now()
    received = requests.receive(
        RequestKind(said["kind"]),
        Channel.PAGE,
        name=said["name"],
        email=said["email"],
        words=said["words"],
        language=get_language() or "",
        now=now,
    )
    requests.ask_identity(received, now=now)
    send_request_letters.after_commit(account_id=request.account.pk)
    return redirect(requests.address(received))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@signed_view(Claim.read)
def privacy_request_mine(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """One's own request: the code, where it stands, and what can be fetched."""
    mine = SubjectRequest.objects.filter(pk=claim.request_id).first()
    if mine is None:
        raise Http404
    if request.method != "POST":
        return _page(request, mine, CodeForm())
    match request.POST.get("act", ""):
        case "send":
            return _send(request, mine)
        case "link":
            return _try_link(request, mine)
        case "fetch":
            return _fetch(request, mine)
        case "look":
            return _look(request, mine)
        case "erase":
            return _erase(request, mine)
        case _:
            return _try_code(request, mine)


def _send(request: HttpRequest, mine: SubjectRequest) -> HttpResponse:
    details = RequestDetails.objects.filter(request=mine).first()
    if details is None or not details.email or not (_files(mine) or _waits_for_code(mine)):
        raise Http404
    ratelimits.take(ratelimits.REQUEST_CODE_TO, details.email.lower())
    requests.send_code(mine, now=timezone.now())
    send_request_letters.after_commit(account_id=mine.account_id)
    return redirect(f"{request.path}?sent=1")


def _try_code(request: HttpRequest, mine: SubjectRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    ratelimits.take(ratelimits.REQUEST_CODE, client_address(request))
    if form.is_valid():
        code, now = form.cleaned_data["code"], timezone.now()
        if _waits_for_code(mine):
            if requests.confirm_identity(mine, code, now=now):
                return redirect(request.path)
        elif _files(mine) and requests.is_code(mine, code, now=now):
            return _page(request, mine, form, pass_=signing.dumps(str(mine.pk), salt=_FETCH))
        form.add_error("code", _("This code is not right, or no longer good."))
    return _page(request, mine, form)


def _try_link(request: HttpRequest, mine: SubjectRequest) -> HttpResponse:
    ratelimits.take(ratelimits.REQUEST_CODE, client_address(request))
    key, now = request.POST.get("link", ""), timezone.now()
    if _waits_for_code(mine):
        if requests.confirm_by_link(mine, key, now=now):
            return redirect(request.path)
    elif _files(mine) and requests.is_link(mine, key, now=now):
        return _page(request, mine, CodeForm(), pass_=signing.dumps(str(mine.pk), salt=_FETCH))
    form = CodeForm({"code": ""})
    message = _("This link was used already, or is no longer good.")
    form.errors["code"] = form.error_class([message])
    return _page(request, mine, form)


def _fetch(request: HttpRequest, mine: SubjectRequest) -> HttpResponseBase:
    found = _passed(request, mine)
    if found is None:
        return redirect(request.path)
    audit.record(mine.account_id, audit.Event.REQUEST_FETCHED, by=None, target=("request", mine.pk))
    name = f"data-{mine.reference}.zip"
    response = FileResponse(found.file.open(), as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


def _look(request: HttpRequest, mine: SubjectRequest) -> HttpResponseBase:
    """The page inside the copy, which may do nothing but be read."""
    found = _passed(request, mine)
    if found is None:
        return redirect(request.path)
    audit.record(mine.account_id, audit.Event.REQUEST_FETCHED, by=None, target=("request", mine.pk))
    with found.file.open() as file, zipfile.ZipFile(file) as archive:
        response = HttpResponse(archive.read("data.html"))
    response._csp_replace = {  # type: ignore[attr-defined]
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "sandbox": True,
    }
    response["Cache-Control"] = "private, no-store"
    return response


def _erase(request: HttpRequest, mine: SubjectRequest) -> HttpResponse:
    """Ask for deletion as well; people who answer decide it, as they do every other request."""
    if _passed(request, mine) is None:
        return redirect(request.path)
    ratelimits.take(ratelimits.REQUEST, client_address(request))
    try:
        asked = requests.follow_with_erasure(mine, now=timezone.now())
    except ValidationError:
        return redirect(request.path)
    return redirect(requests.address(asked))


def _passed(request: HttpRequest, mine: SubjectRequest) -> SubjectCopy | None:
    """The copy that is asked for, by whoever gave a code on this page in the last minutes; None: it
    takes another code. Raises Http404 for a copy of somebody else's."""
    try:
        held = signing.loads(request.POST.get("pass", ""), salt=_FETCH, max_age=FETCH_LASTS)
        wanted = UUID(request.POST.get("file", ""))
    except (signing.BadSignature, ValueError):
        return None
    found = next((copy for copy in _files(mine) if copy.pk == wanted), None)
    if held != str(mine.pk) or found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, mine: SubjectRequest, form: CodeForm, *, pass_: str = ""
) -> HttpResponse:
    context = {
        "account": Account.objects.get(pk=mine.account_id),
        "mine": mine,
        "waits_for_code": _waits_for_code(mine),
        "is_sent": _waits_for_code(mine) or "sent" in request.GET or form.is_bound,
        "files": _files(mine),
        "pass": pass_,
        "link": "" if pass_ or form.is_bound else request.GET.get("link", "")[:64],
        "form": form,
    }
    status = 422 if form.errors else 200
    response = render(request, "privacy/request_mine.html", context, status=status)
    # The address is a key to this page: no other site is told of it.
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def _waits_for_code(mine: SubjectRequest) -> bool:
    return not mine.is_proven and not mine.is_done and mine.asked_at is not None


def _files(mine: SubjectRequest) -> list[SubjectCopy]:
    """What can be fetched: after the decision, while it is there."""
    now = timezone.now()
    found = requests.copies_of(mine) if mine.is_done else []
    return [copy for copy in found if copy.finished_at and copy.expires_at > now]
