"""Settings: who works for the platform, what is about to change, and objecting to it (S19, S21)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import countries
from accounts.doors import MemberRequest, agent_view, owner_view
from accounts.models import Membership, Role
from privacy import objections
from privacy.models import ChangeSeen, Objection, Standing, SubProcessor
from privacy.places import Tool
from privacy.staff_forms import TOOLS


class ObjectionForm(forms.Form):
    """Why an account objects."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Our staff read it, and nobody else."),
    )


@dataclass(frozen=True)
class Listed:
    """A sub-processor as a member sees it on a day."""

    entry: SubProcessor
    standing: Standing
    today: date
    is_new: bool
    objection: Objection | None
    form: ObjectionForm | None

    @property
    def countries(self) -> str:
        one = self.entry
        places = {one.place_of_storage, one.place_of_processing, one.place_of_access}
        return ", ".join(sorted(countries.NAMES[country] for country in places))

    @property
    def tool(self) -> object:
        return dict(TOOLS)[self.entry.tool]

    @property
    def needs_checks(self) -> bool:
        """Whether what its transfer rests on can lapse (R13)."""
        return self.entry.tool != Tool.NONE_EEA

    @property
    def is_stale(self) -> bool:
        return self.entry.is_check_stale(self.today)

    @property
    def days_left(self) -> int:
        """Until it begins."""
        return (self.entry.effective_on - self.today).days if self.entry.effective_on else 0


@require_safe
@agent_view
def privacy_sub_processors(request: MemberRequest) -> HttpResponse:
    """Who works for the platform and what changes. What a member sees here first is marked new."""
    return _page(request)


@require_POST
@owner_view
def privacy_object(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """Object to an announced change."""
    entry = get_object_or_404(SubProcessor.objects.known_on(_today()), pk=entry_id)
    form = ObjectionForm(request.POST, auto_id=f"{entry.pk}_%s")
    if form.is_valid():
        try:
            objections.raise_one(
                request.account, entry, by=request.membership, today=_today(), **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("Your objection has reached us. You see here what follows.")
            )
            return redirect("privacy_sub_processors", request.account.slug)
    return _page(request, refused={entry.pk: form})


@require_POST
@owner_view
def privacy_objection_withdraw(request: MemberRequest, objection_id: UUID) -> HttpResponse:
    """Take an objection back."""
    one = get_object_or_404(Objection, pk=objection_id)
    objections.withdraw(one, by=request.membership)
    messages.success(request, _("Your objection is withdrawn."))
    return redirect("privacy_sub_processors", request.account.slug)


def _page(request: MemberRequest, refused: dict[UUID, ObjectionForm] | None = None) -> HttpResponse:
    today, refused = _today(), refused or {}
    entries = list(
        SubProcessor.objects.known_on(today)
        .select_related("replaces")
        .order_by("effective_on", "legal_name")
    )
    seen = _seen(request.membership)
    mine = objections.of(request.account.pk)
    listed = [
        _listed(
            one,
            today,
            one.pk not in seen,
            mine.get(one.pk),
            refused.get(one.pk),
            request.membership,
        )
        for one in entries
    ]
    changes = [one for one in listed if one.standing == Standing.ANNOUNCED]
    _mark_seen(request.membership, [one.entry for one in changes if one.is_new])
    shown = {one.pk for one in entries}
    context = {
        "at_work": [one for one in listed if one.standing == Standing.ACTIVE],
        "changes": changes,
        "past": [one for one in _past() if one.sub_processor_id not in shown and not one.is_open],
        "is_owner": request.membership.role == Role.OWNER,
    }
    status = 422 if refused else 200
    return render(request, "privacy/sub_processors.html", context, status=status)


def _listed(
    one: SubProcessor,
    today: date,
    is_new: bool,
    objection: Objection | None,
    refused: ObjectionForm | None,
    member: Membership,
) -> Listed:
    standing = one.standing(today)
    may_object = member.role == Role.OWNER and standing == Standing.ANNOUNCED
    form = None
    if may_object and not (objection and objection.is_open):
        form = refused or ObjectionForm(auto_id=f"{one.pk}_%s")
    return Listed(one, standing, today, is_new, objection, form)


def _past() -> list[Objection]:
    """Objections to what is gone by now: the account's own, which is what the counter shows."""
    return list(Objection.objects.select_related("sub_processor").order_by("-raised_at"))


def _seen(member: Membership) -> set[UUID]:
    seen = ChangeSeen.objects.filter(member=member)
    return set(seen.values_list("sub_processor_id", flat=True))


def _mark_seen(member: Membership, entries: list[SubProcessor]) -> None:
    ChangeSeen.objects.bulk_create(
        [
            ChangeSeen(account_id=member.account_id, member=member, sub_processor=one)
            for one in entries
        ],
        ignore_conflicts=True,
    )


def _today() -> date:
    return timezone.now().date()
