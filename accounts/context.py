"""What every page of a member's account needs, besides what its view passes."""

from typing import Any

from django.http import HttpRequest

from accounts import support
from accounts.models import Account, Membership


def member(request: HttpRequest) -> dict[str, Any]:
    """`account`, `membership`, `other_accounts` and `support_sessions` on pages behind a member's door,
    else nothing; `support_session` is the one in which support looks at the page.

    It asks the database nothing itself: what is listed is fetched where a template lists it.
    """
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None:
        return {}
    others = (
        Account.objects.filter(
            memberships__user=membership.user_id, memberships__is_active=True, is_blocked=False
        )
        .exclude(pk=membership.account_id)
        .order_by("name")
    )
    return {
        "account": membership.account,
        "membership": membership,
        "other_accounts": others,
        "support_session": getattr(request, "support", None),
        "support_sessions": support.running(membership.account),
    }
