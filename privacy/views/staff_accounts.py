"""The console: what accounts and the platform say to each other. No account is entered here."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.doors import StaffRequest, staff_view
from privacy import letters, objections, tasks, trail
from privacy.models import LetterKind, Objection, Outcome
from privacy.views import staff


class DecisionForm(forms.Form):
    """How an objection ends, and what the account is told."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), widget=forms.RadioSelect(attrs={"class": "choices"})
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the account"),
        max_length=2_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Its owners get it by e-mail, in these words."),
    )

    def __init__(self, *args: object, outcomes: list[Outcome], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, one.label) for one in outcomes]


@require_safe
@staff_view
def staff_objections(request: StaffRequest) -> HttpResponse:
    """What accounts object to: what is open first."""
    found = Objection.objects.select_related("account", "sub_processor").order_by("-raised_at")
    context = {
        "open": [one for one in found if one.is_open],
        "decided": [one for one in found if not one.is_open],
    }
    return staff.console_page(request, "staff/objections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_objection(request: StaffRequest, objection_id: UUID) -> HttpResponse:
    """One objection: what the account says, and how it ends."""
    one = get_object_or_404(
        Objection.objects.select_related("account", "sub_processor"), pk=objection_id
    )
    today = staff.this_day()
    form = DecisionForm(request.POST or None, outcomes=objections.choices(one, today))
    if request.method == "POST" and form.is_valid():
        outcome = Outcome(form.cleaned_data["outcome"])
        try:
            objections.decide(
                one, outcome, answer=form.cleaned_data["answer"], by=request.user, today=today
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            tasks.note_decisions.after_commit(account_id=one.account_id)
            messages.success(request, _("Decided. The owners of the account get an e-mail."))
            staff.publish_documents(request)
            return redirect("staff_objection", one.pk)
    context = {
        "objection": one,
        "form": form if one.is_open else None,
        "delivery": letters.delivery(LetterKind.OBJECTION, one.pk),
        "acts": staff.acts_of(trail.of(one.pk)),
    }
    return staff.console_page(request, "staff/objection.html", context, form)
