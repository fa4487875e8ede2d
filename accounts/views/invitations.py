"""The page behind the link in an invitation."""

from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import invitations, ratelimits
from accounts.addresses import client_address
from accounts.doors import public
from accounts.forms import NewPersonForm
from accounts.models import Invitation, Language, Membership, User


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: as oneself when logged in, else with a new password.

    Looking at the page changes nothing: mail programs open links ahead of their readers.
    """
    ratelimits.take(ratelimits.INVITATION, client_address(request))
    invitation = invitations.find(token)
    if invitation is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    if isinstance(request.user, User):
        return _as_oneself(request, request.user, invitation, token)
    if invitations.has_login(invitation.email):
        return redirect_to_login(request.path)
    return _as_new_person(request, invitation, token)


def _as_oneself(
    request: HttpRequest, user: User, invitation: Invitation, token: str
) -> HttpResponse:
    if user.email != invitation.email:
        # The invitation's address stays unsaid: whoever holds a stray link need not learn it.
        return render(request, "accounts/invitation_mismatch.html", status=403)
    refusal: list[str] = []
    if request.method == "POST":
        try:
            return _enter(invitations.accept(token, user=user))
        except ValidationError as error:
            refusal = error.messages
    return render(
        request,
        "accounts/invitation_join.html",
        {"invitation": invitation, "refusal": refusal},
        status=409 if refusal else 200,
    )


def _as_new_person(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = NewPersonForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        language = get_language()
        try:
            member = invitations.accept_as_new(
                token,
                **form.cleaned_data,
                language=language if language in Language.values else Language.ENGLISH,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, member.user)
            return _enter(member)
    return render(
        request,
        "accounts/invitation_new_person.html",
        {"invitation": invitation, "form": form},
        status=422 if form.errors else 200,
    )


def _enter(member: Membership) -> HttpResponse:
    # Whoever is new is told first what is kept of them (S32).
    return redirect("inbox" if member.told_at else "my_data", member.account.slug)
