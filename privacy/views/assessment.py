"""Privacy texts: help with an impact assessment (R12)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.doors import MemberRequest, admin_view
from privacy import assessments, versions
from privacy.documents import assessment, rendering
from privacy.documents.facts import Incomplete
from privacy.record_forms import AssessmentForm

PAGE = "privacy_assessment"


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def privacy_assessment(request: MemberRequest) -> HttpResponse:
    """The questions with the answers so far, and what the screening says."""
    found = assessments.findings(request.account)
    questions = assessments.transfer_questions(found.facts)
    form = AssessmentForm(questions, found.answers)
    if request.method == "POST":
        form = AssessmentForm(questions, found.answers, request.POST)
        if form.is_valid():
            assessments.answer(request.account.pk, form.answers(), by=request.membership)
            messages.success(request, _("Your answers are saved."))
            return redirect(PAGE, request.account.slug)
    missing = found.facts.missing()
    context = {
        "form": form,
        "need": assessment.need(found.answers).name.lower(),
        "lacks_company": any(name.startswith("account.") for name in missing),
        "lacks_platform": any(not name.startswith("account.") for name in missing),
        "is_complete": not missing,
    }
    return render(request, "privacy/assessment.html", context, status=422 if form.errors else 200)


@require_safe
@admin_view
def privacy_assessment_pdf(request: MemberRequest) -> HttpResponse:
    """The assessment as it is now, as a file."""
    last = versions.newest(assessments.KIND)
    try:
        document = assessment.build(
            assessments.findings(request.account),
            last.number if last else 1,
            timezone.now().date(),
        )
    except Incomplete:
        messages.error(request, _("There is no assessment yet: a detail is missing."))
        return redirect(PAGE, request.account.slug)
    response = HttpResponse(rendering.pdf(document), content_type="application/pdf")
    name = f"assessment-{request.account.slug}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
