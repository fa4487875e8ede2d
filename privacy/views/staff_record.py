"""The platform's own record of processing (Art. 30(2)), as the accounts have written it."""

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.doors import StaffRequest, staff_view
from privacy import records
from privacy.models import ProcessingEntry
from privacy.views.staff import REGISTERS

PER_PAGE = 50


@require_safe
@staff_view
def staff_processing(request: StaffRequest) -> HttpResponse:
    """Each controller with its contacts and what is done for it."""
    lines = ProcessingEntry.objects.order_by("controller", "pk")
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "nav_registers": REGISTERS.values()}
    return render(request, "staff/processing.html", context)


@require_safe
@staff_view
def staff_processing_csv(request: StaffRequest) -> HttpResponse:
    """A row for each controller."""
    response = HttpResponse(records.register_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="processing.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@staff_view
def staff_processing_json(request: StaffRequest) -> HttpResponse:
    """The whole record: processor, controllers, and the measures that count for all."""
    response = JsonResponse(
        records.register_json(), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="processing.json"'
    response["Cache-Control"] = "private, no-store"
    return response
