"""Settings: the company behind the account."""

from typing import cast

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import companies
from accounts.companies import CompanyFields
from accounts.doors import MemberRequest, admin_view, shown_to_support
from accounts.forms import CompanyForm


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_company(request: MemberRequest) -> HttpResponse:
    company = companies.of(request.account.pk)
    known = model_to_dict(company, fields=companies.FIELDS) if company else {}
    form = CompanyForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        fields = cast(CompanyFields, form.cleaned_data)
        companies.name(request.account, fields, by=request.membership)
        messages.success(request, _("The company details are saved."))
        return redirect("settings_company", request.account.slug)
    return render(
        request,
        "accounts/settings_company.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
