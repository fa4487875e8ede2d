"""Where the privacy notice leads: an address for each site and language (S41)."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import ratelimits
from accounts.doors import MemberRequest, admin_view, shown_to_support
from accounts.models import Site
from privacy import policies
from widget import policy_links, settings
from widget.forms import PolicyLinkForm
from widget.models import PolicyLink
from widget.tasks import check_links


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def policy_links_page(request: MemberRequest) -> HttpResponse:
    """All addresses, with what was found there, and another one."""
    answers = request.POST if request.method == "POST" else None
    form = PolicyLinkForm(Site.objects.filter(account=request.account), answers)
    if answers is not None and form.is_valid():
        ratelimits.take(ratelimits.LINKS_LOOKED_AT, str(request.account.pk))
        try:
            policy_links.add(request.account, by=request.membership, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("site" if error.code == "everywhere" else None, error)
        else:
            check_links.after_commit(account_id=request.account.pk)
            messages.success(request, _("Saved. Your site shows it at the next page load."))
            return redirect("policy_links", request.account.slug)
    own = settings.of(request.account).privacy_notice_url
    found = policy_links.checks(request.account)
    context = {
        "own": own,
        "own_check": found.get(own),
        "links": [(one, found.get(one.url)) for one in policy_links.of(request.account)],
        "form": form,
        "public_url": policies.public_url(request.account),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "widget/policy_links.html", context, status=status)


@require_POST
@admin_view
def policy_link_remove(request: MemberRequest, link_id: UUID) -> HttpResponse:
    """Take an address away."""
    policy_links.remove(get_object_or_404(PolicyLink, pk=link_id), by=request.membership)
    messages.success(request, _("Removed."))
    return redirect("policy_links", request.account.slug)


@require_POST
@admin_view
def policy_links_check(request: MemberRequest) -> HttpResponse:
    """Look at every address again."""
    ratelimits.take(ratelimits.LINKS_LOOKED_AT, str(request.account.pk))
    policy_links.look_again(request.account)
    check_links.after_commit(account_id=request.account.pk)
    return redirect("policy_links", request.account.slug)
