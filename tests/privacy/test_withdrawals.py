"""Consents that somebody asks the company to take back are taken back at the desk (Art. 7(3); S73)."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat.models import Visitor
from privacy import consents, requests, withdrawals
from privacy.models import Channel, ConsentState, SubjectRequest
from privacy.models.requests import Channel as Way
from privacy.models.requests import RequestKind
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_consents import declare, give

NELL = "nell@example.org"


@pytest.fixture
def nell(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(name="Nell", email=NELL)


@pytest.fixture
def news(acme: Account, ana: Membership, nell: Visitor) -> UUID:
    with tenant(acme.pk):
        purpose = UUID(str(declare(acme, ana).purpose_id))
        give(nell, purpose)
        return purpose


def asked(by: Membership, kind: RequestKind = RequestKind.WITHDRAWAL) -> SubjectRequest:
    now = timezone.now()
    return requests.receive(kind, Way.EMAIL, email=NELL, now=now, by=by)


@covers("S73", "R3")
def test_the_desk_takes_back_what_the_person_agreed_to(
    acme: Account, ana: Membership, nell: Visitor, news: UUID, login: LogIn
) -> None:
    with tenant(acme.pk):
        request = asked(ana)
    browser, page = login(ana), f"/app/acme/settings/privacy/requests/{request.pk}/"
    done = "Your consent is withdrawn."

    def draft() -> str:
        body = browser.get(f"{page}letter/answer/").context["form"].initial["body"]
        return done if done in body else ""

    browser.post(f"{page}steps/vouch/")
    assert "Choose first whose data it is about." in browser.get(page).content.decode()
    assert draft() == ""
    browser.post(f"{page}steps/choose/", {"person": str(nell.pk)})
    assert draft() == ""
    assert "Take the consents above back before you answer." in browser.get(page).content.decode()

    browser.post(f"{page}steps/withdrawal/")

    assert draft() == done
    assert "No consent of theirs stands." in browser.get(page).content.decode()
    with tenant(acme.pk):
        assert not consents.has_consent(nell.pk, news)
        (consent,) = consents.of(nell.pk)
        last = consents.newest(consent)
        assert last
        assert (last.state, last.channel) == (ConsentState.WITHDRAWN, Channel.MEMBER)


def test_nothing_is_taken_back_before_it_is_known_who_asks_or_by_an_agent(
    inside_acme: None, acme: Account, ana: Membership, ben: Membership, nell: Visitor, news: UUID
) -> None:
    request, now = asked(ana), timezone.now()
    with pytest.raises(ValidationError) as unproven:
        withdrawals.take_back_for(request, by=ana, now=now)
    requests.vouch(request, by=ana, now=now)
    request.refresh_from_db()
    with pytest.raises(ValidationError) as nobody:
        withdrawals.take_back_for(request, by=ana, now=now)
    requests.choose(request, nell.pk, by=ana)
    with pytest.raises(ValidationError) as not_allowed:
        withdrawals.take_back_for(request, by=ben, now=now)

    codes = [error.value.code for error in (unproven, nobody, not_allowed)]
    assert codes == ["unproven", "nobody", "not_allowed"]
    assert consents.has_consent(nell.pk, news)
    assert withdrawals.take_back_for(request, by=ana, now=now) == 1
    assert withdrawals.take_back_for(request, by=ana, now=now) == 0


def test_another_kind_of_request_takes_nothing_back(
    acme: Account, ana: Membership, nell: Visitor, news: UUID, login: LogIn
) -> None:
    with tenant(acme.pk):
        request = asked(ana, RequestKind.ACCESS)
    page = f"/app/acme/settings/privacy/requests/{request.pk}/"

    assert login(ana).post(f"{page}steps/withdrawal/").status_code == 404
    with tenant(acme.pk):
        assert consents.has_consent(nell.pk, news)
