"""What a member has to know wherever they are in the settings: notes above the page, and breaches."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership, Role
from privacy import breaches
from privacy.breaches import Told


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
        return self._breach_lines()

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
