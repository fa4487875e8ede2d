"""The overview: every check follows its setting, and nothing claims more than settings can tell."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts import companies, sites
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import technical
from privacy import agreements, compliance, policies, purposes, registers, requests, retention
from privacy.compliance import Result
from privacy.models import Agreement, HistoryPolicy, LegalBasis, Period, SubProcessor
from privacy.models.requests import Channel, RequestKind
from tests.accounts.test_company import COMPANY
from tests.conftest import LogIn
from tests.coverage import covers
from widget import settings

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"
PAGE = "/app/acme/settings/privacy/"

pytestmark = pytest.mark.django_db(transaction=True)


def _results(account: Account) -> dict[str, Result]:
    with tenant(account.pk):
        return {one.slug: one.result for one in compliance.checks(account, timezone.now())}


@pytest.fixture
def in_order(acme: Account, ana: Membership) -> Account:
    """Acme as an owner has it who has done everything but accept the agreements."""
    registers.load(FILE)
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
        purposes.declare_support(LegalBasis.CONTRACT, account_id=acme.pk, by=ana)
        settings.change(acme, _look(), by=ana)
    return acme


def _look(**changes: object) -> settings.Look:
    look: dict[str, object] = {
        "color": "#0b6e5f",
        "side": "right",
        "launcher": "bubble",
        "language": "",
        "shows_privacy_notice": True,
        "privacy_notice_url": "https://shop.test/privacy",
        "hides_when_offline": False,
    }
    return settings.Look(**{**look, **changes})  # type: ignore[typeddict-item]


@covers("S8", page="/app/<slug>/settings/privacy/")
def test_whoever_has_done_everything_has_nothing_to_put_right(
    in_order: Account, ana: Membership
) -> None:
    with tenant(in_order.pk):
        agreements.accept(in_order, list(Agreement), by=ana)

    assert set(_results(in_order).values()) == {Result.PASS}


@covers("S8", "S63", page="/app/<slug>/settings/privacy/")
def test_a_new_account_reads_what_is_missing_with_links_that_mend_it(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    browser = login(ana)
    found = _results(acme)
    page = browser.get(PAGE).content.decode()

    assert {slug for slug, result in found.items() if result is Result.FAIL} == {
        "company",
        "agreements",
        "policy",
        "purposes",
    }
    assert found["policy-link"] is Result.WARN
    for where in ("company/", "privacy/texts/policy/", "privacy/purposes/", "widget/"):
        assert f'href="/app/acme/settings/{where}"' in page
    assert '<span class="count">4' in browser.get("/app/acme/settings/sites/").content.decode()


def _stores_ip(account: Account, by: Membership) -> None:
    technical.choose(account, [technical.Kind.IP_ADDRESS], by=by)


def _keeps_everything(account: Account, by: Membership) -> None:
    retention.choose(account, Period.UNLIMITED, by=by, reason="A court case")


def _never_reviews(account: Account, by: Membership) -> None:
    _keeps_everything(account, by)
    HistoryPolicy.objects.update(chosen_at=timezone.now() - timedelta(days=400))


def _hides_the_notice(account: Account, by: Membership) -> None:
    settings.change(account, _look(shows_privacy_notice=False), by=by)


def _links_nowhere(account: Account, by: Membership) -> None:
    settings.change(account, _look(privacy_notice_url=""), by=by)


def _allows_any_site(account: Account, by: Membership) -> None:
    sites.allow_any(account, allowed=True, by=by)


def _copies_and_changes(account: Account, by: Membership) -> None:
    seen = policies.digest(policies.document(account, "pl"))
    assert policies.copied(account, "pl", seen, by=by)
    retention.choose(account, Period.ONE_MONTH, by=by)


def _loses_the_contact(account: Account, by: Membership) -> None:
    companies.name(account, {**COMPANY, "contact_email": ""}, by=by)


def _hears_of_a_change(account: Account, by: Membership) -> None:
    today = timezone.now().date()
    one = SubProcessor.objects.earliest("legal_name")
    one.pk, one.legal_name = None, "Example Cloud GmbH"
    one._state.adding = True
    one.id = SubProcessor._meta.pk.get_default()
    one.announced_on, one.effective_on = today, today + timedelta(days=30)
    one.save()


def _asked(days: int) -> Callable[[Account, Membership], None]:
    """Somebody asked so many days ago, and nobody has answered."""

    def ask(account: Account, by: Membership) -> None:
        at = timezone.now() - timedelta(days=days)
        requests.receive(RequestKind.ACCESS, Channel.PAGE, email="nell@example.org", now=at)

    return ask


def _does_not_accept(account: Account, by: Membership) -> None:
    """As it stands: nobody has."""


@covers("S8", "S41", "S56", "S59", "S70", page="/app/<slug>/settings/privacy/")
@pytest.mark.parametrize(
    ("change", "slug", "result"),
    [
        (_stores_ip, "ip-addresses", Result.WARN),
        (_keeps_everything, "history", Result.WARN),
        (_never_reviews, "history", Result.FAIL),
        (_hides_the_notice, "notice", Result.WARN),
        (_links_nowhere, "policy-link", Result.WARN),
        (_allows_any_site, "sites", Result.WARN),
        (_copies_and_changes, "policy", Result.WARN),
        (_loses_the_contact, "company", Result.FAIL),
        (_hears_of_a_change, "sub-processors", Result.WARN),
        (_does_not_accept, "agreements", Result.FAIL),
        (_asked(40), "requests", Result.FAIL),
        (_asked(26), "requests", Result.WARN),
        (_asked(1), "requests", Result.PASS),
    ],
)
def test_a_setting_turns_its_check(
    in_order: Account,
    ana: Membership,
    change: Callable[[Account, Membership], None],
    slug: str,
    result: Result,
) -> None:
    with tenant(in_order.pk):
        change(in_order, ana)

    assert _results(in_order)[slug] is result


def test_every_finding_that_is_not_in_order_says_what_to_do(acme: Account) -> None:
    registers.load(FILE)
    with tenant(acme.pk):
        found = compliance.checks(acme, timezone.now())

    for check in found:
        assert check.sentence.endswith("."), check.slug
        assert bool(check.page) == bool(check.remedy), check.slug
        assert (check.result is Result.PASS) == (not check.page), check.slug
    assert len({check.slug for check in found}) == len(found)
