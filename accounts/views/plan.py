"""Settings: which plan the account is on, and what the others have."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import memberships, plans
from accounts.doors import MemberRequest, admin_view


@require_safe
@admin_view
def settings_plan(request: MemberRequest) -> HttpResponse:
    return render(
        request,
        "accounts/settings_plan.html",
        {
            "plan": plans.of(request.account),
            "plans": list(plans.CATALOGUE.values()),
            "features": [
                (text, [feature in plan.features for plan in plans.CATALOGUE.values()])
                for feature, text in plans.FEATURE_TEXTS.items()
            ],
            "seats": plans.seats(request.account),
            "seats_taken": memberships.seats_taken(request.account),
            "grace_until": plans.grace_until(request.account, timezone.now()),
        },
    )
