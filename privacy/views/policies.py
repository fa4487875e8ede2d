"""The privacy policy: where its owner reads and copies it, and the public page that follows it."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import MemberRequest, PageRequest, admin_view, page_view
from privacy import policies
from privacy.documents.facts import Incomplete
from privacy.policy import text, words


@require_safe
@admin_view
def privacy_policy(request: MemberRequest) -> HttpResponse:
    """The text in the language of the query, or else in the account's, with what stops it."""
    language = words.spoken(request.GET.get("lang", "")) or _own_language(request.account.language)
    gaps = policies.gaps(request.account)
    context: dict[str, object] = {
        "language": language,
        "languages": words.languages(),
        "gaps": gaps,
        "url": policies.public_url(request.account),
        "url_in_language": policies.public_url(request.account, language),
    }
    if not gaps:
        document = policies.document(request.account, language)
        context |= {
            "document": document,
            "updated": text.updated(document),
            "copied": json.dumps({"language": language, "digest": policies.digest(document)}),
            "html": render_to_string(
                "privacy/_policy.html",
                {"document": document, "updated": text.updated(document), "level": 2, "below": 3},
            ),
            "plain": text.plain(document),
            "copy": policies.copies(request.account).get(language),
            "drifts": policies.drifts(request.account),
        }
    return render(request, "privacy/policy.html", context)


@require_POST
@admin_view
def privacy_policy_copied(request: MemberRequest) -> HttpResponse:
    """Somebody copied the text with this digest: says who and when, or that it has changed."""
    language = words.spoken(request.POST.get("language", ""))
    if language is None:
        raise Http404
    try:
        copy = policies.copied(
            request.account, language, request.POST.get("digest", ""), by=request.membership
        )
    except Incomplete:
        copy = None
    return render(request, "privacy/_policy_copied.html", {"copy": copy, "is_stale": copy is None})


@page_view
@require_safe
def privacy_policy_public(request: PageRequest) -> HttpResponse:
    """The text for everybody, as the settings of this moment have it: no log-in, no cookie. 404 as
    long as it is not complete."""
    asked = words.spoken(request.GET.get("lang", ""))
    language = asked or _accepted(request) or _own_language(request.account.language)
    try:
        document = policies.document(request.account, language)
    except Incomplete as error:
        raise Http404 from error
    context = {
        "document": document,
        "updated": text.updated(document),
        "languages": words.languages(),
        "path": request.path,
    }
    with translation.override(language):
        # Without the request no context processor runs, so nothing looks into a session.
        response = HttpResponse(render_to_string("privacy/policy_public.html", context))
    response["Content-Language"] = language
    response["Cache-Control"] = "no-cache"
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def _accepted(request: PageRequest) -> str | None:
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500])
    return next((found for code, _ in accepted if (found := words.spoken(code))), None)


def _own_language(language: str) -> str:
    return words.spoken(language) or words.FALLBACK
