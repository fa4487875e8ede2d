"""Privacy texts: what the account processes, computed (S10)."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.declarations import Subject
from accounts.doors import MemberRequest, admin_view, shown_to_support
from privacy import processing, uses


@require_safe
@admin_view
@shown_to_support
def privacy_processing(request: MemberRequest) -> HttpResponse:
    """Every datum that the settings let in, and what is not collected because a switch is off."""
    common, found = processing.apart(processing.together(processing.rows(request.account)))
    found = processing.by_purpose(found)
    context = {
        "common": common,
        "visitors": _of(Subject.VISITOR, found),
        "members": _of(Subject.MEMBER, found),
        "asked": uses.asked(),
        "flows": uses.flows(),
        "off": processing.off(),
    }
    return render(request, "privacy/processing.html", context)


@require_safe
@admin_view
def privacy_processing_json(request: MemberRequest) -> HttpResponse:
    """The same for programs, one entry for each datum."""
    told = {
        "account": request.account.name,
        "computed_at": timezone.now().isoformat(timespec="seconds"),
        "data": [row.as_json() for row in processing.rows(request.account)],
        "asked": [
            {
                "form": str(one.form),
                "field": one.key,
                "label": str(one.label),
                "kind": str(one.kind),
                "required": one.is_required,
            }
            for one in uses.asked()
        ],
        "not_collected": [
            {"datum": one.what, "condition": one.condition} for one in processing.off()
        ],
    }
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="processing.json"'
    response["Cache-Control"] = "private, no-store"
    return response


def _of(subject: Subject, found: list[processing.Row]) -> list[tuple[str, list[processing.Row]]]:
    return processing.by_category([row for row in found if row.subject == subject])
