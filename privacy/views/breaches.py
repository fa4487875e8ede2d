"""Settings: breaches that affect the account, the clock, and what to tell whom (R6)."""

import csv
import io
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit, spreadsheets
from accounts.doors import MemberRequest, admin_view, owner_view
from accounts.models import Role
from privacy import breaches


@require_safe
@admin_view
def privacy_breaches(request: MemberRequest) -> HttpResponse:
    """Every breach that affected the account, with all notices and a text for the people."""
    told = breaches.of(request.account)
    context = {
        "told": [(one, breaches.words_for_people(one.newest, request.account)) for one in told],
        "now": timezone.now(),
        "reachable": breaches.contacts().count() if told else 0,
        "is_owner": request.membership.role == Role.OWNER,
    }
    return render(request, "privacy/breaches.html", context)


@require_safe
@owner_view
def privacy_breach_contacts(request: MemberRequest, breach_id: UUID) -> HttpResponse:
    """The people whom the account can write to, as a table; taking it stands in the trail."""
    if breach_id not in {one.breach.pk for one in breaches.of(request.account)}:
        raise Http404
    output = io.StringIO()
    table = csv.writer(output)
    table.writerow(("name", "email"))
    for row in breaches.contacts().rows():
        table.writerow([spreadsheets.harmless(cell) for cell in row])
    audit.record(
        request.account.pk,
        audit.Event.CONTACTS_TAKEN,
        by=request.membership,
        target=("breach", breach_id),
    )
    response = HttpResponse(output.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts.csv"'
    response["Cache-Control"] = "private, no-store"
    return response
