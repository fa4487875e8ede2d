"""Privacy texts: the cookie declaration of the account, to paste and for machines (S74)."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts.doors import MemberRequest, admin_view
from accounts.models import Language
from privacy import cookie_declarations, cookies


@require_safe
@admin_view
def privacy_cookies(request: MemberRequest) -> HttpResponse:
    """What the settings let the chat store, and the same as text for the owner's own page."""
    asked = request.GET.get("language", "")
    language = asked if asked in Language.values else request.account.language
    standing = cookie_declarations.standing(request.account)
    told = {"items": standing.items}
    with translation.override(language):
        page = render_to_string("privacy/cookie_snippet.html", told).strip()
        text = render_to_string("privacy/cookie_snippet.txt", told).strip()
    context = {
        **told,
        "standing": standing,
        "mode": cookies.MODE,
        "languages": Language.choices,
        "language": language,
        "page_code": page,
        "text_code": text,
        "json_address": settings.PUBLIC_URL
        + reverse("widget_cookies", args=[request.account.public_key]),
    }
    return render(request, "privacy/cookies.html", context)
