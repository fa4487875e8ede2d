"""The public pages, and the answers when something is wrong."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.doors import public
from accounts.models import PlanName
from accounts.plans import CATALOGUE, FEATURE_TEXTS, Plan


@dataclass(frozen=True)
class PlanCard:
    """A plan as the public pages print it."""

    name: str
    summary: str
    price: str
    price_note: str
    seats: str
    retention: str
    features: list[str]
    is_recommended: bool


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "site/home.html", {"plans": _cards()})


@public
@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    return render(request, "site/pricing.html", {"plans": _cards()})


def _cards() -> list[PlanCard]:
    return [_card(plan) for plan in CATALOGUE.values()]


def _card(plan: Plan) -> PlanCard:
    is_free = plan.euros_per_seat == 0
    return PlanCard(
        name=str(plan.name.label),
        summary=str(plan.summary),
        price=_("Free") if is_free else _("%(amount)s EUR") % {"amount": plan.euros_per_seat},
        price_note="" if is_free else _("per seat and month"),
        seats=ngettext("%(count)s seat", "%(count)s seats", plan.seats) % {"count": plan.seats},
        retention=_history(plan),
        features=[str(text) for feature, text in FEATURE_TEXTS.items() if feature in plan.features],
        is_recommended=plan.name == PlanName.STANDARD,
    )


def _history(plan: Plan) -> str:
    if plan.history_limit:
        return ngettext(
            "History: %(count)s month", "History: up to %(count)s months", plan.history_limit
        ) % {"count": plan.history_limit}
    return _("History: 1 year, longer if you like")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 400, "invalid")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 403, "not_allowed")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    return _problem(request, 500, "unavailable")


def _problem(request: HttpRequest, status: int, code: str) -> HttpResponse:
    """The page for a person, or the code for a program, which asks for JSON by name."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"error": code}, status=status)
    return render(request, f"{status}.html", status=status)
