"""Settings: the register of consents (R4) and its files; and the page behind the link that takes one
back."""

import tempfile
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.doors import MemberRequest, admin_view, signed_view
from privacy import consent_files, consents, platform, purposes
from privacy.consents import Wanted
from privacy.documents.facts import Incomplete
from privacy.models import Channel, Consent, Purpose, PurposeKind
from privacy.purpose_forms import ConsentFilterForm
from privacy.withdrawals import Claim

PER_PAGE = 50


@require_safe
@admin_view
def privacy_consents(request: MemberRequest) -> HttpResponse:
    """Who agreed to what, as far as it is wanted."""
    names = purposes.names(request.account.pk)
    return _page(request, ConsentFilterForm(request.GET, purposes=names), names)


@require_safe
@admin_view
def privacy_consents_file(request: MemberRequest) -> HttpResponseBase:
    """The wanted consents as a file. Instead of one that holds more than was asked for, or less than
    it must, the page with what is wrong or missing."""
    form = request.GET.get("format", "json")
    if form not in consent_files.FORMATS:
        raise Http404
    names = purposes.names(request.account.pk)
    asked = ConsentFilterForm(request.GET, purposes=names)
    if not asked.is_valid():
        return _page(request, asked, names)
    # Closed by the response, or with the last reference to it.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        consent_files.write(file, request.account, asked.wanted, form, by=request.membership)
    except Incomplete:
        file.close()
        return redirect("privacy_consents", request.account.slug)
    file.seek(0)
    name = f"consents-{request.account.slug}-{timezone.now():%Y-%m-%d}.{form}"
    response = FileResponse(
        file, as_attachment=True, filename=name, content_type=consent_files.FORMATS[form]
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@admin_view
def privacy_contacts(request: MemberRequest, purpose_id: UUID) -> HttpResponseBase:
    """Who agrees to a purpose now, with the ways to reach them (S42)."""
    purpose = get_object_or_404(Purpose, pk=purpose_id, kind=PurposeKind.FURTHER)
    now = timezone.now()
    file = tempfile.TemporaryFile()  # noqa: SIM115  (as above)
    consent_files.contacts(file, purpose, by=request.membership, now=now)
    file.seek(0)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"agreed-{request.account.slug}-{now:%Y-%m-%d}.csv",
        content_type=consent_files.FORMATS["csv"],
    )
    response["Cache-Control"] = "private, no-store"
    return response


# The form of this page carries no token, which would need a cookie: whoever has the address may do
# this one thing, and nobody else can make them.


@csrf_exempt
@signed_view(Claim.read)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_withdrawal(request: HttpRequest, claim: Claim) -> HttpResponse:
    """One button that takes a consent back, in the language in which it was given. It cannot be
    given here again: a mail may have been passed on."""
    found = Consent.objects.filter(
        principal_id=claim.principal_id, purpose_id=claim.purpose_id
    ).select_related("purpose")
    consent = found.first()
    last = consents.newest(consent) if consent else None
    if consent is None or last is None or last.version is None:
        raise Http404
    if request.method == "POST":
        consents.withdraw_as(claim.principal_id, claim.purpose_id, channel=Channel.LINK)
        consent.refresh_from_db()
    context = {
        "said": purposes.words(last.version, last.language)[0],
        "controller": purposes.controller_name(claim.account_id),
        "is_given": consent.state_at(timezone.now()) == "given",
    }
    with translation.override(last.language):
        response = render(request, "privacy/withdrawal.html", context)
    response["Cache-Control"] = "private, no-store"
    # The address is the key: it must not travel on.
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@admin_view
def privacy_consent(request: MemberRequest, consent_id: UUID) -> HttpResponse:
    """One consent with everything that happened to it."""
    found = Consent.objects.select_related("purpose", "principal")
    consent = get_object_or_404(found, pk=consent_id)
    context = {
        "consent": consent,
        "state": consent.state_at(timezone.now()),
        "purpose": purposes.names(request.account.pk).get(consent.purpose.pk, ""),
        "records": consents.records(consent).select_related("version"),
    }
    return render(request, "privacy/consent.html", context)


def _page(
    request: MemberRequest,
    form: ConsentFilterForm,
    names: dict[UUID, str],
) -> HttpResponse:
    is_good = form.is_valid()
    wanted = form.wanted if is_good else Wanted()
    before = form.cleaned_data["before"] if is_good else None
    found = list(consents.find(wanted, before=before)[: PER_PAGE + 1])
    shown, now = found[:PER_PAGE], timezone.now()
    query = request.GET.copy()
    for name in ("before", "format"):
        query.pop(name, None)
    missing = platform.facts(request.account).missing() if shown else []
    context = {
        "form": form,
        "is_filtered": wanted != Wanted(),
        "rows": [
            {
                "consent": one,
                "purpose": names.get(one.purpose.pk, ""),
                "state": one.state_at(now),
                "is_given": one.state_at(now) == "given",
            }
            for one in shown
        ],
        "older": shown[-1].pk if len(found) > PER_PAGE else None,
        "query": query.urlencode(),
        "names": names,
        "lacks_company": any(one.startswith("account.") for one in missing),
        "missing": missing,
    }
    return render(request, "privacy/consents.html", context, status=422 if form.errors else 200)
