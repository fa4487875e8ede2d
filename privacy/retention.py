"""How long history is kept: the rule, and the account's choice within it (S57-S59, R11)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, plans
from accounts.models import Account, Membership
from accounts.plans import Plan
from privacy.models import HistoryPolicy, Period

IDLE = timedelta(days=182)
"""A visitor who never had a conversation, or has none left, is kept this long after the last visit."""

REVIEW = timedelta(days=365)
"""How long the reason for keeping everything stands before it is asked again."""

MONTHS: dict[Period, int | None] = {
    Period.ONE_MONTH: 1,
    Period.THREE_MONTHS: 3,
    Period.SIX_MONTHS: 6,
    Period.ONE_YEAR: 12,
    Period.TWO_YEARS: 24,
    Period.THREE_YEARS: 36,
    Period.UNLIMITED: None,
}


@dataclass(frozen=True)
class CutOff:
    """What is older goes: history by its last message, visitors without any by their last visit.
    `history` None: nothing."""

    history: datetime | None
    idle: datetime


def months_before(moment: datetime, months: int) -> datetime:
    """The same time of day, calendar months earlier, in UTC; a day that the month lacks becomes
    its last one: a month before 31 March is the end of February."""
    utc = moment.astimezone(UTC)
    year, month = divmod(utc.year * 12 + utc.month - 1 - months, 12)
    return utc.replace(year=year, month=month + 1, day=min(utc.day, monthrange(year, month + 1)[1]))


def months_after(moment: datetime, months: int) -> datetime:
    """From when on `moment` is before what `months_before` gives: the same time of day, calendar
    months later, in UTC; for a day that the month lacks, the first of the next one."""
    utc = moment.astimezone(UTC)
    year, month = divmod(utc.year * 12 + utc.month - 1 + months, 12)
    if utc.day <= monthrange(year, month + 1)[1]:
        return utc.replace(year=year, month=month + 1)
    year, month = divmod(year * 12 + month + 1, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def due(period: Period, last: datetime, *, is_idle: bool = False) -> datetime | None:
    """When history with this last message, or a visitor without any history and with this last
    visit, is deleted if nothing more comes; None: never."""
    months = MONTHS[period]
    history = None if months is None else months_after(last, months)
    if not is_idle:
        return history
    idle = last.astimezone(UTC) + IDLE
    return min(history, idle) if history else idle


def policy(account: Account) -> HistoryPolicy:
    """What the account chose; an empty choice while it has made none."""
    return HistoryPolicy.objects.first() or HistoryPolicy(account=account)


def choices(account: Account) -> list[Period]:
    """The periods that the account's plan offers."""
    limit = plans.of(account).history_limit
    return [period for period in Period if limit is None or _fits(period, limit)]


def effective(account: Account, now: datetime) -> Period:
    """The period that counts now: the choice, unless the plan allows less; else the default."""
    return at_most(account, plans.for_history(account, now))


def at_most(account: Account, plan: Plan) -> Period:
    """The period that would count on this plan."""
    chosen = policy(account).period
    if not chosen:
        return _of_months(plan.history_default)
    if plan.history_limit is not None and not _fits(Period(chosen), plan.history_limit):
        return _of_months(plan.history_limit)
    return Period(chosen)


def cut_off(period: Period, now: datetime) -> CutOff:
    """From when on things are kept, with this period."""
    months = MONTHS[period]
    # In UTC: between two times of a place that changes its clocks a day is not always 24 hours.
    idle = now.astimezone(UTC) - IDLE
    if months is None:
        return CutOff(history=None, idle=idle)
    history = months_before(now, months)
    return CutOff(history=history, idle=max(history, idle))


def choose(account: Account, period: Period, *, by: Membership | None, reason: str = "") -> None:
    """Keep history this long from now on.

    Raises ValidationError: `not_in_plan` for more than the plan keeps, `reason_missing` for
    keeping everything without saying why.
    """
    if period not in choices(account):
        raise ValidationError(
            _("Your plan keeps history for at most %(months)d months.")
            % {"months": plans.of(account).history_limit or 0},
            code="not_in_plan",
        )
    reason = reason.strip()
    if period == Period.UNLIMITED and not reason:
        raise ValidationError(
            _("Write down why your history may never be deleted."), code="reason_missing"
        )
    before = effective(account, timezone.now())
    kept_reason = reason if period == Period.UNLIMITED else ""
    HistoryPolicy.objects.update_or_create(
        account=account,
        defaults={"period": period, "reason": kept_reason, "chosen_at": timezone.now()},
    )
    audit.changed(account.pk, by=by, setting="history_period", old=before, new=period)


def needs_review(account: Account, now: datetime) -> bool:
    """Whether everything is kept and the reason was written more than a year ago."""
    chosen = policy(account)
    return chosen.period == Period.UNLIMITED and chosen.chosen_at < now - REVIEW


def _fits(period: Period, limit: int) -> bool:
    months = MONTHS[period]
    return months is not None and months <= limit


def _of_months(months: int) -> Period:
    return next(period for period, each in MONTHS.items() if each == months)
