"""Plans: what each has, and the command that changes one."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import plans
from accounts.models import Account, Membership, PlanName
from accounts.plans import CATALOGUE, Feature
from tests.conftest import LogIn
from tests.coverage import covers


def test_every_plan_and_every_feature_is_in_the_catalogue() -> None:
    assert set(CATALOGUE) == set(PlanName)


@covers("S58")
def test_free_has_three_seats_and_three_months() -> None:
    """S58."""
    free = CATALOGUE[PlanName.FREE]

    assert (free.seats, free.history_default, free.history_limit) == (3, 3, 3)
    assert free.features == {Feature.API}


@covers("S59")
@pytest.mark.parametrize("name", [PlanName.STANDARD, PlanName.PRO])
def test_paid_plans_keep_a_year_by_default_and_have_more_seats(name: PlanName) -> None:
    """S59."""
    plan = CATALOGUE[name]

    assert (plan.history_default, plan.history_limit) == (12, None)
    assert plan.seats > CATALOGUE[PlanName.FREE].seats
    assert Feature.GROUPS in plan.features


@pytest.mark.parametrize("feature", Feature)
def test_what_an_account_may_do_follows_its_plan(feature: Feature) -> None:
    answers = [plans.may(Account(plan=plan), feature) for plan in PlanName]

    assert answers == sorted(answers), "a larger plan has what a smaller one has"
    assert answers[-1]


def test_the_command_changes_the_plan(acme: Account) -> None:
    call_command("set_plan", "acme", "free", stdout=StringIO())

    acme.refresh_from_db()
    assert plans.seats(acme) == 3


def test_the_command_names_what_it_does_not_know(db: None) -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("set_plan", "nobody", "free", stdout=StringIO())


def test_the_page_shows_the_plan_and_the_seats(ana: Membership, login: LogIn) -> None:
    page = login(ana).get("/app/acme/settings/plan/").content.decode()

    assert "This account is on Pro." in page
    assert "1 of 50 seats taken" in page
