"""What a hello reads to say what an account asks and tells: few statements, and never old words."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts import companies
from accounts.models import Account, Membership
from chat import asking, telling
from chat.models import FieldKind, FormPoint, Visitor
from privacy import consents, notices, purposes
from privacy.models import NoticeMode, NoticePoint, PurposeCategory
from privacy.purposes import Words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_acme")]

Counted = Callable[[int], Any]


@pytest.fixture
def rich(acme: Account, ana: Membership) -> Account:
    """Acme with fields of its own in both forms, and two further purposes."""
    asking.change(acme.pk, asks_before_chat=True, requires_acknowledgement=True)
    for point in FormPoint:
        spec = asking.Spec(FieldKind.TEXT, "Order", {}, "", [], is_required=False)
        asking.add_field(acme.pk, point, "order", spec)
    for title in ("Newsletter", "Tea club"):
        purposes.declare_further(
            {"en": Words(title, f"Yes to {title}.", "your e-mail address")},
            account_id=acme.pk,
            category=PurposeCategory.NEWSLETTER,
            by=ana,
        )
    return acme


def test_what_forms_ask_is_read_in_two_statements(
    rich: Account, django_assert_num_queries: Counted
) -> None:
    with django_assert_num_queries(2):
        asked = asking.questions(rich.pk, "de")

    assert [row.key for row in asked.prechat] == ["name", "email", "order"]
    assert asked.requires_tick


def test_what_is_told_costs_the_same_for_any_number_of_purposes_and_languages(
    rich: Account, new_visitor: Callable[..., Visitor], django_assert_num_queries: Counted
) -> None:
    visitor = new_visitor()
    for language in ("en", "de"):
        with django_assert_num_queries(2):
            stranger = telling.shown(rich, language, None, requires_tick=True)
        with django_assert_num_queries(4):
            known = telling.shown(rich, language, visitor, requires_tick=True)

        assert stranger == known
        assert [box.title for box in known.boxes] == ["Newsletter", "Tea club"]
        assert known.must_tick
    with django_assert_num_queries(3):
        assert not telling.shown(rich, "en", visitor, requires_tick=False).must_tick


def test_it_is_never_what_it_was(
    rich: Account, ana: Membership, new_visitor: Callable[..., Visitor]
) -> None:
    visitor = new_visitor()
    before = telling.shown(rich, "en", visitor, requires_tick=True)
    assert before.notice.text == notices.wording(rich, "en").text
    notices.record_shown(
        rich, visitor.pk, before.notice.version, "en", NoticePoint.CHAT, NoticeMode.TICKED
    )
    box = before.boxes[0]
    consents.give(visitor.pk, box.purpose, version=box.version, language="en")

    ticked = telling.shown(rich, "en", visitor, requires_tick=True)

    assert not ticked.must_tick
    assert [one.title for one in ticked.boxes] == ["Tea club"]
    club = purposes.declared(rich.pk)[-1].purpose
    purposes.end(club, by=ana)
    after = telling.shown(rich, "en", visitor, requires_tick=True)
    assert after.boxes == []
    assert after.must_tick, "the notice says something else by now"
    assert "Tea club" not in after.notice.text


def test_the_company_is_named_as_soon_as_it_is_known(acme: Account, ana: Membership) -> None:
    fields: companies.CompanyFields = {
        "company_name": "Tea & Co",
        "vat_id": "",
        "has_no_vat_id": True,
        "address_line1": "Main street 1",
        "address_line2": "",
        "postcode": "60200",
        "city": "Brno",
        "country": "CZ",
        "registration_no": "",
        "contact_name": "",
        "contact_email": "",
        "dpo_name": "",
        "dpo_email": "",
        "representative": "",
    }
    assert telling.shown(acme, "en", None, requires_tick=False).notice.text.startswith(acme.name)

    companies.name(acme, fields, by=ana)

    told = telling.shown(acme, "en", None, requires_tick=False)
    assert told.notice.text.startswith("Tea & Co processes")
