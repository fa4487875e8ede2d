"""Settings: taking everything away, and closing the account, for owners."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import ratelimits
from accounts.doors import MemberRequest, owner_view, stays_open
from privacy import closing, exports
from privacy.forms import CloseForm
from privacy.tasks import build_export


@require_safe
@owner_view
def privacy_export(request: MemberRequest) -> HttpResponse:
    """The exports that are there, and the way to one."""
    return _page(request, CloseForm(user=request.user))


@require_POST
@owner_view
@stays_open
def privacy_export_ask(request: MemberRequest) -> HttpResponse:
    """Have an export built."""
    export = exports.ask(request.account, by=request.membership)
    build_export.after_commit(account_id=request.account.pk, export_id=str(export.pk))
    messages.success(request, _("The export is being built. We write to you when it is ready."))
    return redirect("privacy_export", request.account.slug)


@require_safe
@owner_view
def privacy_export_progress(request: MemberRequest) -> HttpResponse:
    """The exports alone, for the page that waits for one."""
    return render(request, "privacy/_exports.html", _exports())


@require_safe
@owner_view
def privacy_export_file(request: MemberRequest, export_id: UUID) -> HttpResponseBase:
    """The file of an export."""
    export = exports.find(export_id)
    if export is None:
        raise Http404
    name = f"{request.account.slug}-{export.requested_at:%Y-%m-%d}.zip"
    file = exports.take(export, by=request.membership)
    response = FileResponse(file, as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@owner_view
def privacy_close(request: MemberRequest) -> HttpResponse:
    """Close the account, once password and consequences are confirmed."""
    ratelimits.take(ratelimits.CLOSE, str(request.user.pk))
    form = CloseForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    closing.close(request.account, by=request.membership)
    messages.success(request, _("The account is closed."))
    return redirect("privacy_export", request.account.slug)


@require_POST
@owner_view
@stays_open
def privacy_reopen(request: MemberRequest) -> HttpResponse:
    """Open the account again."""
    try:
        closing.reopen(request.account, by=request.membership)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The account is open again. The chat runs on your sites."))
    return redirect("privacy_export", request.account.slug)


def _page(request: MemberRequest, form: CloseForm) -> HttpResponse:
    context = {
        "form": form,
        "window": closing.WINDOW.days,
        "backups": closing.BACKUPS.days,
        "is_held": closing.is_held(),
        **_exports(),
    }
    return render(request, "privacy/export.html", context, status=422 if form.errors else 200)


def _exports() -> dict[str, object]:
    found = exports.recent()
    is_waiting = any(not (one.finished_at or one.failed_at) for one in found)
    return {"exports": found, "is_waiting": is_waiting, "days": exports.KEPT.days}
