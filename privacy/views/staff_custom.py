"""The console: agreements that are negotiated with one account. No account is entered here."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import StaffRequest, staff_view
from privacy import custom, tasks, trail
from privacy.models import CustomAgreement, CustomState
from privacy.views import staff
from privacy.views.custom import pdf_answer

_TONES = {
    CustomState.REQUESTED: "warn",
    CustomState.NEGOTIATING: "info",
    CustomState.UPLOADED: "info",
    CustomState.COUNTERSIGNED: "warn",
    CustomState.IN_FORCE: "ok",
}


class UploadForm(forms.Form):
    """The negotiated file."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    file = forms.FileField(
        label=gettext_lazy("Negotiated agreement (PDF)"),
        help_text=gettext_lazy("With our signature. The account gets exactly this file."),
        widget=forms.FileInput({"accept": "application/pdf"}),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > custom.LARGEST_FILE:
            raise ValidationError(_("The file is larger than 5 MB."))
        return custom.checked_pdf(file.read())


@require_safe
@staff_view
def staff_customs(request: StaffRequest) -> HttpResponse:
    """Every agreement of one account, newest first."""
    found = CustomAgreement.objects.defer("pdf", "signed_pdf").select_related("account")
    lines = [
        (one, _TONES.get(CustomState(one.state), "")) for one in found.order_by("-requested_at")
    ]
    return staff.console_page(request, "staff/customs.html", {"lines": lines})


@require_safe
@staff_view
def staff_custom(request: StaffRequest, agreement_id: UUID) -> HttpResponse:
    """One of them, and what staff can do with it."""
    return _page(request, _found(agreement_id), UploadForm())


@require_POST
@staff_view
def staff_custom_act(request: StaffRequest, agreement_id: UUID, act: str) -> HttpResponse:
    """Take it up, offer the file, put it in force, or end it."""
    one = _found(agreement_id)
    form: forms.Form = (
        UploadForm(request.POST, request.FILES) if act == "upload" else forms.Form({})
    )
    if form.is_valid():
        try:
            _do(one, act, form.cleaned_data, request)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            tasks.note_decisions.after_commit(account_id=one.account_id)
            messages.success(request, _("Written down."))
            return redirect("staff_custom", one.pk)
    return _page(request, one, form)


def _do(one: CustomAgreement, act: str, said: dict[str, Any], request: StaffRequest) -> None:
    match act:
        case "negotiate":
            custom.negotiate(one, by=request.user)
        case "upload":
            custom.upload(one, title=said["title"], content=said["file"], by=request.user)
        case "force":
            custom.put_in_force(one, by=request.user)
        case "end":
            custom.end(one, by=request.user)
        case _:
            raise Http404


@require_safe
@staff_view
def staff_custom_pdf(request: StaffRequest, agreement_id: UUID, which: str) -> HttpResponse:
    """The file that was offered, or the account's signed copy."""
    one = get_object_or_404(CustomAgreement, pk=agreement_id)
    content = {"offered": one.pdf, "signed": one.signed_pdf}.get(which)
    if content is None:
        raise Http404
    return pdf_answer(bytes(content), f"{which}.pdf")


def _found(agreement_id: UUID) -> CustomAgreement:
    found = CustomAgreement.objects.defer("pdf", "signed_pdf").select_related("account")
    return get_object_or_404(found, pk=agreement_id)


def _page(request: StaffRequest, one: CustomAgreement, form: forms.Form) -> HttpResponse:
    one = _found(one.pk)
    context = {
        "one": one,
        "tone": _TONES.get(CustomState(one.state), ""),
        "form": form if isinstance(form, UploadForm) else UploadForm(),
        "refused": form.non_field_errors() if form.is_bound else [],
        "may_upload": one.state in {"requested", "negotiating", "uploaded"},
        "may_end": one.state not in CustomAgreement.OVER,
        "acts": staff.acts_of(trail.of(one.pk)),
    }
    return staff.console_page(request, "staff/custom.html", context, form)
