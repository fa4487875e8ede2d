"""What a member has to know wherever they are in the settings: notes above the page, and breaches."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Role
from privacy import breaches, custom, renewals
from privacy.breaches import Told
from privacy.models import CustomState


@dataclass(frozen=True)
class Note:
    """One thing: its words, the page that says more, and its tone ("warn" or "danger")."""

    text: str
    address: str
    tone: str = "warn"


class Notes:
    """Asked for only where a template shows them, inside the account."""

    def __init__(self, member: Membership) -> None:
        self.member = member

    @cached_property
    def breaches(self) -> list[Told]:
        """Breaches that affect the account, for those who manage it."""
        return breaches.of(self.member.account) if self.member.can_manage else []

    @cached_property
    def open_breaches(self) -> int:
        return sum(one.breach.closed_at is None for one in self.breaches)

    @cached_property
    def lines(self) -> list[Note]:
        """What an owner is told on every page of the settings."""
        if self.member.role != Role.OWNER:
            return []
        return [*self._breach_lines(), *self._agreement_lines(), *self._grace_lines()]

    def _agreement_lines(self) -> list[Note]:
        account, now = self.member.account, timezone.now()
        found = []
        for kind, until in renewals.waiting(account):
            name, days = str(kind.label), (until - now).days
            text = (
                ngettext(
                    "There is a new version of “%(name)s”. %(days)s day is left to accept it.",
                    "There is a new version of “%(name)s”. %(days)s days are left to accept it.",
                    days,
                )
                if until > now
                else _(
                    "“%(name)s” waits for your word: accept the new version, or export and close."
                )
            )
            address = reverse("privacy_agreements", args=[account.slug])
            tone = "warn" if until > now else "danger"
            found.append(Note(text % {"name": name, "days": days}, address, tone))
        if custom.has_left_a_gap(account):
            text = _("Your own agreement has ended. Please accept the standard one.")
            found.append(Note(text, reverse("privacy_agreements", args=[account.slug]), "danger"))
        own = custom.current(account)
        if own and own.state == CustomState.UPLOADED:
            text = _("Your own agreement is ready to be countersigned.")
            found.append(Note(text, reverse("privacy_custom", args=[account.slug])))
        return found

    def _grace_lines(self) -> list[Note]:
        """In an account from before: the first purge is still to come (S53)."""
        account, now = self.member.account, timezone.now()
        if account.purge_after is None or account.purge_after <= now:
            return []
        text = _(
            "From %(date)s history that is older than your period is deleted every night. Nothing is deleted "
            "before that day."
        ) % {"date": date_format(account.purge_after, "DATE_FORMAT")}
        return [Note(text, reverse("privacy_history", args=[account.slug]))]

    def _breach_lines(self) -> list[Note]:
        now = timezone.now()
        return [
            Note(
                _(
                    "Personal data of yours were affected by a breach. If there is a risk for people, "
                    "tell your authority by %(time)s (UTC)."
                )
                % {"time": date_format(one.ends_at, "SHORT_DATETIME_FORMAT")}
                if one.ends_at > now
                else _(
                    "Personal data of yours were affected by a breach. The time for telling your authority is over."
                ),
                reverse("privacy_breaches", args=[self.member.account.slug]),
                "danger",
            )
            for one in self.breaches
            if one.breach.closed_at is None
        ]


def member_notes(request: HttpRequest) -> dict[str, Any]:
    """`notes` on pages behind a member's door."""
    membership: Membership | None = getattr(request, "membership", None)
    return {"notes": Notes(membership)} if membership else {}
