"""The page on which an admin decides what visitors are asked (S23, S28, S69)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from accounts.models import Account, Membership
from chat import asking
from chat.asking import Spec
from chat.models import FieldKind, FieldMode, FormField, FormPoint
from privacy import uses
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db

FORMS = "/app/acme/settings/forms/"
NEW = f"{FORMS}offline/fields/"
Inside = Callable[[], AbstractContextManager[None]]

CHOSEN = {
    "asks_before_chat": "on",
    "prechat_name": "off",
    "prechat_email": "required",
    "prechat_phone": "optional",
    "offline_name": "required",
    "offline_phone": "off",
    "mails_offline_messages": "on",
    "offline_recipients": "desk@shop.test\nOwner@Shop.test, desk@shop.test",
}


def _labels(inside: Inside) -> list[str]:
    with inside():
        return [one.label for one in asking.fields(FormPoint.OFFLINE)]


def _field(**given: str) -> dict[str, str]:
    return {"label": "Order number", "kind": "text", **given}


@covers("S23", page="/app/<slug>/settings/forms/")
def test_what_is_asked_is_chosen_for_each_field(
    login: LogIn, adi: Membership, acme: Account, inside: Inside
) -> None:
    response = login(adi).post(FORMS, CHOSEN)

    assert response.status_code == 302
    with inside():
        kept = asking.of(acme.pk)
        assert kept.asks_before_chat
        assert (kept.prechat_email, kept.offline_name) == (FieldMode.REQUIRED, FieldMode.REQUIRED)
        assert kept.offline_recipients == ["desk@shop.test", "owner@shop.test"]


def test_an_address_that_is_none_is_told_and_nothing_typed_is_lost(
    login: LogIn, ana: Membership, acme: Account, inside: Inside
) -> None:
    response = login(ana).post(FORMS, {**CHOSEN, "offline_recipients": "desk@shop.test\nnobody"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "“nobody” is not an e-mail address." in page
    assert "desk@shop.test\nnobody" in page
    with inside():
        assert not asking.of(acme.pk).asks_before_chat


@covers("S69", page="/app/<slug>/settings/forms/")
def test_fields_are_added_changed_moved_and_removed_without_a_script(
    login: LogIn, ana: Membership, inside: Inside
) -> None:
    browser = login(ana)
    browser.post(NEW, _field())
    browser.post(NEW, _field(label="Date of birth", kind="date", is_required="on"))
    with inside():
        order, born = asking.fields(FormPoint.OFFLINE)

    browser.post(f"{FORMS}fields/{born.pk}/move/", {"to": "up"})
    assert _labels(inside) == ["Date of birth", "Order number"]

    browser.post(f"{FORMS}fields/{order.pk}/", _field(label="Number of your order"))
    browser.post(f"{FORMS}fields/{born.pk}/remove/")

    assert _labels(inside) == ["Number of your order"]
    assert "Number of your order" in browser.get(FORMS).content.decode()


def test_fields_with_the_same_words_have_keys_of_their_own(
    login: LogIn, ana: Membership, inside: Inside
) -> None:
    browser = login(ana)
    for label in ("Order number", "Order number", "E-mail", "注文"):
        browser.post(NEW, _field(label=label))

    with inside():
        keys = [one.key for one in asking.fields(FormPoint.OFFLINE)]
    assert keys == ["order_number", "order_number_2", "e_mail", "field"]


@covers("S28", page="/app/<slug>/settings/forms/")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"label": "Your Religion"}, "“Religion” asks for data that Article 9 GDPR protects."),
        ({"placeholder": "Casier judiciaire"}, "Article 10 GDPR"),
        ({"label_de": "Kreditkartennummer"}, "payment data, which your agreement with us"),
        ({"kind": "select", "options": "An order\nZdraví"}, "“Zdraví” asks for data"),
    ],
)
def test_a_field_for_protected_data_is_refused_with_the_word_the_article_and_a_way_out(
    login: LogIn, ana: Membership, inside: Inside, given: dict[str, Any], said: str
) -> None:
    response = login(ana).post(NEW, _field(**given))

    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "leave this out here" in page or "Leave it out here" in page
    assert _labels(inside) == []


def test_a_choice_needs_something_to_choose_from(
    login: LogIn, ana: Membership, inside: Inside
) -> None:
    response = login(ana).post(NEW, _field(kind="select", options="Only one"))

    assert response.status_code == 422
    assert "Write at least two answers." in response.content.decode()


def test_a_form_that_there_is_not_has_no_fields(login: LogIn, ana: Membership) -> None:
    assert login(ana).get(f"{FORMS}checkout/fields/").status_code == 404
    assert not FormField.objects.exists()


@covers("S69", "S22")
def test_what_is_asked_is_told_to_the_documents(acme: Account, inside: Inside) -> None:
    spec = Spec(FieldKind.DATE, "Date of birth", {}, "", [], is_required=True)
    with inside():
        before = [(one.form, one.key) for one in uses.asked()]
        asking.change(acme.pk, asks_before_chat=True, prechat_name=FieldMode.OFF)
        asking.add_field(acme.pk, FormPoint.PRECHAT, "born", spec)
        after = [(one.form, one.key, one.is_required) for one in uses.asked()]

    while_away, before_chat = FormPoint.OFFLINE.label, FormPoint.PRECHAT.label
    assert before == [(while_away, "name"), (while_away, "email")]
    assert after == [
        (before_chat, "email", False),
        (before_chat, "born", True),
        (while_away, "name", False),
        (while_away, "email", True),
    ]
