"""Settings: who is in the team, and who is invited."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import invitations, memberships, plans, ratelimits
from accounts.doors import MemberRequest, admin_view, shown_to_support
from accounts.forms import InvitationForm, RoleForm
from accounts.models import Invitation, Membership, Role


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_team(request: MemberRequest) -> HttpResponse:
    """The team; POST invites somebody."""
    roles = memberships.grantable(request.membership)
    form = InvitationForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        ratelimits.take(ratelimits.INVITE, str(request.account.pk))
        try:
            invitation = invitations.invite(
                request.account, **form.cleaned_data, by=request.membership
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The invitation to %s is on its way.") % invitation.email)
            return _to_team(request)
    members = Membership.objects.filter(account=request.account).select_related("user")
    invited = Invitation.objects.filter(
        account=request.account, accepted_at=None, cancelled_at=None
    )
    return render(
        request,
        "accounts/settings_team.html",
        {
            "form": form,
            "members": members.order_by("-is_active", "joined_at"),
            "invitations": invited.order_by("sent_at"),
            "roles": [role for role in Role if role in roles],
            "seats": plans.seats(request.account),
            "seats_taken": memberships.seats_taken(request.account),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@admin_view
def change_role(request: MemberRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role."))
        return _to_team(request)
    role = form.cleaned_data["role"]
    return _try(
        request,
        lambda: memberships.change_role(member, to=role, by=request.membership),
        _("The role is changed."),
    )


@require_POST
@admin_view
def deactivate(request: MemberRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    return _try(
        request,
        lambda: memberships.deactivate(member, by=request.membership),
        _("This person can no longer enter."),
    )


@require_POST
@admin_view
def activate(request: MemberRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    return _try(
        request,
        lambda: memberships.activate(member, by=request.membership),
        _("This person can enter again."),
    )


@require_POST
@admin_view
def resend(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation(request, invitation_id)
    ratelimits.take(ratelimits.INVITE, str(request.account.pk))
    return _try(
        request,
        lambda: invitations.resend(invitation, by=request.membership),
        _("A new link is on its way to %s. The old one no longer works.") % invitation.email,
    )


@require_POST
@admin_view
def cancel(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation(request, invitation_id)
    return _try(
        request,
        lambda: invitations.cancel(invitation, by=request.membership),
        _("The invitation is cancelled."),
    )


def _member(request: MemberRequest, member_id: UUID) -> Membership:
    # Memberships are a global table: the account must be named, no wall stands behind it.
    return get_object_or_404(Membership, pk=member_id, account=request.account)


def _invitation(request: MemberRequest, invitation_id: UUID) -> Invitation:
    return get_object_or_404(Invitation, pk=invitation_id, account=request.account)


def _try(request: MemberRequest, verb: Callable[[], object], done: str) -> HttpResponse:
    """Do it and say so, or say why not; back to the team either way."""
    try:
        verb()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return _to_team(request)


def _to_team(request: MemberRequest) -> HttpResponse:
    return redirect("settings_team", request.account.slug)
