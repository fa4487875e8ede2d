"""Settings: the register of consents (R4)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import MemberRequest, admin_view
from privacy import consents, purposes
from privacy.consents import Wanted
from privacy.models import Consent
from privacy.purpose_forms import ConsentFilterForm

PER_PAGE = 50


@require_safe
@admin_view
def privacy_consents(request: MemberRequest) -> HttpResponse:
    """Who agreed to what, as far as it is wanted."""
    names = purposes.names(request.account.pk)
    form = ConsentFilterForm(request.GET, purposes=names)
    is_good = form.is_valid()
    wanted = form.wanted if is_good else Wanted()
    found = list(
        consents.find(wanted, before=form.cleaned_data["before"] if is_good else None)[
            : PER_PAGE + 1
        ]
    )
    shown, now = found[:PER_PAGE], timezone.now()
    query = request.GET.copy()
    query.pop("before", None)
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
    }
    return render(request, "privacy/consents.html", context, status=422 if form.errors else 200)


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
