"""How long history is kept: calendar months, the plan's limit, and the days of grace."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from accounts import plans
from accounts.models import Account, AuditEntry, Membership, PlanName
from privacy import retention
from privacy.models import HistoryPolicy, Period
from tests.coverage import covers

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@covers("S57")
@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        ("2026-03-31T10:00+00:00", 1, "2026-02-28T10:00+00:00"),
        ("2028-03-31T10:00+00:00", 1, "2028-02-29T10:00+00:00"),
        ("2028-02-29T10:00+00:00", 12, "2027-02-28T10:00+00:00"),
        ("2026-01-15T00:00+00:00", 3, "2025-10-15T00:00+00:00"),
        # Clocks in Prague go forward that night; the rule is in UTC and does not notice.
        ("2026-04-29T01:30+02:00", 1, "2026-03-28T23:30+00:00"),
    ],
)
def test_a_month_is_a_calendar_month_in_utc(moment: str, months: int, before: str) -> None:
    found = retention.months_before(datetime.fromisoformat(moment), months)

    assert found == datetime.fromisoformat(before)
    assert found.tzinfo == UTC


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from([1, 3, 6, 12, 24, 36]))
def test_going_back_months_never_lands_in_another_month(moment: datetime, months: int) -> None:
    if moment.year < 5:
        return
    before = retention.months_before(moment, months)

    assert (moment.year * 12 + moment.month) - (before.year * 12 + before.month) == months
    assert before.timetz() == moment.timetz()
    assert before.day in {moment.day, 28, 29, 30}
    assert before.day <= moment.day


ZONES = [ZoneInfo(name) for name in ("Europe/Prague", "America/New_York", "Australia/Lord_Howe")]
BEGIN, END = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2090-01-01")
LIMITED = [period for period in Period if retention.MONTHS[period]]


@covers("S57")
@given(
    moment=st.datetimes(BEGIN, END, timezones=st.sampled_from(ZONES)),
    period=st.sampled_from(LIMITED),
)
# Prague puts its clocks forward at 02:00 and back at 03:00, Lord Howe by half an hour.
@example(moment=datetime(2026, 3, 29, 1, 59, 59, tzinfo=ZONES[0]), period=Period.ONE_MONTH)
@example(moment=datetime(2026, 3, 29, 2, 30, tzinfo=ZONES[0]), period=Period.ONE_MONTH)
@example(moment=datetime(2026, 3, 29, 3, 0, tzinfo=ZONES[0]), period=Period.ONE_MONTH)
@example(moment=datetime(2026, 10, 25, 2, 30, tzinfo=ZONES[0]), period=Period.SIX_MONTHS)
@example(moment=datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZONES[0]), period=Period.SIX_MONTHS)
@example(moment=datetime(2026, 4, 5, 1, 45, fold=1, tzinfo=ZONES[2]), period=Period.ONE_YEAR)
# Midnight in Prague and in New York is another day in UTC.
@example(moment=datetime(2026, 3, 31, 0, 0, tzinfo=ZONES[0]), period=Period.ONE_MONTH)
@example(moment=datetime(2026, 2, 28, 23, 59, 59, tzinfo=ZONES[1]), period=Period.ONE_MONTH)
def test_no_clock_that_is_put_forward_or_back_moves_what_is_due(
    moment: datetime, period: Period
) -> None:
    utc = moment.astimezone(UTC)
    found = retention.cut_off(period, moment)

    assert found == retention.cut_off(period, utc)
    assert found.history
    assert found.history.timetz() == utc.timetz()


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZONES[0])
    second = first.replace(fold=1)
    earlier, later = (retention.cut_off(Period.ONE_MONTH, one).history for one in (first, second))

    assert earlier
    assert later
    assert later - earlier == timedelta(hours=1)


@covers("S57")
@given(
    day=st.dates(BEGIN.date(), END.date()),
    period=st.sampled_from(LIMITED),
)
@example(day=date(2026, 3, 31), period=Period.ONE_MONTH)
@example(day=date(2028, 2, 29), period=Period.ONE_YEAR)
@example(day=date(2027, 1, 1), period=Period.SIX_MONTHS)
def test_the_boundary_at_midnight_is_a_midnight_and_just_before_it_just_before_one(
    day: date, period: Period
) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    end = retention.cut_off(period, midnight).history
    before = retention.cut_off(period, midnight - timedelta(microseconds=1)).history
    assert end
    assert before

    assert (end.time(), before.time()) == (time.min, time.max)


@covers("S58")
def test_free_keeps_three_months_and_offers_nothing_longer(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    acme.plan = PlanName.FREE

    assert retention.effective(acme, NOW) == Period.THREE_MONTHS
    assert retention.choices(acme) == [Period.ONE_MONTH, Period.THREE_MONTHS]
    with pytest.raises(ValidationError) as refused:
        retention.choose(acme, Period.SIX_MONTHS, by=ana)
    assert refused.value.code == "not_in_plan"


@covers("S59")
def test_paid_plans_keep_a_year_unless_told_otherwise(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    assert retention.effective(acme, NOW) == Period.ONE_YEAR
    assert retention.choices(acme) == list(Period)

    retention.choose(acme, Period.ONE_MONTH, by=ana)

    assert retention.effective(acme, NOW) == Period.ONE_MONTH
    entry = AuditEntry.objects.get()
    assert entry.details == {"setting": "history_period", "old": "1_years", "new": "1_months"}


@covers("S59")
def test_keeping_everything_needs_a_reason_in_writing_that_is_asked_again_after_a_year(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    with pytest.raises(ValidationError) as refused:
        retention.choose(acme, Period.UNLIMITED, by=ana, reason="  ")
    assert refused.value.code == "reason_missing"
    assert retention.effective(acme, NOW) == Period.ONE_YEAR

    with time_machine.travel(NOW, tick=False):
        retention.choose(acme, Period.UNLIMITED, by=ana, reason="Warranty of 30 years")

    assert retention.cut_off(retention.effective(acme, NOW), NOW).history is None
    assert not retention.needs_review(acme, NOW + timedelta(days=365))
    assert retention.needs_review(acme, NOW + timedelta(days=366))


@covers("S58")
def test_whatever_was_chosen_before_free_counts_three_months_at_most(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    retention.choose(acme, Period.THREE_YEARS, by=ana)

    acme.plan = PlanName.FREE

    assert retention.effective(acme, NOW) == Period.THREE_MONTHS


@covers("S58")
def test_a_downgrade_leaves_fourteen_days_before_the_shorter_rule_counts(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    """A59."""
    retention.choose(acme, Period.TWO_YEARS, by=ana)
    with time_machine.travel(NOW, tick=False):
        plans.change(acme, to=PlanName.FREE)
    acme.refresh_from_db()

    almost = NOW + timedelta(days=14) - timedelta(seconds=1)
    assert retention.effective(acme, almost) == Period.TWO_YEARS
    assert retention.effective(acme, NOW + timedelta(days=14)) == Period.THREE_MONTHS


def test_changing_the_plan_again_within_the_grace_does_not_begin_it_anew(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        plans.change(acme, to=PlanName.FREE)
        clock.shift(timedelta(days=5))
        plans.change(acme, to=PlanName.FREE)
    acme.refresh_from_db()

    assert acme.grace_until == NOW + timedelta(days=14)


def test_going_back_up_ends_the_grace(acme: Account, inside_acme: None) -> None:
    plans.change(acme, to=PlanName.FREE)
    plans.change(acme, to=PlanName.STANDARD)
    acme.refresh_from_db()

    assert (acme.grace_plan, acme.grace_until) == ("", None)


@covers("R11")
@pytest.mark.parametrize(
    ("period", "days"),
    [(Period.ONE_MONTH, 31), (Period.ONE_YEAR, 182), (Period.UNLIMITED, 182)],
)
def test_idle_visitors_are_kept_half_a_year_or_as_long_as_history(
    period: Period, days: int
) -> None:
    assert retention.cut_off(period, NOW).idle == NOW - timedelta(days=days)


def test_an_account_has_one_choice(acme: Account, ana: Membership, inside_acme: None) -> None:
    for period in (Period.ONE_MONTH, Period.SIX_MONTHS, Period.ONE_YEAR):
        retention.choose(acme, period, by=ana)

    assert HistoryPolicy.objects.get().period == Period.ONE_YEAR


@covers("S57")
@given(
    st.timedeltas(timedelta(0), timedelta(days=36_500)).map(lambda gone: NOW - gone),
    st.sampled_from([period for period in Period if retention.MONTHS[period]]),
    st.booleans(),
)
def test_the_date_that_people_are_told_is_when_the_purge_finds_it(
    last: datetime, period: Period, is_idle: bool
) -> None:
    told = retention.due(period, last, is_idle=is_idle)
    assert told

    def is_due(now: datetime) -> bool:
        cut_off = retention.cut_off(period, now)
        end = cut_off.idle if is_idle else cut_off.history
        return end is not None and last < end

    assert not is_due(told - timedelta(seconds=1))
    assert is_due(told + timedelta(days=1, seconds=1))


def test_what_is_kept_for_ever_is_never_due_and_an_idle_visitor_still_is() -> None:
    assert retention.due(Period.UNLIMITED, NOW) is None
    assert retention.due(Period.UNLIMITED, NOW, is_idle=True) == NOW + retention.IDLE
