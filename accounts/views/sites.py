"""Settings: the sites on which the chat may run."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sites
from accounts.doors import MemberRequest, admin_view, owner_view, shown_to_support
from accounts.forms import SiteForm
from accounts.models import Site


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_sites(request: MemberRequest) -> HttpResponse:
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = sites.add(request.account, form.cleaned_data["address"], by=request.membership)
        except ValidationError as error:
            form.add_error("address", error)
        else:
            messages.success(request, _("The chat may now run on %s.") % site.origin)
            return redirect("settings_sites", request.account.slug)
    listed = Site.objects.filter(account=request.account).order_by("origin")
    return render(
        request,
        "accounts/settings_sites.html",
        {"form": form, "sites": listed},
        status=422 if form.errors else 200,
    )


@require_POST
@admin_view
def remove(request: MemberRequest, site_id: UUID) -> HttpResponse:
    site = get_object_or_404(Site, pk=site_id, account=request.account)
    sites.remove(site, by=request.membership)
    messages.success(request, _("The chat no longer runs on %s.") % site.origin)
    return redirect("settings_sites", request.account.slug)


@require_POST
@owner_view
def allow_any(request: MemberRequest) -> HttpResponse:
    """The owner's own choice. It needs the tick under the consequences, not the button alone."""
    allowed = request.POST.get("allowed") == "yes"
    if allowed and request.POST.get("understood") != "yes":
        messages.error(request, _("Tick the box to say that you have read what this means."))
        return redirect("settings_sites", request.account.slug)
    sites.allow_any(request.account, allowed=allowed, by=request.membership)
    if allowed:
        messages.warning(request, _("The chat now runs on any site that carries your snippet."))
    else:
        messages.success(request, _("The chat runs on the listed sites only."))
    return redirect("settings_sites", request.account.slug)
