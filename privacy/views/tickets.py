"""Writing to the data protection officer, in public: a form and a number. No log-in, no cookie."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import ratelimits
from accounts.addresses import client_address
from accounts.doors import public
from privacy import platform, tickets


class QuestionForm(forms.Form):
    """A question, and where the answer goes."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    words = forms.CharField(
        label=_("Your question"),
        max_length=4_000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("About a chat on somebody’s website ask the company behind that website."),
    )


# Without a token, which would need a cookie: see `privacy.views.following`.
@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def privacy_contact(request: HttpRequest) -> HttpResponse:
    """Who the officer is, and a form that gives a number."""
    form = QuestionForm(request.POST or None)
    context: dict[str, object] = {"form": form, "party": platform.party()}
    if request.method == "POST" and form.is_valid():
        ratelimits.take(ratelimits.QUESTION, client_address(request))
        ratelimits.take(ratelimits.QUESTION_AS, form.cleaned_data["email"].lower())
        ticket = tickets.receive(
            **form.cleaned_data,
            language=get_language() or settings.LANGUAGE_CODE,
            now=timezone.now(),
        )
        return render(request, "privacy/contact.html", {**context, "ticket": ticket})
    return render(request, "privacy/contact.html", context, status=422 if form.errors else 200)
