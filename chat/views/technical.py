"""Which technical data the account collects of its visitors."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import MemberRequest, admin_view
from chat import blocked_addresses, technical
from chat.forms import TechnicalDataForm
from chat.technical import Kind


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def privacy_data(request: MemberRequest) -> HttpResponse:
    """The switches. What deletes data, and storing addresses, is asked again first: a POST without
    `confirmed` for each such switch shows what will happen and changes nothing (S56)."""
    now = technical.collected(request.account.pk)
    form = TechnicalDataForm(request.POST or None, collected=now)
    context: dict[str, object] = {"form": form, "collected": sorted(now)}
    if request.method == "POST" and form.is_valid():
        wanted = form.kinds
        grave = (now - wanted) | (wanted - now) & {Kind.IP_ADDRESS}
        if grave <= set(request.POST.getlist("confirmed")):
            technical.choose(request.account, wanted, by=request.membership)
            messages.success(request, _("Your choice is saved."))
            return redirect("privacy_data", request.account.slug)
        stored = technical.stored(now - wanted)
        context |= {
            "asked": sorted(grave),
            "wanted": sorted(wanted),
            "going": [
                (form.fields[kind].label, stored.get(kind)) for kind in Kind if kind in now - wanted
            ],
            "stores_addresses": Kind.IP_ADDRESS in wanted - now,
            "forgets_addresses": Kind.IP_ADDRESS in now - wanted,
        }
    context["blocked"] = blocked_addresses.blocked()
    return render(request, "chat/privacy_data.html", context)


@require_POST
@admin_view
def unblock_address(request: MemberRequest) -> HttpResponse:
    """Let people write from an address again."""
    if blocked_addresses.unblock(
        request.account, request.POST.get("address", ""), by=request.membership
    ):
        messages.success(request, _("Unblocked. People can write from this address again."))
    return redirect("privacy_data", request.account.slug)
