"""Settings: what data are used for, and the boxes that visitors see."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import MemberRequest, admin_view, shown_to_support
from accounts.models import Language
from privacy import consents, purposes
from privacy.models import LegalBasis, Purpose, PurposeCategory, PurposeKind, PurposeVersion
from privacy.purpose_forms import ALSO_FURTHER, SUPPORT_ONLY, FurtherForm, PurposesForm


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def privacy_purposes(request: MemberRequest) -> HttpResponse:
    """What is declared, and the question that leads there (S38)."""
    if request.method != "POST":
        return _page(request, _wizard(request))
    form = PurposesForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    wants_further = form.cleaned_data["scope"] == ALSO_FURTHER
    has_further = any(
        one.kind == PurposeKind.FURTHER for one in purposes.declared(request.account.pk)
    )
    if has_further and not wants_further:
        form.add_error(
            "scope", _("There are further purposes below. End them first: visitors agreed to them.")
        )
        return _page(request, form)
    purposes.declare_support(
        LegalBasis(form.cleaned_data["basis"]),
        form.cleaned_data["interest"],
        account_id=request.account.pk,
        by=request.membership,
    )
    purposes.review(request.account.pk, by=request.membership)
    if wants_further and not has_further:
        messages.success(request, _("Saved. Now say what the further purpose is."))
        return redirect("privacy_purpose_new", request.account.slug)
    messages.success(request, _("Saved."))
    return redirect("privacy_purposes", request.account.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def privacy_purpose_new(request: MemberRequest) -> HttpResponse:
    """Declare a further purpose."""
    return _further(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def privacy_purpose(request: MemberRequest, purpose_id: UUID) -> HttpResponse:
    """A further purpose: its words, and what it said before. Other words are a new version."""
    return _further(request, get_object_or_404(Purpose, pk=purpose_id, kind=PurposeKind.FURTHER))


@require_POST
@admin_view
def privacy_purpose_preview(request: MemberRequest) -> HttpResponse:
    """The box as visitors would see it, with what is typed so far."""
    form = FurtherForm(request.POST, language=request.account.language)
    boxes = []
    if form.is_valid():
        boxes = purposes.preview(form.texts, form.cleaned_data["months_valid"], request.account.pk)
    return render(request, "privacy/_boxes.html", {"boxes": boxes})


@require_POST
@admin_view
def privacy_purpose_end(request: MemberRequest, purpose_id: UUID) -> HttpResponse:
    """End a further purpose."""
    purpose = get_object_or_404(Purpose, pk=purpose_id, kind=PurposeKind.FURTHER)
    purposes.end(purpose, by=request.membership)
    messages.success(request, _("Ended. Nobody is asked any more, and nothing may be based on it."))
    return redirect("privacy_purposes", request.account.slug)


def _further(request: MemberRequest, purpose: Purpose | None) -> HttpResponse:
    versions = list(
        purpose.versions.select_related("declared_by", "purpose").order_by("-number")
        if purpose
        else PurposeVersion.objects.none()
    )
    form = FurtherForm(
        request.POST if request.method == "POST" else None,
        language=request.account.language,
        version=versions[0] if versions else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            version = purposes.declare_further(
                form.texts,
                account_id=request.account.pk,
                category=PurposeCategory(form.cleaned_data["category"]),
                months_valid=form.cleaned_data["months_valid"],
                purpose_id=purpose.pk if purpose else None,
                by=request.membership,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _said(version, versions))
            return redirect("privacy_purposes", request.account.slug)
    boxes = []
    if form.is_bound and form.is_valid():
        boxes = purposes.preview(form.texts, form.cleaned_data["months_valid"], request.account.pk)
    elif versions:
        boxes = purposes.boxes_of(versions[0])
    context = {
        "purpose": purpose,
        "form": form,
        "boxes": boxes,
        "versions": versions,
        "given": _given().get(purpose.pk, 0) if purpose else 0,
    }
    return render(request, "privacy/purpose.html", context, status=422 if form.errors else 200)


def _said(version: PurposeVersion, before: list[PurposeVersion]) -> str:
    if not before:
        return _("Saved. Visitors see the box from now on.")
    if version.pk == before[0].pk:
        return _("Nothing has changed, so the version stays as it is.")
    return _(
        "Saved as version %(number)d. What visitors agreed to before stays as it was; from now on "
        "they see the new words."
    ) % {"number": version.number}


def _wizard(request: MemberRequest) -> PurposesForm:
    found = purposes.declared(request.account.pk)
    support = next((one for one in found if one.kind == PurposeKind.SUPPORT), None)
    if support is None:
        return PurposesForm()
    is_further = len(found) > 1
    return PurposesForm(
        initial={
            "scope": ALSO_FURTHER if is_further else SUPPORT_ONLY,
            "basis": support.basis,
            "interest": support.interest,
        }
    )


def _page(request: MemberRequest, form: PurposesForm) -> HttpResponse:
    account_id = request.account.pk
    found = purposes.declared(account_id)
    given = _given()
    context = {
        "form": form,
        "support": next((one for one in found if one.kind == PurposeKind.SUPPORT), None),
        "further": [
            {
                "version": one,
                "title": purposes.words(one, request.account.language)[0].title,
                "given": given.get(one.purpose.pk, 0),
            }
            for one in found
            if one.kind == PurposeKind.FURTHER
        ],
        "boxes": [
            (str(Language(one).label), one, purposes.consent_boxes(one)) for one in Language.values
        ],
        "new_data": purposes.needs_review(account_id),
    }
    return render(request, "privacy/purposes.html", context, status=422 if form.errors else 200)


def _given() -> dict[UUID, int]:
    """How many consents count now, by purpose."""
    return consents.counts(timezone.now())
