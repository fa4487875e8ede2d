"""The plan catalogue: what each plan has, and the one question "may this account do that"."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, PlanName

GRACE = timedelta(days=14)
"""Between a change to a plan with a shorter history and the first deletion by its rule (S58)."""


class Feature(StrEnum):
    """What only some plans have. Everything that is not named here is on every plan."""

    CUSTOMIZE = "customize"
    RATING = "rating"
    TRANSCRIPT = "transcript"
    API = "api"
    GA = "ga"
    GROUPS = "groups"
    WHITE_LABEL = "white_label"


# Only what exists has words: nobody is shown, or sold, what is not there.
FEATURE_TEXTS: dict[Feature, Promise] = {
    Feature.API: _("Commands for your own page code"),
    Feature.CUSTOMIZE: _("Hide the chat or its privacy notice from your own page code"),
    Feature.TRANSCRIPT: _("Transcripts by e-mail, on request"),
    Feature.GROUPS: _("Groups that your pages send visitors to"),
}


@dataclass(frozen=True)
class Plan:
    """One plan. Months are calendar months; a `history_limit` of None means: no upper limit."""

    name: PlanName
    summary: Promise
    seats: int
    euros_per_seat: int
    history_default: int
    history_limit: int | None
    features: frozenset[Feature]


CATALOGUE: dict[PlanName, Plan] = {
    plan.name: plan
    for plan in (
        Plan(
            name=PlanName.FREE,
            summary=_("The whole chat for a small team."),
            seats=3,
            euros_per_seat=0,
            history_default=3,
            history_limit=3,
            features=frozenset({Feature.API}),
        ),
        Plan(
            name=PlanName.STANDARD,
            summary=_("For a team that shares the work."),
            seats=10,
            euros_per_seat=12,
            history_default=12,
            history_limit=None,
            features=frozenset(
                {
                    Feature.API,
                    Feature.CUSTOMIZE,
                    Feature.GROUPS,
                    Feature.RATING,
                    Feature.TRANSCRIPT,
                }
            ),
        ),
        Plan(
            name=PlanName.PRO,
            summary=_("For many hands."),
            seats=50,
            euros_per_seat=24,
            history_default=12,
            history_limit=None,
            features=frozenset(Feature),
        ),
    )
}


def of(account: Account) -> Plan:
    """The plan that this account is on."""
    return CATALOGUE[PlanName(account.plan)]


def may(account: Account, feature: Feature) -> bool:
    """Whether the account's plan has the feature."""
    return feature in of(account).features


def seats(account: Account) -> int:
    """How many people may be in the account: active members and open invitations together."""
    return of(account).seats


def grace_until(account: Account, now: datetime) -> datetime | None:
    """When the days of grace after a downgrade end; None when there are none."""
    return account.grace_until if account.grace_until and now < account.grace_until else None


def for_history(account: Account, now: datetime) -> Plan:
    """The plan whose history counts: after a downgrade, for a while, still the older one (S58)."""
    if grace_until(account, now):
        return CATALOGUE[PlanName(account.grace_plan)]
    return of(account)


def change(account: Account, *, to: PlanName) -> None:
    """Put the account on another plan, at once. Members beyond the new limit stay; nobody joins.

    Where the new plan keeps less history, nothing is deleted for it before `GRACE` is over.
    """
    now = timezone.now()
    before, after = for_history(account, now), CATALOGUE[to]
    account.plan = to
    if _limit(after) >= _limit(before):
        account.grace_plan, account.grace_until = "", None
    elif account.grace_until is None or account.grace_until <= now:
        account.grace_plan, account.grace_until = before.name, now + GRACE
    account.save(update_fields=["plan", "grace_plan", "grace_until"])


def _limit(plan: Plan) -> float:
    return math.inf if plan.history_limit is None else plan.history_limit
