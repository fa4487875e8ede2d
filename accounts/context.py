"""What every page of a member's account needs, besides what its view passes."""

from typing import Any

from django.http import HttpRequest

from accounts.models import Account, Membership


def member(request: HttpRequest) -> dict[str, Any]:
    """`account`, `membership` and `other_accounts` on pages behind a member's door, else nothing.

    It asks the database nothing itself: the other accounts are fetched where a template lists them.
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
    return {"account": membership.account, "membership": membership, "other_accounts": others}
