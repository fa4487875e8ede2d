"""Set-up: the company and the three boxes that a chat waits for before it runs (S35, S66)."""

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import companies, launch
from accounts.addresses import client_address
from accounts.companies import CompanyFields
from accounts.doors import MemberRequest, admin_view
from accounts.models import Role
from privacy import agreements, prohibited
from privacy.documents.facts import Incomplete
from privacy.forms import BoxesForm, FirstCompanyForm
from privacy.models import Agreement


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def go_live(request: MemberRequest) -> HttpResponse:
    """Name the company, which an admin may, and accept, which only an owner may. Both are kept as
    far as they are good."""
    if launch.is_live(request.account):
        return redirect("onboarding", request.account.slug)
    is_owner = request.membership.role == Role.OWNER
    named = companies.of(request.account.pk)
    sent = request.POST if request.method == "POST" else None
    company = None if named else FirstCompanyForm(sent)
    boxes = BoxesForm(sent) if is_owner else None
    forms = [form for form in (company, boxes) if form]
    is_platform_incomplete = False
    # Every form is looked at, so that all errors show at once.
    wrong = [form for form in forms if not form.is_valid()]
    if sent is not None and not wrong:
        try:
            _take(request, company, boxes)
        except Incomplete:
            is_platform_incomplete = True
        else:
            return redirect("onboarding", request.account.slug)
    context = {
        "named": named,
        "company": company,
        "boxes": boxes,
        "prohibited": prohibited.PROHIBITED,
        "is_platform_incomplete": is_platform_incomplete,
    }
    status = 422 if any(form.errors for form in forms) else 200
    return render(request, "privacy/go_live.html", context, status=status)


def _take(
    request: MemberRequest, company: FirstCompanyForm | None, boxes: BoxesForm | None
) -> None:
    with transaction.atomic():
        if company:
            fields = cast(CompanyFields, company.cleaned_data)
            companies.name(request.account, fields, by=request.membership)
        if boxes:
            agreements.accept(
                request.account,
                Agreement,
                by=request.membership,
                address=client_address(request),
            )
            messages.success(request, _("Everything is agreed. Your chat may run."))
        else:
            messages.success(request, _("The company details are saved."))
