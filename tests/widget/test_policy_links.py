"""The notice leads to an address for each site and language, which is looked at when it is saved."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import ratelimits
from accounts.doors import Steps
from accounts.models import Account, AuditEntry, Membership, Site
from accounts.outbound import Reach
from accounts.tenancy import tenant
from privacy import compliance
from privacy.compliance import Result
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_compliance import _look
from widget import frame, policy_links, settings
from widget.models import PolicyLink
from widget.tasks import check_links, look

P = ParamSpec("P")
R = TypeVar("R")

PAGE = "/app/acme/settings/widget/policy-links/"
SHOP = "https://shop.test"

pytestmark = pytest.mark.django_db(transaction=True)


def _site(account: Account, origin: str = SHOP) -> Site:
    return Site.objects.get(account=account, origin=origin)


def _leads_to(account: Account, site: str, language: str) -> str:
    with tenant(account.pk):
        look = settings.of(account)
        return frame.bootstrap(account, look, site=site, language=language)["notice"]["url"]


@covers("S41", page="/app/<slug>/settings/widget/policy-links/")
def test_the_most_fitting_address_counts(acme: Account, ana: Membership) -> None:
    with tenant(acme.pk):
        settings.change(acme, _look(privacy_notice_url="https://shop.test/privacy"), by=ana)
        for site, language, url in (
            (None, "de", "https://shop.test/datenschutz"),
            (_site(acme), "", "https://shop.test/here"),
            (_site(acme), "de", "https://shop.test/hier"),
        ):
            policy_links.add(acme, site=site, language=language, url=url, by=ana)

    assert _leads_to(acme, SHOP, "de") == "https://shop.test/hier"
    assert _leads_to(acme, SHOP, "cs") == "https://shop.test/here"
    assert _leads_to(acme, "https://acme.test", "de") == "https://shop.test/datenschutz"
    assert _leads_to(acme, "https://acme.test", "cs") == "https://shop.test/privacy"


@covers("S41", page="/app/<slug>/settings/widget/policy-links/")
def test_an_admin_adds_and_removes_addresses(acme: Account, adi: Membership, login: LogIn) -> None:
    browser = login(adi)
    with tenant(acme.pk):
        site = str(_site(acme).pk)
    sent = {"site": site, "language": "de", "url": "https://shop.test/hier"}

    saved = browser.post(PAGE, sent)
    again = browser.post(PAGE, sent)
    page = browser.get(PAGE).content.decode()
    with tenant(acme.pk):
        link = PolicyLink.objects.get()
    browser.post(f"{PAGE}{link.pk}/remove/")

    assert saved.status_code == 302
    assert again.status_code == 422
    assert "There is an address for this site and language." in again.content.decode()
    assert 'value="https://shop.test/hier"' in again.content.decode()
    assert "https://shop.test, Deutsch" in page
    with tenant(acme.pk):
        assert not PolicyLink.objects.exists()
        told = AuditEntry.objects.filter(details__setting="widget_policy_links").order_by("pk")
        assert [entry.details["new"] for entry in told] == [
            "https://shop.test, de: https://shop.test/hier",
            "",
        ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://shop.test/hier"}, "The address must begin with https://."),
        ({"url": "javascript:alert(1)"}, "The address must begin with https://."),
        ({"language": "", "site": ""}, "Choose a site or a language."),
        ({"language": "tlh"}, "tlh"),
    ],
)
def test_what_is_no_good_is_asked_back_and_nothing_is_lost(
    acme: Account, ana: Membership, login: LogIn, changes: dict[str, str], said: str
) -> None:
    sent = {"site": "", "language": "de", "url": "https://shop.test/hier", **changes}

    answer = login(ana).post(PAGE, sent)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert sent["url"] in answer.content.decode()
    with tenant(acme.pk):
        assert not PolicyLink.objects.exists()


@covers("S8", "S41", page="/app/<slug>/settings/widget/policy-links/")
def test_an_address_that_nobody_can_reach_is_saved_with_a_warning(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    """A34: an address inside is not spoken to, whatever it would answer."""
    browser = login(ana)
    inside = "https://127.0.0.1/policy"
    browser.post(PAGE, {"site": "", "language": "cs", "url": inside})
    before = browser.get(PAGE).content.decode()

    check_links(account_id=str(acme.pk))

    after = browser.get(PAGE).content.decode()
    assert "Not looked at yet" in before
    assert "Not a public address" in after
    assert _leads_to(acme, SHOP, "cs") == inside
    with tenant(acme.pk):
        assert policy_links.checks(acme)[inside].outcome == Reach.NOT_PUBLIC
        found = {one.slug: one for one in compliance.checks(acme, timezone.now())}
    assert found["policy-link"].result is Result.WARN
    assert found["policy-link"].page == "policy_links"


def test_an_address_in_the_settings_is_looked_at_too(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    answers = {
        "color": "#0b6e5f",
        "launcher": "bubble",
        "side": "right",
        "language": "",
        "privacy_notice_url": "https://[::1]/policy",
        "shows_privacy_notice": "on",
    }
    login(ana).post("/app/acme/settings/widget/", answers)

    with tenant(acme.pk):
        assert policy_links.unchecked() == ["https://[::1]/policy"]


def test_saving_again_and_again_sends_us_out_so_often_and_loses_nothing(
    acme: Account,
    ana: Membership,
    login: LogIn,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """A51: nobody makes us look at addresses all day."""
    for _time in range(ratelimits.LINKS_LOOKED_AT.burst):
        ratelimits.take(ratelimits.LINKS_LOOKED_AT, str(acme.pk))
    answers = {
        "color": "#0b6e5f",
        "launcher": "bubble",
        "side": "right",
        "language": "",
        "privacy_notice_url": "https://[::1]/policy",
        "shows_privacy_notice": "on",
    }
    browser = login(ana)

    with tenant(acme.pk), django_capture_on_commit_callbacks() as started:
        saved = browser.post("/app/acme/settings/widget/", answers)

    assert saved.status_code == 302
    assert started == []
    page = browser.get(PAGE).content.decode()
    assert "https://[::1]/policy" in page
    assert "Not looked at yet" in page


def test_a_round_that_takes_too_long_leaves_the_others_for_the_next(
    acme: Account, ana: Membership
) -> None:
    with tenant(acme.pk):
        for language in ("cs", "de"):
            policy_links.add(
                acme, site=None, language=language, url=f"https://[::1]/{language}", by=ana
            )

    look(_step_of(acme), seconds=0)

    with tenant(acme.pk):
        assert len(policy_links.unchecked()) == 2
    look(_step_of(acme), seconds=30)
    with tenant(acme.pk):
        assert policy_links.unchecked() == []


def _step_of(account: Account) -> Steps:
    def step(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with tenant(account.pk):
            return work(*args, **kwargs)

    return step


def test_a_stranger_cannot_use_another_accounts_site(
    acme: Account, other: Account, gus: Membership, login: LogIn
) -> None:
    """A1."""
    with tenant(acme.pk):
        site = str(_site(acme).pk)

    answer = login(gus).post(
        "/app/other/settings/widget/policy-links/",
        {"site": site, "language": "de", "url": "https://other.test/x"},
    )

    assert answer.status_code == 422
    assert Client().post(PAGE).status_code == 302
