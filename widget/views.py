"""The addresses that the widget is made of, and the page where an admin decides its look."""

import json
from http import HTTPStatus
from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings as platform
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import launch, ratelimits, sites, snippet
from accounts.doors import MemberRequest, admin_view, public, shown_to_support
from accounts.models import Language
from accounts.ratelimits import TooMany
from chat.doors import EmbedRequest, embed_view
from privacy import cookie_declarations
from widget import colors, embed, frame, policy_links, releases, settings, texts
from widget.forms import LookForm, WordsForm
from widget.models import WidgetSettings
from widget.tasks import check_links

JAVASCRIPT = "text/javascript; charset=utf-8"
MINUTES = 60
YEAR = 365 * 24 * 3600
WAITING = "this account is not live yet: its owner finds the last steps under Set up"


@public
@require_safe
def loader(request: HttpRequest) -> HttpResponse:
    """The script of the snippet. It follows releases, so browsers ask again after minutes."""
    return _script(request, releases.current(), f"public, max-age={5 * MINUTES}")


@public
@require_safe
def loader_pinned(request: HttpRequest, version: str) -> HttpResponse:
    """A released script. It never changes, so a page may carry its hash (js-api 1.13)."""
    return _script(request, releases.pinned(version), f"public, max-age={YEAR}, immutable")


def _script(request: HttpRequest, script: releases.Script | None, cache: str) -> HttpResponse:
    if script is None:
        return HttpResponse("", content_type=JAVASCRIPT, status=HTTPStatus.NOT_FOUND)
    body, encoding = script.encoded(request.headers.get("Accept-Encoding", ""))
    etag = f'"{script.digest}{"-" + encoding if encoding else ""}"'
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = HttpResponse(body, content_type=JAVASCRIPT)
        if encoding:
            response["Content-Encoding"] = encoding
    response["ETag"] = etag
    response["Cache-Control"] = cache
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    # A script with an `integrity` attribute is fetched with CORS.
    response["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@embed_view
def widget_config(request: EmbedRequest) -> HttpResponse:
    """The loader's configuration as an ES module: the one form that a host page may load under a
    strict policy with Trusted Types, and that sends `Origin`. 403 without CORS for a page that
    is not on the account's list."""
    site = request.headers.get("Origin", "")
    if not sites.is_listed(request.account, site):
        refusal = HttpResponse(
            "This site is not on the account's list.\n",
            content_type="text/plain; charset=utf-8",
            status=HTTPStatus.FORBIDDEN,
        )
        refusal["Cache-Control"] = "no-store"
        patch_vary_headers(refusal, ["Origin"])
        return refusal
    snippet.mark_seen(request.account)
    response = HttpResponse(_configuration(request), content_type=JAVASCRIPT)
    response["Access-Control-Allow-Origin"] = site
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    is_live = launch.is_live(request.account)
    # Who has just gone live reloads the page at once.
    response["Cache-Control"] = "private, max-age=15" if is_live else "no-store"
    patch_vary_headers(response, ["Origin", "Accept-Language"])
    return response


def _configuration(request: EmbedRequest) -> str:
    """The module's text. Before the account is live it only throws, which the loader reports in
    the console: a page of the owner's shows nothing else (S35)."""
    if not launch.is_live(request.account):
        return f"throw {json.dumps(WAITING)};\n"
    look = settings.of(request.account)
    config = embed.loader_config(request.account, look, _language(request, look))
    return f"export default {json.dumps(config)};\n"


@embed_view
@xframe_options_exempt
def widget_frame(request: EmbedRequest) -> HttpResponse:
    """The chat's document, for the site in `?site=`: only that site may frame it, and its ticket
    is good there only. It sets no cookie and reads none."""
    site = request.GET.get("site", "")
    if not sites.is_allowed(request.account, site):
        return _frame("widget/refused.html", {}, ancestors=NONE, status=HTTPStatus.FORBIDDEN)
    look = settings.of(request.account)
    language = _language(request, look)
    bootstrap = frame.bootstrap(request.account, look, site=site, language=language)
    with translation.override(language):
        return _frame("widget/frame.html", {"bootstrap": bootstrap}, ancestors=site)


def _frame(
    template: str,
    context: dict[str, Any],
    *,
    ancestors: str,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    # Without the request no context processor runs, so nothing looks into a session.
    response = HttpResponse(render_to_string(template, context), status=status)
    response._csp_replace = {  # type: ignore[attr-defined]
        "connect-src": [SELF, platform.SOCKET_URL],
        "form-action": [NONE],
        "frame-src": [NONE],
        "frame-ancestors": [ancestors],
    }
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@embed_view
def widget_cookies(request: EmbedRequest) -> HttpResponse:
    """What the widget can keep in a visitor's browser with the account's settings, for consent
    managers and the owner's own cookie page (S74, R18)."""
    response = JsonResponse(
        cookie_declarations.current(request.account), json_dumps_params={"ensure_ascii": False}
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = f"public, max-age={5 * MINUTES}"
    return response


@embed_view
def widget_words(request: EmbedRequest, branch: str) -> HttpResponse:
    """The words of a part of the chat that is fetched when it is needed."""
    if branch not in texts.LATER_BRANCHES:
        raise Http404
    look = settings.of(request.account)
    words = settings.words(request.account, look, _language(request, look))
    response = JsonResponse(words[branch])
    response["Cache-Control"] = f"public, max-age={5 * MINUTES}"
    return response


def _language(request: EmbedRequest, look: WidgetSettings) -> str:
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500])
    return settings.language_for(
        request.account,
        look,
        page=request.GET.get("lang", "")[:35],
        browser=[code for code, _ in accepted],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_widget(request: MemberRequest) -> HttpResponse:
    """Where an admin decides how the widget looks and what it says, beside a live preview."""
    look = settings.of(request.account)
    answers = request.POST if request.method == "POST" else None
    form = LookForm(request.account, look, answers)
    words = [
        WordsForm(language, look.texts.get(language, {}), answers) for language in Language.values
    ]
    # Every form is looked at, so that all errors show at once.
    if answers is not None and all([form.is_valid(), *(one.is_valid() for one in words)]):
        settings.change(request.account, form.look, by=request.membership)
        if form.look["privacy_notice_url"] != look.privacy_notice_url:
            _look_at_links(request)
        for one in words:
            settings.reword(request.account, one.language, one.cleaned_data, by=request.membership)
        messages.success(request, gettext("Saved. Your site shows it at the next page load."))
        return redirect("settings_widget", request.account.slug)
    preview = {
        "words": {language: _preview_words(language) for language in Language.values},
        "language": look.language or request.account.language,
        "readable": colors.READABLE,
    }
    return render(
        request,
        "widget/settings.html",
        {
            "form": form,
            "words": words,
            "opened": preview["language"],
            "preview": preview,
            "may_customise": settings.may_customise(request.account),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if answers is not None else HTTPStatus.OK,
    )


def _look_at_links(request: MemberRequest) -> None:
    """Have the addresses of the notice looked at. Above the limit what was typed is saved all the
    same, and the page of addresses says that nobody has looked."""
    policy_links.look_again(request.account)
    try:
        ratelimits.take(ratelimits.LINKS_LOOKED_AT, str(request.account.pk))
    except TooMany:
        return
    check_links.after_commit(account_id=request.account.pk)


def _preview_words(language: str) -> dict[str, str]:
    built_in = texts.tree(language)
    shown = (*texts.EDITABLE, *texts.PREVIEWED)
    return {place: texts.word(built_in, place) for place in shown}
