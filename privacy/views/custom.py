"""Settings: an agreement of the account's own, from the request to countersigning it (S37)."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.addresses import client_address
from accounts.doors import MemberRequest, agent_view, owner_view
from accounts.models import Role
from privacy import agreements, custom, platform
from privacy.models import CustomAgreement


class RequestForm(forms.Form):
    """What an account wants to agree differently."""

    words = forms.CharField(
        label=gettext_lazy("What should be different"),
        max_length=2_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Our staff read it, and nobody else."),
    )


class CountersignForm(forms.Form):
    """That an owner signs the file of this offer, and maybe a signed copy."""

    offer = forms.UUIDField(widget=forms.HiddenInput())
    signed = forms.FileField(
        label=gettext_lazy("Your signed copy (PDF)"),
        required=False,
        widget=forms.FileInput({"accept": "application/pdf"}),
        help_text=gettext_lazy(
            "Without it, your click is the signature and the agreement holds at once. With it, our "
            "staff look at the copy first."
        ),
    )
    is_read = forms.BooleanField(
        label=gettext_lazy("I have read the file, and I may sign for the company.")
    )

    def clean_signed(self) -> bytes | None:
        file = self.cleaned_data["signed"]
        if not file:
            return None
        if file.size > custom.LARGEST_FILE:
            raise ValidationError(_("The file is larger than 5 MB."))
        return custom.checked_pdf(file.read())


@require_http_methods(["GET", "HEAD", "POST"])
@agent_view
def privacy_custom(request: MemberRequest) -> HttpResponse:
    """Where the account's own agreement stands; an owner asks for one here."""
    is_owner = request.membership.role == Role.OWNER
    if request.method == "POST" and not is_owner:
        raise Http404
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        custom.request(request.account, form.cleaned_data["words"], by=request.membership)
        messages.success(request, _("Your request has reached us. You see here what follows."))
        return redirect("privacy_custom", request.account.slug)
    return _page(request, form, None)


@require_POST
@owner_view
def privacy_custom_countersign(request: MemberRequest, agreement_id: UUID) -> HttpResponse:
    """Countersign the file that staff put there."""
    one = get_object_or_404(CustomAgreement, pk=agreement_id)
    form = CountersignForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            custom.countersign(
                one,
                form.cleaned_data["signed"],
                offer_id=form.cleaned_data["offer"],
                by=request.membership,
                address=client_address(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            agreements.go_live_if_all(request.account, by=request.membership)
            messages.success(request, _("Countersigned. Your copy stays under “Accepted so far”."))
            return redirect("privacy_custom", request.account.slug)
    return _page(request, RequestForm(), form)


@require_POST
@owner_view
def privacy_custom_cancel(request: MemberRequest, agreement_id: UUID) -> HttpResponse:
    """Take the request back."""
    one = get_object_or_404(CustomAgreement, pk=agreement_id)
    try:
        custom.cancel(one, by=request.membership)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Your request is cancelled. The standard agreement holds."))
    return redirect("privacy_custom", request.account.slug)


@require_safe
@agent_view
def privacy_custom_pdf(request: MemberRequest, agreement_id: UUID) -> HttpResponse:
    """The file as staff offered it, the same to the byte."""
    one = get_object_or_404(CustomAgreement, pk=agreement_id)
    if one.pdf is None:
        raise Http404
    return pdf_answer(bytes(one.pdf), "agreement.pdf")


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A file that somebody uploaded: to be saved, never shown inside a page of ours."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _page(
    request: MemberRequest, form: RequestForm, refused: CountersignForm | None
) -> HttpResponse:
    current = custom.current(request.account)
    # Always the offer that is shown: who sends the form again has it before their eyes.
    offer = {"offer": current.offer_id if current else None}
    sign_form = refused or CountersignForm(initial=offer)
    if refused:
        refused.data = {**{name: refused.data[name] for name in refused.data}, **offer}
    context = {
        "custom": current,
        "in_force": custom.in_force(request.account),
        "form": form,
        "sign_form": sign_form,
        "contact": platform.party().contact,
        "is_owner": request.membership.role == Role.OWNER,
    }
    is_refused = any(one.is_bound and one.errors for one in (form, sign_form))
    return render(request, "privacy/custom.html", context, status=422 if is_refused else 200)
