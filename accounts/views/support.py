"""Settings: when the platform's support may look in, and what it read (S51). For owners."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import support
from accounts.audit import Event
from accounts.doors import MemberRequest, owner_view, stays_open
from accounts.forms import SupportChoiceForm, SupportGrantForm
from accounts.models import SupportSession

SESSIONS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@owner_view
def settings_support(request: MemberRequest) -> HttpResponse:
    """Whether support waits for an owner's word, who is in, and who was. A POST chooses the former."""
    account = request.account
    if request.method == "POST":
        form = SupportChoiceForm(request.POST)
        if form.is_valid():
            needs_grant = form.cleaned_data["support_needs_grant"]
            support.choose(account, needs_grant=needs_grant, by=request.membership)
            messages.success(request, _("Your choice is saved."))
            return redirect("settings_support", account.slug)
    now = timezone.now()
    until = account.support_granted_until
    sessions = SupportSession.objects.order_by("-started_at")[:SESSIONS_SHOWN]
    context = {
        "running": list(support.running(account)),
        "choice": SupportChoiceForm({"support_needs_grant": account.support_needs_grant}),
        "grant_form": SupportGrantForm(),
        "granted_until": until if until and until > now else None,
        "sessions": [one for one in sessions if not one.is_running],
    }
    return render(request, "accounts/settings_support.html", context)


@require_safe
@owner_view
def support_session(request: MemberRequest, session_id: UUID) -> HttpResponse:
    """One session: why, and everything that was read in it."""
    one = get_object_or_404(SupportSession, pk=session_id)
    looks = [
        {
            "at": entry.at,
            "page": entry.details.get("page", ""),
            "conversation": entry.target_id if entry.event == Event.CONVERSATION_READ else None,
            "is_conversation": entry.event == Event.CONVERSATION_READ,
        }
        for entry in support.looks(one)
    ]
    return render(request, "accounts/support_session.html", {"session": one, "looks": looks})


@require_POST
@owner_view
def support_let_in(request: MemberRequest) -> HttpResponse:
    """Let support in for the time that was chosen."""
    form = SupportGrantForm(request.POST)
    if form.is_valid():
        until = support.let_in(request.account, form.period_chosen, by=request.membership)
        said = _("Support may look in until %(until)s (UTC).")
        messages.success(request, said % {"until": date_format(until, "SHORT_DATETIME_FORMAT")})
    return redirect("settings_support", request.account.slug)


@require_POST
@owner_view
@stays_open
def support_keep_out(request: MemberRequest) -> HttpResponse:
    """Take the word back; whoever is in is out."""
    support.keep_out(request.account, by=request.membership)
    messages.success(request, _("Support is no longer let in."))
    return redirect("settings_support", request.account.slug)


@require_POST
@owner_view
@stays_open
def support_end(request: MemberRequest, session_id: UUID) -> HttpResponse:
    """End a session at once."""
    get_object_or_404(SupportSession, pk=session_id)
    support.end(session_id, by=request.membership)
    messages.success(request, _("The session has ended."))
    return redirect("settings_support", request.account.slug)
