"""The set-up page: the snippet, and whether it has been seen."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.doors import MemberRequest, admin_view
from accounts.models import Site
from accounts.snippet import snippet


@require_safe
@admin_view
def onboarding(request: MemberRequest) -> HttpResponse:
    sites = Site.objects.filter(account=request.account).order_by("created_at")
    return render(
        request,
        "accounts/onboarding.html",
        {"snippet": snippet(request.account), "sites": sites},
    )


@require_safe
@admin_view
def seen(request: MemberRequest) -> HttpResponse:
    """The status line; it asks for itself again until the snippet has been seen."""
    return render(request, "accounts/_seen.html", {"account": request.account})


@require_safe
@admin_view
def settings(request: MemberRequest) -> HttpResponse:
    return redirect("settings_widget", request.account.slug)
