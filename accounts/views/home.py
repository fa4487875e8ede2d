"""The way from log-in to an account, and the first account of somebody who has none."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import ratelimits, signup
from accounts.doors import public
from accounts.forms import AccountForm
from accounts.models import Membership, User

PAGES = {
    "agreements": "privacy_agreements",
    "company": "settings_company",
    "data": "privacy_data",
    "forms": "settings_forms",
    "history": "privacy_history",
    "inbox": "inbox",
    "plan": "settings_plan",
    "profile": "settings_profile",
    "widget": "settings_widget",
}
"""Short names of pages that texts outside an account point to."""


@public
@require_safe
@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    """To the inbox of the account that was open last, or of the newest; to a new one without. Once,
    to what is kept of the member."""
    slug = _newest(request)
    if slug is None:
        return redirect("account_new")
    mine = Membership.objects.get(account__slug=slug, user=cast(User, request.user))
    # At the first log-in, what is kept of the person themselves (S32).
    return redirect("inbox" if mine.told_at else "my_data", slug)


def _newest(request: HttpRequest) -> str | None:
    mine = list(
        Membership.objects.active()
        .filter(user=cast(User, request.user), account__is_blocked=False)
        .order_by("-joined_at")
        .values_list("account__slug", flat=True)
    )
    last = request.session.get("last_account")
    return last if last in mine else next(iter(mine), None)


@public
@require_safe
@login_required
def account_page(request: HttpRequest, page: str) -> HttpResponse:
    """To a page of the settings of one's own account: what public texts can link to."""
    slug = _newest(request)
    if page not in PAGES:
        raise Http404
    return redirect(PAGES[page], slug) if slug else redirect("account_new")


@public
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account_new(request: HttpRequest) -> HttpResponse:
    """Name a website and become the owner of its account."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ratelimits.take(ratelimits.SIGNUP, str(request.user.pk))
        try:
            member = signup.found(
                cast(User, request.user),
                name=form.cleaned_data["site_name"],
                address=form.cleaned_data["site_address"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("onboarding", member.account.slug)
    return render(request, "accounts/new.html", {"form": form}, status=422 if form.errors else 200)
