"""The console: the register of breaches. No account is entered here."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import StaffRequest, staff_view
from accounts.models import Account, User
from privacy import breaches, chained, platform
from privacy.models import Breach, EntryKind, Risk
from privacy.views import staff


def _moment(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=required,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def _words(label: Any, help_text: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=4_000,
        widget=forms.Textarea({"rows": rows}),
    )


class BreachForm(forms.Form):
    """What is known when the record begins. Times are in UTC."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    occurred_at = _moment(
        gettext_lazy("Happened (UTC)"), gettext_lazy("Empty while it is not known."), required=False
    )
    detected_at = _moment(gettext_lazy("Detected (UTC)"))
    aware_at = _moment(
        gettext_lazy("Aware since (UTC)"),
        gettext_lazy("When it was certain enough. Our clock runs from here."),
    )
    facts = _words(
        gettext_lazy("Facts"), gettext_lazy("No names of people: the record is never deleted.")
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("occurred_at", "detected_at", "aware_at"):
            if (at := said.get(name)) and at > timezone.now():
                self.add_error(name, _("This is in the future."))
        if (at := said.get("aware_at")) and (seen := said.get("detected_at")) and at < seen:
            self.add_error("aware_at", _("This is before it was detected."))
        return said


class WriteForm(forms.Form):
    """One more entry."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (kind.value, kind.label)
            for kind in (EntryKind.FACTS, EntryKind.EFFECTS, EntryKind.REMEDY, EntryKind.DECISION)
        ],
    )
    text = _words(
        gettext_lazy("What is known or decided"),
        gettext_lazy("No names of people: the record is never deleted."),
    )


class AssessForm(forms.Form):
    """What it means for people."""

    risk = forms.ChoiceField(label=gettext_lazy("Risk for people"), choices=Risk.choices[1:])
    text = _words(gettext_lazy("Why"))


class AccountsForm(forms.Form):
    """Which accounts it affects."""

    is_all = forms.BooleanField(label=gettext_lazy("All accounts"), required=False)
    slugs = forms.CharField(
        label=gettext_lazy("Accounts"),
        required=False,
        help_text=gettext_lazy("Their names in addresses, one in each line."),
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        wanted = set((said.get("slugs") or "").split())
        found = list(
            Account.objects.all() if said.get("is_all") else Account.objects.filter(slug__in=wanted)
        )
        unknown = wanted - {account.slug for account in found}
        if unknown:
            self.add_error(
                "slugs",
                _("There is no such account: %(names)s") % {"names": ", ".join(sorted(unknown))},
            )
        elif not found:
            self.add_error("slugs", _("Name an account, or choose all."))
        return {**said, "accounts": found}


class NoticeForm(forms.Form):
    """What the accounts are told (Art. 33(3)). Owners read it in these words."""

    nature = _words(gettext_lazy("Nature of the breach, and categories of people and data"))
    people = forms.CharField(label=gettext_lazy("People, approximately"), max_length=160)
    records = forms.CharField(label=gettext_lazy("Records, approximately"), max_length=160)
    contact = forms.CharField(label=gettext_lazy("Who can be asked"), max_length=300)
    consequences = _words(gettext_lazy("Likely consequences"))
    measures = _words(gettext_lazy("Measures taken or proposed"))


class CloseForm(forms.Form):
    """Why nothing is left to do."""

    text = _words(gettext_lazy("Why it is closed"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_breaches(request: StaffRequest) -> HttpResponse:
    """Every breach, and a form for another one."""
    form = BreachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        breach = breaches.open_one(**form.cleaned_data, by=request.user)
        return redirect("staff_breach", breach.pk)
    now = timezone.now()
    found = Breach.objects.order_by("-number")
    context = {
        "breaches": [(one, breaches.clock(one, now)) for one in found],
        "form": form,
        "faults": breaches.verify(),
    }
    return staff.console_page(request, "staff/breaches.html", context, form)


@require_safe
@staff_view
def staff_breach(request: StaffRequest, breach_id: UUID) -> HttpResponse:
    """One breach: its clock, its entries, and what can be added."""
    return _page(request, get_object_or_404(Breach, pk=breach_id))


@require_POST
@staff_view
def staff_breach_act(request: StaffRequest, breach_id: UUID, act: str) -> HttpResponse:
    """Add to the record of a breach."""
    breach = get_object_or_404(Breach, pk=breach_id)
    if act not in _ACTS:
        raise Http404
    make, do = _ACTS[act]
    form = make(request.POST)
    if form.is_valid():
        try:
            do(breach, form.cleaned_data, request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Written down."))
            return redirect("staff_breach", breach.pk)
    return _page(request, breach, {act: form})


def _assess(breach: Breach, said: dict[str, Any], by: User) -> None:
    breaches.assess(breach, Risk(said["risk"]), said["text"], by=by)


def _write(breach: Breach, said: dict[str, Any], by: User) -> None:
    breaches.write(breach, EntryKind(said["kind"]), said["text"], by=by)


_ACTS: dict[
    str, tuple[Callable[..., forms.Form], Callable[[Breach, dict[str, Any], User], Any]]
] = {
    "write": (WriteForm, _write),
    "assess": (AssessForm, _assess),
    "accounts": (
        AccountsForm,
        lambda breach, said, by: breaches.affect(breach, said["accounts"], by=by),
    ),
    "notify": (NoticeForm, lambda breach, said, by: breaches.notify(breach, said, by=by)),
    "close": (CloseForm, lambda breach, said, by: breaches.close(breach, said["text"], by=by)),
}


def _page(
    request: StaffRequest, breach: Breach, refused: dict[str, forms.Form] | None = None
) -> HttpResponse:
    told = breaches.notices(breach)
    party = platform.party()
    before = told[-1].details if told else {"contact": party.dpo or party.contact}
    made = {
        "write": WriteForm(auto_id="write_%s"),
        "assess": AssessForm(auto_id="assess_%s"),
        "accounts": AccountsForm(auto_id="accounts_%s"),
        "notify": NoticeForm(initial=before, auto_id="notify_%s"),
        "close": CloseForm(auto_id="close_%s"),
        **(refused or {}),
    }
    entries = list(breach.entries.order_by("-number"))
    names = chained.names(entries)
    accounts = Account.objects.filter(pk__in=breach.affected.values("account")).order_by("name")
    context = {
        "breach": breach,
        "clock": breaches.clock(breach, datetime.now(UTC)),
        "accounts": list(accounts),
        "notices": told,
        "forms": made,
        "entries": [(one, names.get(one.actor_id) if one.actor_id else "") for one in entries],
        "deliveries": breaches.deliveries(breach),
    }
    return staff.console_page(request, "staff/breach.html", context, *(refused or {}).values())
