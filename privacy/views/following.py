"""Following changes of sub-processors in public: a form, two links, a feed. No log-in, no cookie."""

from datetime import UTC, date, datetime, time

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import ratelimits
from accounts.addresses import client_address
from accounts.doors import public
from privacy import subscriptions
from privacy.models import SubProcessor

FEED_LENGTH = 100


class FollowForm(forms.Form):
    """Which mailbox is to be told."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


# No form of these pages carries a token, which would need a cookie: nobody has a session here, so
# there is nothing that another site could make a reader's browser do that it could not do itself.


@csrf_exempt
@public
@require_POST
def privacy_follow(request: HttpRequest) -> HttpResponse:
    """Write to the mailbox. The page is the same for one that is known and one that is not (A45)."""
    form = FollowForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "state": "refused"}
        return render(request, "privacy/following.html", context, status=422)
    email = form.cleaned_data["email"].lower()
    ratelimits.take(ratelimits.FOLLOW, client_address(request))
    ratelimits.take(ratelimits.FOLLOW_AS, email)
    subscriptions.ask(email, language=get_language() or settings.LANGUAGE_CODE)
    return render(request, "privacy/following.html", {"state": "asked"})


@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def privacy_follow_confirm(request: HttpRequest, signed: str) -> HttpResponse:
    """Say yes by a button: programs that open every link of a mail must not."""
    reader = subscriptions.to_confirm(signed)
    if reader is None:
        return render(request, "privacy/following.html", {"state": "gone"}, status=404)
    if request.method == "POST":
        subscriptions.confirm(reader)
        return render(request, "privacy/following.html", {"state": "confirmed"})
    return render(request, "privacy/following.html", {"state": "confirm"})


@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def privacy_follow_end(request: HttpRequest, signed: str) -> HttpResponse:
    """End it by a button, or by the one click of a mail program (RFC 8058). Ended already is ended."""
    reader = subscriptions.to_end(signed)
    if request.method == "POST" and reader:
        subscriptions.end(reader)
    state = "end" if reader and request.method != "POST" else "ended"
    return render(request, "privacy/following.html", {"state": state})


@public
@require_safe
def privacy_feed(request: HttpRequest) -> HttpResponse:
    """Every change of sub-processors as an Atom feed, newest first: announced, dropped, ended."""
    page = settings.PUBLIC_URL + reverse("privacy_document", args=["sub-processors"])
    feed = Atom1Feed(
        title=f"Sub-processors of {settings.PLATFORM_NAME}",
        link=page,
        description="Changes of the companies that process data of accounts.",
        language="en",
        feed_url=settings.PUBLIC_URL + reverse("privacy_feed"),
    )
    changes = sorted(_changes(), key=lambda change: change[0], reverse=True)
    for day, slug, one, said in changes[:FEED_LENGTH]:
        feed.add_item(
            title=f"{one.legal_name}: {said}",
            link=page,
            description=f"{one.legal_name}, {one.service}: {said}.",
            unique_id=f"urn:uuid:{one.pk}#{slug}",
            updateddate=datetime.combine(day, time(), UTC),
        )
    if not changes:
        raise Http404
    response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _changes() -> list[tuple[date, str, SubProcessor, str]]:
    found = []
    for one in SubProcessor.objects.filter(announced_on__isnull=False):
        assert one.announced_on is not None
        found.append((one.announced_on, "announced", one, f"announced, from {one.effective_on}"))
        if one.dropped_on:
            found.append((one.dropped_on, "dropped", one, "dropped"))
        if one.ended_on:
            found.append((one.ended_on, "ended", one, f"ended on {one.ended_on}"))
    return found
