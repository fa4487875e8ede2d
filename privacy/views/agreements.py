"""Settings: the agreements with the platform. Every member reads them, an owner accepts them."""

import hashlib
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.addresses import client_address
from accounts.doors import MemberRequest, agent_view, owner_view
from accounts.models import Membership, Role
from privacy import agreements
from privacy.documents.facts import Incomplete
from privacy.models import Acceptance, Agreement


@require_safe
@agent_view
def privacy_agreements(request: MemberRequest) -> HttpResponse:
    """What holds, what is open, and what was accepted when and by whom (S13)."""
    missing: list[str] = []
    standings: list[agreements.Standing] = []
    try:
        standings = agreements.standings(request.account)
    except Incomplete as error:
        missing = error.missing
    history = agreements.history()
    names = dict(
        Membership.objects.filter(account=request.account).values_list("pk", "public_name")
    )
    context = {
        "standings": standings,
        "is_anything_open": any(one.is_open for one in standings),
        "is_anything_missing": any(one.is_missing for one in standings),
        "lacks_company": any(name.startswith("account.") for name in missing),
        "lacks_platform": any(not name.startswith("account.") for name in missing),
        "history": [
            (one, names.get(one.accepted_by) if one.accepted_by else None) for one in history
        ],
        "is_owner": request.membership.role == Role.OWNER,
    }
    return render(request, "privacy/agreements.html", context)


@require_POST
@owner_view
def privacy_agreements_accept(request: MemberRequest) -> HttpResponse:
    """Accept what is ticked."""
    kinds = [Agreement(kind) for kind in request.POST.getlist("kind") if kind in Agreement.values]
    try:
        agreements.accept(
            request.account, kinds, by=request.membership, address=client_address(request)
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
    except Incomplete:
        messages.error(request, _("Nothing was accepted: a detail is missing. See below."))
    else:
        messages.success(request, _("Accepted. Your copy stays here."))
    return redirect("privacy_agreements", request.account.slug)


@require_safe
@agent_view
def privacy_acceptance(request: MemberRequest, acceptance_id: UUID) -> HttpResponse:
    """An agreement as it was accepted, to read."""
    one = get_object_or_404(Acceptance.objects.defer("pdf"), pk=acceptance_id)
    return render(request, "privacy/acceptance.html", {"acceptance": one})


@require_safe
@agent_view
def privacy_acceptance_pdf(request: MemberRequest, acceptance_id: UUID) -> HttpResponse:
    """The file as it was accepted, the same to the byte for ever (S36)."""
    one = get_object_or_404(Acceptance, pk=acceptance_id)
    file = bytes(one.pdf)
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{one.kind}-{one.version}.pdf"'
    response["ETag"] = f'"{hashlib.sha256(file).hexdigest()}"'
    response["Cache-Control"] = "private, no-store"
    return response
