"""What the platform's staff have to look after: gaps, and what has not been looked at for too long."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from privacy import breaches, objections, tickets
from privacy.documents import centre
from privacy.documents.facts import Incomplete
from privacy.models import CustomAgreement, CustomState, Measure, SubProcessor
from privacy.models.platform import REVIEW_LASTS

QUESTION_IS_NEAR = timedelta(days=7)
"""From then on a question stands in the overview."""


@dataclass(frozen=True)
class Concern:
    """One thing to look after: and the page that mends it, where there is one."""

    text: str
    page: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return reverse(self.page[0], args=self.page[1:]) if self.page else ""


def concerns(today: date) -> list[Concern]:
    """All of them on this day; none is good."""
    return [
        *_breaches(),
        *_questions(),
        *_agreements(),
        *_objections(),
        *_gaps(today),
        *_reviews(today),
        *_measures(today),
    ]


def _breaches() -> list[Concern]:
    return [
        Concern(
            (
                _("Breach %(number)s: the accounts should have been told by %(time)s (UTC).")
                if clock.is_late
                else _("Breach %(number)s: the accounts must be told by %(time)s (UTC).")
            )
            % {"number": one.number, "time": f"{clock.ends_at:%Y-%m-%d %H:%M}"},
            ("staff_breach", str(one.pk)),
        )
        for one, clock in breaches.running(timezone.now())
    ]


def _questions() -> list[Concern]:
    soon = timezone.now() + QUESTION_IS_NEAR
    return [
        Concern(
            _("Question %(number)s is due on %(day)s.")
            % {"number": one.number, "day": f"{one.due_at:%Y-%m-%d}"},
            ("staff_ticket", str(one.pk)),
        )
        for one in tickets.waiting().filter(due_at__lt=soon)
    ]


def _agreements() -> list[Concern]:
    """Own agreements that wait for staff."""
    wait = CustomAgreement.objects.filter(
        state__in=(CustomState.REQUESTED, CustomState.COUNTERSIGNED)
    )
    return [
        Concern(
            (
                _("%(account)s asks for an agreement of its own.")
                if one.state == CustomState.REQUESTED
                else _("%(account)s has sent a signed copy of its agreement.")
            )
            % {"account": one.account.name},
            ("staff_custom", str(one.pk)),
        )
        for one in wait.defer("pdf", "signed_pdf").select_related("account")
    ]


def _objections() -> list[Concern]:
    return [
        Concern(
            _("%(account)s objects to %(name)s, which begins on %(day)s.")
            % {
                "account": one.account.name,
                "name": one.sub_processor.legal_name,
                "day": one.sub_processor.effective_on,
            },
            ("staff_objection", str(one.pk)),
        )
        for one in objections.open_ones().select_related("account", "sub_processor")
    ]


def _gaps(today: date) -> list[Concern]:
    facts, found = centre.facts(), []
    for kind in centre.KINDS.values():
        try:
            kind.build(facts, 1, today)
        except Incomplete as error:
            found.append(
                Concern(
                    _("“%(document)s” cannot be published. Missing: %(missing)s.")
                    % {"document": kind.name, "missing": ", ".join(error.missing)}
                )
            )
    return found


def _reviews(today: date) -> list[Concern]:
    found = []
    for one in SubProcessor.objects.known_on(today).order_by("legal_name"):
        page = ("staff_entry", "sub-processors", str(one.pk))
        if one.is_review_due(today):
            text = _("%(name)s was last reviewed more than a year ago.")
            found.append(Concern(text % {"name": one.legal_name}, page))
        if one.is_check_stale(today):
            text = _("Nobody has checked for 90 days what the transfer to %(name)s rests on.")
            found.append(Concern(text % {"name": one.legal_name}, page))
    return found


def _measures(today: date) -> list[Concern]:
    old = Measure.objects.filter(tested_on__lt=today - REVIEW_LASTS).order_by("position")
    return [
        Concern(
            _("Measure %(number)s was last tested more than a year ago.")
            % {"number": one.position},
            ("staff_measure", str(one.position)),
        )
        for one in old
    ]
