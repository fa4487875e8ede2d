"""Owners and admins say what data are used for, see the boxes, and read the register."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import technical
from chat.models import Visitor
from privacy import consents, purposes
from privacy.models import Consent, LegalBasis, PurposeReview
from privacy.views.consents import PER_PAGE
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_consents import declare, give

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/app/acme/settings/privacy/purposes/"
CONSENTS = "/app/acme/settings/privacy/consents/"
BOX = {
    "category": "newsletter",
    "months_valid": "12",
    "title_en": "Newsletter",
    "text_en": "Send me the newsletter.",
    "data_en": "your e-mail address",
}


@pytest.fixture
def desk(ana: Membership, login: LogIn) -> Client:
    return login(ana)


def _declared(account: Account) -> list[tuple[str, str, int]]:
    with tenant(account.pk):
        return [(one.kind, one.basis, one.number) for one in purposes.declared(account.pk)]


@covers("S38", "S39", page="/app/<slug>/settings/privacy/purposes/")
def test_support_only_is_two_questions_and_no_box(
    acme: Account, ana: Membership, desk: Client
) -> None:
    assert "You have not said yet" in desk.get(PAGE).content.decode()
    typed = {"scope": "support", "basis": "f", "interest": ""}
    refused = desk.post(PAGE, typed)
    assert refused.status_code == 422
    assert "Put the interest in words." in refused.content.decode()
    assert _declared(acme) == []

    desk.post(PAGE, {**typed, "interest": "to answer whoever asks"})

    page = desk.get(PAGE).content.decode()
    assert _declared(acme) == [("support", "f", 1)]
    assert "to answer whoever asks" in page
    assert "declared on" in page
    assert "Ana" in page
    assert "Art. 13 GDPR" in page
    assert "rules for cookies" in page
    assert "consent-box__square" not in page
    with tenant(acme.pk):
        entry = AuditEntry.objects.get(event="purpose.declared")
        assert (entry.actor_id, entry.details["basis"]) == (ana.pk, "Art. 6(1)(f) GDPR")


@covers("S38", "S42", page="/app/<slug>/settings/privacy/purposes/")
def test_a_further_purpose_is_declared_changed_and_ended(
    acme: Account, desk: Client, new_visitor: Callable[..., Visitor]
) -> None:
    answer = desk.post(PAGE, {"scope": "further", "basis": "b"})
    new = reverse("privacy_purpose_new", args=["acme"])
    assert answer.headers["Location"] == new
    half = desk.post(new, {**BOX, "title_de": "Newsletter"})
    assert half.status_code == 422
    assert half.content.decode().count("Fill in all three of a language, or none.") == 2
    assert "Send me the newsletter." in half.content.decode()

    preview = desk.post(reverse("privacy_purpose_preview", args=["acme"]), BOX)
    assert "Acme uses for this: your e-mail address" in preview.content.decode()
    desk.post(new, BOX)
    with tenant(acme.pk):
        (box,) = purposes.consent_boxes("en")
        nell = new_visitor()
        consents.give(nell.pk, box.id, version=box.version, language="en")
    one = reverse("privacy_purpose", args=["acme", box.id])

    same = desk.post(one, BOX, follow=True).content.decode()
    assert "Nothing has changed" in same
    changed = desk.post(one, {**BOX, "text_en": "Write to me."}, follow=True).content.decode()
    assert "Saved as version 2" in changed
    assert "Write to me." in changed
    old = desk.get(one).content.decode()
    assert "1 visitor has agreed." in old
    assert "Send me the newsletter." in old
    # Whoever has purposes cannot say that there are none.
    assert desk.post(PAGE, {"scope": "support", "basis": "b"}).status_code == 422

    desk.post(reverse("privacy_purpose_end", args=["acme", box.id]))
    assert _declared(acme) == [("support", "b", 1)]
    assert "This purpose ended" in desk.get(one).content.decode()
    with tenant(acme.pk):
        assert not consents.has_consent(nell.pk, box.id)


@covers("S38", page="/app/<slug>/settings/privacy/purposes/")
def test_the_question_comes_back_when_more_data_come(
    acme: Account, ana: Membership, desk: Client
) -> None:
    desk.post(PAGE, {"scope": "support", "basis": "b"})
    with tenant(acme.pk):
        assert PurposeReview.objects.get().reviewed_by == ana
        assert purposes.needs_review(acme.pk) == []
        kinds = technical.collected(acme.pk) | {technical.Kind.IP_ADDRESS}
        technical.choose(acme, kinds, by=ana)
        assert len(purposes.needs_review(acme.pk)) == 1
    assert "more data have come" in desk.get(PAGE).content.decode()

    desk.post(PAGE, {"scope": "support", "basis": "b"})
    assert "more data have come" not in desk.get(PAGE).content.decode()


@covers("R4", page="/app/<slug>/settings/privacy/consents/")
def test_the_register_is_filtered_and_goes_on_page_by_page(
    acme: Account,
    ana: Membership,
    desk: Client,
    new_visitor: Callable[..., Visitor],
) -> None:
    assert "Nobody has been asked so far" in desk.get(CONSENTS).content.decode()
    with tenant(acme.pk):
        news = UUID(str(declare(acme, ana).purpose_id))
        people = [new_visitor() for _ in range(PER_PAGE + 1)]
        for visitor in people:
            give(visitor, news)
        consents.withdraw(people[1].pk, news)

    first = desk.get(CONSENTS).content.decode()
    older = re.search(r"before=([0-9a-f-]{36})", first)
    assert older
    second = desk.get(CONSENTS, {"before": older[1]}).content.decode()
    rows = [page.count(">Open the record</a>") for page in (first, second)]
    assert rows == [PER_PAGE, 1]
    withdrawn = desk.get(CONSENTS, {"state": "withdrawn", "purpose": str(news)})
    assert withdrawn.content.decode().count(">Open the record</a>") == 1
    nothing = desk.get(CONSENTS, {"state": "expired"}).content.decode()
    assert "No consent like that" in nothing
    assert desk.get(CONSENTS, {"state": "odd"}).status_code == 422

    with tenant(acme.pk):
        consent = Consent.objects.get(state="withdrawn")
    record = desk.get(f"{CONSENTS}{consent.pk}/").content.decode()
    assert "Send me the newsletter of the tea shop once a month." in record
    assert "privacy menu of the chat" in record


def test_an_agent_declares_nothing(acme: Account, ben: Membership, login: LogIn) -> None:
    assert login(ben).get(PAGE).status_code == 403
    with tenant(acme.pk), pytest.raises(Exception, match="Only an owner or admin"):
        purposes.declare_support(LegalBasis.CONTRACT, account_id=acme.pk, by=ben)
