"""Settings: how long history is kept, what the purge did, and what is exempt."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import plans
from accounts.doors import MemberRequest, admin_view, owner_view, shown_to_support
from accounts.models import PlanName, Role
from privacy import holds, purges, retention
from privacy.forms import HistoryForm, HoldForm
from privacy.models import LegalHold, Period
from privacy.models.history import HoldKind

HOLD_ID = "id_hold_%s"
"""Both forms of the page ask for a reason: each field has an id of its own."""


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def privacy_history(request: MemberRequest) -> HttpResponse:
    """How long history is kept, and what that did so far."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            retention.choose(
                request.account,
                Period(form.cleaned_data["period"]),
                by=request.membership,
                reason=form.cleaned_data.get("reason", ""),
            )
        except ValidationError as error:
            form.add_error("reason" if error.code == "reason_missing" else "period", error)
        else:
            messages.success(request, _("Your choice is saved. It counts from tonight."))
            return redirect("privacy_history", request.account.slug)
    return _page(request, form, HoldForm(auto_id=HOLD_ID))


@require_safe
@admin_view
def privacy_history_preview(request: MemberRequest) -> HttpResponse:
    """What the next purge would delete with the period in the query."""
    try:
        period = Period(request.GET.get("period", ""))
    except ValueError as error:
        raise Http404 from error
    return render(request, "privacy/_history_preview.html", _preview(request, period))


@require_safe
@admin_view
def privacy_history_smaller(request: MemberRequest) -> HttpResponse:
    """What a change to Free would delete, for the page of the plans (S58)."""
    free = plans.CATALOGUE[PlanName.FREE]
    period = retention.at_most(request.account, free)
    context = {
        "plan": free,
        "period": period,
        "due": purges.preview(request.account, period, timezone.now()),
        "grace": plans.GRACE.days,
        "is_owner": request.membership.role == Role.OWNER,
    }
    return render(request, "privacy/_history_smaller.html", context)


@require_POST
@owner_view
def privacy_hold(request: MemberRequest) -> HttpResponse:
    """Exempt a conversation, or all of its visitor's, from the purge."""
    hold_form = HoldForm(request.POST, auto_id=HOLD_ID)
    if hold_form.is_valid():
        target = purges.holdable(
            hold_form.cleaned_data["address"],
            is_whole_visitor=hold_form.cleaned_data["is_whole_visitor"],
        )
        if target is None:
            hold_form.add_error("address", _("There is no such conversation."))
        else:
            kind, target_id = target
            holds.place(
                HoldKind(kind),
                target_id,
                reason=hold_form.cleaned_data["reason"],
                by=request.membership,
            )
            messages.success(request, _("It stays until an owner lifts the hold."))
            return redirect("privacy_history", request.account.slug)
    return _page(request, _form(request, bound=False), hold_form)


@require_POST
@owner_view
def privacy_hold_lift(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """End a hold."""
    holds.lift(get_object_or_404(LegalHold, pk=hold_id), by=request.membership)
    messages.success(request, _("The hold is lifted. The rule counts again."))
    return redirect("privacy_history", request.account.slug)


def _form(request: MemberRequest, *, bound: bool = True) -> HistoryForm:
    return HistoryForm(
        request.POST if bound and request.method == "POST" else None,
        policy=retention.policy(request.account),
        choices=retention.choices(request.account),
        now=_chosen(request),
    )


def _chosen(request: MemberRequest) -> Period:
    """What the form shows first: what counts now, or will once the days of grace are over."""
    period = retention.effective(request.account, timezone.now())
    offered = retention.choices(request.account)
    return period if period in offered else offered[-1]


def _page(request: MemberRequest, form: HistoryForm, hold_form: HoldForm) -> HttpResponse:
    account, now = request.account, timezone.now()
    effective = retention.effective(account, now)
    grace_until = plans.grace_until(account, now)
    context = {
        "form": form,
        "hold_form": hold_form,
        "effective": effective,
        "limit": plans.of(account).history_limit,
        "grace_until": grace_until,
        "after_grace": _preview(request, _chosen(request)) if grace_until else None,
        "needs_review": retention.needs_review(account, now),
        "receipts": purges.receipts(),
        "holds": holds.standing(),
        "is_owner": request.membership.role == Role.OWNER,
        **_preview(request, _chosen(request) if form.is_bound else effective),
    }
    is_refused = bool(form.errors or hold_form.errors)
    return render(request, "privacy/history.html", context, status=422 if is_refused else 200)


def _preview(request: MemberRequest, period: Period) -> dict[str, object]:
    if period not in retention.choices(request.account):
        period = _chosen(request)
    due = purges.preview(request.account, period, timezone.now())
    return {"period": period, "due": due, "is_anything_due": any(due.values())}
