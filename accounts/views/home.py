"""The way from log-in to an account, and the first account of somebody who has none."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import ratelimits, signup
from accounts.doors import public
from accounts.forms import AccountForm
from accounts.models import Membership, User


@public
@require_safe
@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    """To the inbox of the account that was open last, or of the newest; to a new one without."""
    mine = list(
        Membership.objects.active()
        .filter(user=cast(User, request.user), account__is_blocked=False)
        .order_by("-joined_at")
        .values_list("account__slug", flat=True)
    )
    if not mine:
        return redirect("account_new")
    last = request.session.get("last_account")
    return redirect("inbox", last if last in mine else mine[0])


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
