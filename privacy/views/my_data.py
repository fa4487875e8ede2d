"""A member's own data: what is kept of them, to see, to take along, and to erase (S32)."""

import tempfile

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import memberships
from accounts.doors import MemberRequest, agent_view, stays_open
from privacy import copies, member_data
from privacy.forms import EraseForm

SHOWN = 20


@require_safe
@agent_view
def my_data(request: MemberRequest) -> HttpResponse:
    """What is kept of the member, why and how long. At the first log-in it comes by itself."""
    return _page(request, EraseForm())


@require_POST
@agent_view
@stays_open
def my_data_told(request: MemberRequest) -> HttpResponse:
    """Go on to the inbox: it was shown."""
    memberships.told(request.membership, timezone.now())
    return redirect("inbox", request.account.slug)


@require_safe
@agent_view
def my_data_file(request: MemberRequest) -> HttpResponseBase:
    """All of it as a file: a page, JSON, the photo."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the answer closes it)
    copies.write_rows(file, request.account, list(member_data.rows(request.membership)))
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename="my-data.zip")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@agent_view
@stays_open
def my_data_leave(request: MemberRequest) -> HttpResponse:
    """Leave the account and have everything erased that says who one is."""
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        memberships.leave(request.membership)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, form)
    request.user.refresh_from_db()
    if not request.user.is_active:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("You have left the account, and your details are erased."))
    return redirect("account_home")


def _page(request: MemberRequest, form: EraseForm) -> HttpResponse:
    context = {
        "tables": member_data.shown(request.membership, SHOWN),
        "is_first": request.membership.told_at is None,
        "is_only_account": not request.user.memberships.filter(is_active=True)
        .exclude(pk=request.membership.pk)
        .exists(),
        "form": form,
    }
    return render(request, "privacy/my_data.html", context, status=422 if form.errors else 200)
