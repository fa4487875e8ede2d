"""Privacy texts: the account's record of processing (Art. 30(1))."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import MemberRequest, admin_view
from privacy import records, versions
from privacy.documents import differences, record, rendering, tree
from privacy.documents.facts import Incomplete
from privacy.models import DocumentVersion, OwnActivity
from privacy.record_forms import ActivityForm, NotesForm

PAGE = "privacy_record"


@require_safe
@admin_view
def privacy_record(request: MemberRequest) -> HttpResponse:
    """The record as it is now, what the account adds, and its dated versions."""
    return _page(request, NotesForm.of(records.notes(request.account.pk)))


@require_POST
@admin_view
def privacy_record_notes(request: MemberRequest) -> HttpResponse:
    """Say who else is responsible, and what else there is to say."""
    form = NotesForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    records.note(request.account.pk, **form.cleaned_data, by=request.membership)
    messages.success(request, _("Saved. The record says it from now on."))
    return redirect(PAGE, request.account.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def privacy_activity(request: MemberRequest, activity_id: UUID | None = None) -> HttpResponse:
    """Enter an activity of the account's own, or change one."""
    one = get_object_or_404(OwnActivity, pk=activity_id) if activity_id else None
    form = ActivityForm.of(one) if one else ActivityForm()
    if request.method == "POST":
        form = ActivityForm(request.POST)
        if form.is_valid():
            records.enter(
                request.account.pk,
                form.cleaned_data,
                activity_id=activity_id,
                by=request.membership,
            )
            messages.success(request, _("Saved. The record says it from now on."))
            return redirect(PAGE, request.account.slug)
    context = {"form": form, "activity": one}
    return render(request, "privacy/activity.html", context, status=422 if form.errors else 200)


@require_POST
@admin_view
def privacy_activity_remove(request: MemberRequest, activity_id: UUID) -> HttpResponse:
    """Take an activity out of the record."""
    records.remove(get_object_or_404(OwnActivity, pk=activity_id), by=request.membership)
    messages.success(request, _("The activity is out of the record. Earlier versions keep it."))
    return redirect(PAGE, request.account.slug)


@require_POST
@admin_view
def privacy_record_keep(request: MemberRequest) -> HttpResponse:
    """Keep what the record says now as a dated version."""
    try:
        kept = records.keep(request.account)
    except Incomplete:
        messages.error(request, _("There is no record yet: a detail is missing."))
    else:
        said = _("This version is kept.") if kept else _("Nothing has changed since the last one.")
        messages.success(request, said)
    return redirect(PAGE, request.account.slug)


@require_safe
@admin_view
def privacy_record_pdf(request: MemberRequest) -> HttpResponse:
    """The newest kept version as a file; the record as it is now while none is kept."""
    last = versions.newest(records.KIND)
    if last:
        return _file(request, tree.read(last.content))
    try:
        return _file(request, record.build(records.of(request.account), 1, timezone.now().date()))
    except Incomplete:
        messages.error(request, _("There is no record yet: a detail is missing."))
        return redirect(PAGE, request.account.slug)


@require_safe
@admin_view
def privacy_record_version(request: MemberRequest, number: int) -> HttpResponse:
    """A version as it was kept, as a file."""
    one = get_object_or_404(DocumentVersion, document=records.KIND, number=number)
    return _file(request, tree.read(one.content))


@require_safe
@admin_view
def privacy_record_changes(request: MemberRequest, number: int) -> HttpResponse:
    """What a version says that the one before did not, and the other way round."""
    kept = DocumentVersion.objects.filter(document=records.KIND)
    new = get_object_or_404(kept, number=number)
    old = get_object_or_404(kept, number=number - 1)
    found = differences.between(old.content, new.content)
    return render(
        request, "privacy/record_changes.html", {"old": old, "new": new, "differences": found}
    )


@require_safe
@admin_view
def privacy_record_csv(request: MemberRequest) -> HttpResponse:
    """A row for each activity, as things are now."""
    text = records.as_csv(records.of(request.account))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    return _download(request, response, "csv")


@require_safe
@admin_view
def privacy_record_json(request: MemberRequest) -> HttpResponse:
    """The record for programs, as things are now."""
    told = records.as_json(records.of(request.account))
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    return _download(request, response, "json")


def _file(request: MemberRequest, document: tree.Document) -> HttpResponse:
    response = HttpResponse(rendering.pdf(document), content_type="application/pdf")
    return _download(request, response, "pdf", f"-{document.version}")


def _download(
    request: MemberRequest, response: HttpResponse, ending: str, version: str = ""
) -> HttpResponse:
    name = f"record-{request.account.slug}{version}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: MemberRequest, form: NotesForm) -> HttpResponse:
    now, last = records.of(request.account), versions.newest(records.KIND)
    missing = now.facts.missing()
    number = last.number if last else 1
    changes = (
        versions.changes_since(last, lambda number, day: record.build(now, number, day))
        if last and not missing
        else []
    )
    document = None if missing else record.build(now, number, timezone.now().date())
    context = {
        "form": form,
        "document": document,
        "lacks_company": any(name.startswith("account.") for name in missing),
        "lacks_platform": any(not name.startswith("account.") for name in missing),
        "activities": OwnActivity.objects.order_by("added_at", "pk"),
        "versions": versions.every(records.KIND),
        "changes": changes,
    }
    return render(request, "privacy/record.html", context, status=422 if form.errors else 200)
