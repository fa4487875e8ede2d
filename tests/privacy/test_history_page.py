"""The page on which an account decides how long its history is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import plans
from accounts.models import Account, Membership, PlanName
from accounts.tenancy import tenant
from chat.models import Conversation, Visitor
from privacy import purges
from privacy.models import HistoryPolicy, LegalHold, Period
from tests.conftest import LogIn
from tests.coverage import covers

PAGE = "/app/acme/settings/privacy/history/"


@pytest.fixture
def old(acme: Account, conversation: Conversation) -> Conversation:
    """A conversation of five months ago."""
    with tenant(acme.pk):
        Conversation.objects.update(last_message_at=timezone.now() - timedelta(days=150))
    return conversation


@covers("S57", "S59", page="/app/<slug>/settings/privacy/history/")
def test_the_page_shows_what_counts_and_saves_another_choice(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    browser = login(ana)
    page = browser.get(PAGE).content.decode()
    assert '<option value="1_years" selected>' in page
    assert "Nothing would be deleted tonight." in page

    answer = browser.post(PAGE, {"period": "6_months"}, follow=True)

    assert "Your choice is saved" in answer.content.decode()
    with tenant(acme.pk):
        assert HistoryPolicy.objects.get().period == Period.SIX_MONTHS


@covers("S57")
def test_the_preview_says_what_would_go_before_anything_is_saved(
    login: LogIn, ana: Membership, acme: Account, old: Conversation
) -> None:
    page = login(ana).get(PAGE + "preview/", {"period": "3_months"}).content.decode()

    assert "1 conversation would be deleted tonight." in page
    with tenant(acme.pk):
        assert not HistoryPolicy.objects.exists()
        assert Conversation.objects.exists()


@pytest.mark.parametrize("period", ["", "2_weeks", "unlimited\x00"])
def test_a_period_that_is_none_is_not_found(login: LogIn, ana: Membership, period: str) -> None:
    assert login(ana).get(PAGE + "preview/", {"period": period}).status_code == 404


@covers("S59")
def test_keeping_everything_without_a_reason_is_asked_back_and_nothing_is_lost(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    answer = login(ana).post(PAGE, {"period": "unlimited", "reason": " "})

    assert answer.status_code == 422
    assert "Write down why your history may never be deleted." in answer.content.decode()
    assert '<option value="unlimited" selected>' in answer.content.decode()
    with tenant(acme.pk):
        assert not HistoryPolicy.objects.exists()


@covers("S58")
def test_free_is_offered_no_more_than_three_months(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    plans.change(acme, to=PlanName.FREE)
    Account.objects.update(grace_until=None)
    browser = login(ana)

    page = browser.get(PAGE).content.decode()
    assert "Your plan keeps 3 months at most." in page
    assert "1_years" not in page
    assert browser.post(PAGE, {"period": "1_years"}).status_code == 422


@covers("S58")
def test_after_a_downgrade_the_page_says_when_and_how_many(
    login: LogIn, ana: Membership, acme: Account, old: Conversation
) -> None:
    plans.change(acme, to=PlanName.FREE)

    page = login(ana).get(PAGE).content.decode()

    assert "your plan keeps 3 months." in page
    assert "1 conversation is older today." in page


@covers("S58", page="/app/<slug>/settings/plan/")
def test_after_a_downgrade_the_plan_page_warns_too(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    browser = login(ana)
    assert (
        "older history is deleted" not in browser.get("/app/acme/settings/plan/").content.decode()
    )

    plans.change(acme, to=PlanName.FREE)

    page = browser.get("/app/acme/settings/plan/").content.decode()
    assert "older history is deleted" in page
    assert PAGE in page


def test_receipts_are_listed(
    login: LogIn, ana: Membership, acme: Account, old: Conversation
) -> None:
    with tenant(acme.pk):
        run = purges.begin(acme, timezone.now() + timedelta(days=300))
        assert run
        while purges.advance(run):
            pass

    page = login(ana).get(PAGE).content.decode()

    assert "Table of receipts" in page
    assert "Nothing deleted so far" not in page


@covers("S57")
def test_an_owner_holds_a_conversation_by_its_address_and_lifts_it(
    login: LogIn, ana: Membership, acme: Account, old: Conversation
) -> None:
    browser = login(ana)
    address = f"http://chat.test/app/acme/inbox/#{old.pk}"

    browser.post(PAGE + "holds/", {"address": address, "reason": "Case 7"})
    with tenant(acme.pk):
        hold = LegalHold.objects.get()
    assert (hold.target_kind, hold.target_id) == ("conversation", old.pk)
    assert "Case 7" in browser.get(PAGE).content.decode()

    browser.post(f"{PAGE}holds/{hold.pk}/lift/")
    assert "Case 7" not in browser.get(PAGE).content.decode()


def test_a_hold_may_cover_all_of_a_visitor(
    login: LogIn, ana: Membership, acme: Account, old: Conversation
) -> None:
    data = {"address": str(old.pk), "reason": "Case 7", "is_whole_visitor": "on"}
    login(ana).post(PAGE + "holds/", data)

    with tenant(acme.pk):
        assert LegalHold.objects.get().target_id == old.visitor_id


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://chat.test/app/acme/inbox/", "There is no conversation in this address"),
        ("01a20b61-312f-74f2-87a3-6c7da5e28a5a", "There is no such conversation"),
    ],
)
def test_an_address_of_nothing_is_asked_back(
    login: LogIn, ana: Membership, address: str, words: str
) -> None:
    answer = login(ana).post(PAGE + "holds/", {"address": address, "reason": "Case 7"})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Case 7" in answer.content.decode()


def test_only_owners_hold(
    login: LogIn, adi: Membership, acme: Account, new_visitor: Callable[..., Visitor]
) -> None:
    browser = login(adi)

    assert browser.post(PAGE + "holds/", {"address": "x", "reason": "x"}).status_code == 403
    assert "Hold it" not in browser.get(PAGE).content.decode()


@covers("S58", page="/app/<slug>/settings/plan/")
def test_a_smaller_plan_says_how_much_would_go_and_offers_the_export_first(
    login: LogIn, ana: Membership, old: Conversation
) -> None:
    owner = login(ana)
    smaller = "/app/acme/settings/privacy/history/smaller/"
    assert smaller in owner.get("/app/acme/settings/plan/").content.decode()

    told = owner.get(smaller).content.decode()

    assert "1 conversation is older today and would go. Not before 14 days" in told
    assert "/app/acme/settings/privacy/export/" in told
