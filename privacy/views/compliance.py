"""The overview of an account's privacy: what is in order and what is to do (S8)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import MemberRequest, admin_view, shown_to_support
from privacy import compliance
from privacy.compliance import Result


@require_safe
@admin_view
@shown_to_support
def privacy_overview(request: MemberRequest) -> HttpResponse:
    """Every check as it stands this minute."""
    found = compliance.checks(request.account, timezone.now())
    context = {
        "groups": [(result, [one for one in found if one.result is result]) for result in Result],
    }
    return render(request, "privacy/overview.html", context)
