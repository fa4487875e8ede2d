"""Settings of a member: what visitors see of them, their language, the inbox's switches."""

import json
import re

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import memberships
from accounts.doors import MemberRequest, agent_view, public
from accounts.forms import ProfileForm
from accounts.models import Membership

_PHOTO_NAME = re.compile(r"[0-9a-f]{32}\.webp")
_SWITCHES = ("wants_sound", "is_available")


@require_http_methods(["GET", "HEAD", "POST"])
@agent_view
def settings_profile(request: MemberRequest) -> HttpResponse:
    member = Membership.objects.select_related("user").get(pk=request.membership.pk)
    user = member.user
    form = ProfileForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "public_name": member.public_name,
            "description": member.description,
            "language": user.language,
        },
    )
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            memberships.describe(
                member,
                public_name=entered["public_name"] or request.account.name[:60],
                description=entered["description"],
                photo=entered["photo"],
                forget_photo=entered["forget_photo"],
            )
        except ValidationError as error:
            form.add_error("photo", error)
        else:
            memberships.speak(user, entered["language"])
            with translation.override(user.language):
                messages.success(request, _("Your profile is saved."))
            response = redirect("settings_profile", request.account.slug)
            return _with_language(response, user.language)
    return render(
        request,
        "accounts/settings_profile.html",
        {"form": form, "login_email": user.email},
        status=422 if form.errors else 200,
    )


@require_POST
@agent_view
def preferences(request: MemberRequest) -> JsonResponse:
    """Set `wants_sound` and `is_available`, each if named; answers both as they are now."""
    try:
        wanted = json.loads(request.body)
    except (ValueError, RecursionError):
        wanted = None
    if not _are_switches(wanted):
        return JsonResponse({"error": "invalid"}, status=400)
    memberships.prefer(request.membership, **wanted)
    return JsonResponse({name: getattr(request.membership, name) for name in _SWITCHES})


@public
@require_safe
def photo(request: HttpRequest, name: str) -> HttpResponseBase:
    """A member's photo. Visitors see it, so it needs no log-in; its name cannot be guessed."""
    path = f"photos/{name}"
    if not _PHOTO_NAME.fullmatch(name) or not default_storage.exists(path):
        raise Http404
    response = FileResponse(default_storage.open(path), content_type="image/webp")
    # The name changes with the picture, so a copy never goes stale.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _are_switches(wanted: object) -> bool:
    return (
        isinstance(wanted, dict)
        and set(wanted) <= set(_SWITCHES)
        and all(isinstance(value, bool) for value in wanted.values())
    )


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    """The cookie that Django's own choice of language sets, so that the two agree."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
