"""The number in the navigation: how many checks fail."""

from typing import Any

from django import template
from django.urls import reverse

from accounts.models import Account
from privacy import compliance

register = template.Library()


@register.simple_tag(takes_context=True)
def compliance_fails(context: dict[str, Any], account: Account) -> int:
    """How many checks of the account fail, at most a minute old. On pages about privacy it is worked
    out where nobody knows it; elsewhere, as in the inbox, no page waits for that."""
    section = reverse("privacy_overview", args=[account.slug])
    return compliance.known_fails(account, may_compute=context["request"].path.startswith(section))
