"""Visitors agree where no form asked them, take it back as easily, and hold a receipt of each."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from accounts import companies
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import identity
from chat.models import Visitor
from privacy import consents, purposes, registers
from privacy.models import ConsentRecord, PurposeCategory
from tests.chat.conftest import Ask
from tests.coverage import covers
from tests.privacy.test_consent_files import COMPANY, REGISTERS

pytestmark = pytest.mark.django_db

WORDS = purposes.Words("News by e-mail", "We write to you once a month.", "your e-mail address")


@pytest.fixture
def news(acme: Account, ana: Membership) -> UUID:
    """A purpose of Acme's that needs a yes."""
    with tenant(acme.pk):
        version = purposes.declare_further(
            {acme.language: WORDS}, account_id=acme.pk, category=PurposeCategory.NEWSLETTER, by=ana
        )
    return UUID(str(version.purpose_id))


@pytest.fixture
def nell(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(name="Nell")


def _box(ask: Ask, public_id: str) -> dict[str, Any]:
    (box,) = ask(public_id, "get", "data?lang=en").json()["boxes"]
    return dict(box)


@covers("S42", "R4")
def test_a_tick_under_my_data_counts_at_once_and_the_box_is_gone(
    acme: Account, nell: Visitor, news: UUID, ask: Ask
) -> None:
    box = _box(ask, nell.public_id)
    assert (box["title"], box["purpose"]) == ("News by e-mail", str(news))
    with tenant(acme.pk):
        assert not consents.has_consent(nell.pk, news)

    answer = ask(
        nell.public_id, "post", f"consents/{news}/give?lang=en", version=box["version"]
    ).json()

    assert answer["boxes"] == []
    assert [one["state"] for one in answer["consents"]] == ["given"]
    with tenant(acme.pk):
        assert consents.has_consent(nell.pk, news)
        record = ConsentRecord.objects.get()
    assert record.text_digest == box["version"]
    assert (record.how, record.form_field, record.page_url) == (
        "ticked",
        "my_data",
        "https://shop.test",
    )
    assert ask(nell.public_id, "post", f"consents/{news}/withdraw").json()["boxes"] == [box]


@covers("S42", "R4")
def test_nobody_agrees_to_words_that_they_did_not_read(
    acme: Account, nell: Visitor, news: UUID, ask: Ask
) -> None:
    address = f"consents/{news}/give?lang=en"

    changed = ask(nell.public_id, "post", address, version="0" * 64)

    assert (changed.status_code, changed.json()) == (409, {"error": "changed"})
    assert ask(nell.public_id, "post", address).status_code == 400
    box = _box(ask, nell.public_id)
    nobody = identity.new_visitor_id()
    assert ask(nobody, "post", address, version=box["version"]).status_code == 404
    with tenant(acme.pk):
        assert not ConsentRecord.objects.exists()


@covers("R4")
def test_there_is_a_receipt_of_what_was_given_and_of_what_was_taken_back(
    acme: Account, nell: Visitor, news: UUID, ana: Membership, ask: Ask
) -> None:
    registers.load(REGISTERS)
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
    box = _box(ask, nell.public_id)
    ask(nell.public_id, "post", f"consents/{news}/give?lang=en", version=box["version"])
    (consent,) = ask(nell.public_id, "post", f"consents/{news}/withdraw?lang=en").json()["consents"]
    assert [one["state"] for one in consent["events"]] == ["given", "withdrawn"]

    for event in consent["events"]:
        proof = ask(nell.public_id, "get", f"consents/receipts/{event['id']}").json()

        assert (proof["title"], proof["state"]) == ("News by e-mail", event["state"])
        assert proof["text"] in proof["receipt"]["events"][0]["wording"]
        assert proof["words_sha256"] == box["version"]
        assert [one["state"] for one in proof["receipt"]["events"]] == [event["state"]]
        assert proof["kantara"]["version"] == "KI-CR-v1.1.0"
        assert "Acme Tea" in json.dumps(proof["kantara"])


@covers("R4")
def test_a_receipt_is_shown_to_whoever_decided_and_to_nobody_else(
    acme: Account,
    nell: Visitor,
    news: UUID,
    other: Account,
    new_visitor: Callable[..., Visitor],
    ask: Ask,
) -> None:
    """A10, A16"""
    box = _box(ask, nell.public_id)
    given = ask(nell.public_id, "post", f"consents/{news}/give?lang=en", version=box["version"])
    address = f"consents/receipts/{given.json()['consents'][0]['events'][0]['id']}"

    proof = ask(nell.public_id, "get", address).json()

    # Acme has not named its company: what is written down is shown, and no file names nobody.
    assert (proof["state"], proof["receipt"], proof["kantara"]) == ("given", None, None)
    assert ask(new_visitor().public_id, "get", address).status_code == 404
    assert ask(identity.new_visitor_id(), "get", address).status_code == 404
    assert ask(nell.public_id, "get", address, account=other).status_code == 403
    assert ask(nell.public_id, "get", address, headers={"X-Chatapp-Token": None}).status_code == 403
