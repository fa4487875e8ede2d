"""What visitors are asked for, and what is done with their answers (S23, S28, S69)."""

from collections.abc import Sequence
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Membership
from chat import article9, asking, wire
from chat.asking import ForbiddenFieldError, Spec
from chat.models import FieldKind, FieldMode, FormField, FormPoint
from chat.refusals import RefusedError
from tests.coverage import covers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_acme")]

PRECHAT, OFFLINE = FormPoint.PRECHAT, FormPoint.OFFLINE


def _spec(label: str = "Order number", kind: FieldKind = FieldKind.TEXT, **given: Any) -> Spec:
    plain: dict[str, Any] = {"labels": {}, "placeholder": "", "options": [], "is_required": False}
    return Spec(kind=kind, label=label, **{**plain, **given})


def _asked(rows: Sequence[wire.QuestionRow]) -> dict[str, bool]:
    return {row.key: row.is_required for row in rows}


def _filed(acme: Account, point: str = "offline", **values: Any) -> asking.Filed:
    form = wire.FiledForm.model_validate({"point": point, "values": values})
    return asking.file(asking.questions(acme.pk), form)


def _refused(acme: Account, **values: Any) -> str | None:
    with pytest.raises(RefusedError) as refused:
        _filed(acme, **values)
    assert refused.value.code == wire.Refusal.INVALID
    return refused.value.field


@covers("S23", page="/app/<slug>/settings/forms/")
def test_a_new_account_asks_nothing_before_the_chat_and_an_address_while_nobody_is_there(
    acme: Account,
) -> None:
    asked = asking.questions(acme.pk)

    assert asked.prechat == []
    assert _asked(asked.offline) == {"name": False, "email": True}
    assert not asking.of(acme.pk).requires_acknowledgement


@covers("S23", page="/app/<slug>/settings/forms/")
def test_a_form_before_the_chat_begins_with_optional_name_and_address(acme: Account) -> None:
    asking.change(acme.pk, asks_before_chat=True)

    assert _asked(asking.questions(acme.pk).prechat) == {"name": False, "email": False}


def test_what_is_known_is_not_asked_again(acme: Account) -> None:
    asking.change(acme.pk, asks_before_chat=True)

    assert _asked(asking.questions(acme.pk, known={"email"}).prechat) == {"name": False}


@covers("S69", page="/app/<slug>/settings/forms/")
def test_own_fields_are_asked_in_order_and_in_the_visitor_s_language(acme: Account) -> None:
    asking.add_field(acme.pk, OFFLINE, "born", _spec("Date of birth", FieldKind.DATE))
    order = asking.add_field(
        acme.pk, OFFLINE, "order", _spec(labels={"de": "Bestellnummer"}, is_required=True)
    )
    assert order
    asking.move_field(order, up=True)

    asked = asking.questions(acme.pk, "de-AT").offline[2:]

    assert [(one.key, one.label, one.is_required) for one in asked] == [
        ("order", "Bestellnummer", True),
        ("born", "Date of birth", False),
    ]


def test_a_form_has_at_most_twenty_fields_and_each_key_once(acme: Account) -> None:
    for number in range(asking.MAX_FIELDS - 1):
        assert asking.add_field(acme.pk, OFFLINE, f"field_{number}", _spec())
    assert asking.add_field(acme.pk, OFFLINE, "field_0", _spec()) is None
    assert asking.add_field(acme.pk, OFFLINE, "last", _spec())

    assert asking.add_field(acme.pk, OFFLINE, "more", _spec()) is None


@pytest.mark.parametrize("key", ["email", "Order", "1st", "", "a" * 41])
def test_a_key_that_is_none_is_not_taken(acme: Account, key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}$"):
        asking.add_field(acme.pk, OFFLINE, key, _spec())


@covers("S23")
def test_an_offline_form_without_an_address_is_refused_by_name(acme: Account) -> None:
    assert _refused(acme, name="Jana") == "email"
    assert _refused(acme, email="nowhere") == "email"


@covers("S69")
@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (FieldKind.TEXT, "B-1042", "x" * 256),
        (FieldKind.TEXTAREA, "one\ntwo", "x" * 2_001),
        (FieldKind.SELECT, "An order", "Anything"),
        (FieldKind.CHECKBOX, True, "yes"),
        (FieldKind.DATE, "1990-02-28", "1990-02-30"),
    ],
)
def test_an_answer_is_held_to_the_kind_of_its_field(
    acme: Account, kind: FieldKind, good: Any, bad: Any
) -> None:
    asking.add_field(
        acme.pk, OFFLINE, "about", _spec("About", kind, options=["An order"], is_required=True)
    )
    address = {"email": "jana@example.org"}

    assert _filed(acme, **address, about=good).answers == [
        {"form": "offline", "key": "about", "label": "About", "value": good}
    ]
    assert _refused(acme, **address, about=bad) == "about"
    assert _refused(acme, **address) == "about"


@covers("S25")
def test_numbers_of_cards_are_hidden_in_answers(acme: Account) -> None:
    asking.add_field(acme.pk, OFFLINE, "note", _spec("Note"))

    filed = _filed(
        acme, email="jana@example.org", name="4111 1111 1111 1111", note="4111 1111 1111 1111"
    )

    assert filed.said["name"] == "•••• •••• •••• 1111"
    assert filed.answers[0]["value"] == "•••• •••• •••• 1111"


def test_what_is_not_asked_is_left_aside(acme: Account) -> None:
    filed = _filed(acme, email="jana@example.org", phone="+420 123", salary="a lot")

    assert filed.said == {"email": "jana@example.org"}
    assert filed.answers == []


def test_a_page_shows_and_hides_fields_but_takes_nothing_required_away(acme: Account) -> None:
    asking.change(acme.pk, prechat_email=FieldMode.REQUIRED)
    page = wire.PageForms(prechat=True, name=False, email=False, phone=True, offline_name=False)

    asked = asking.questions(acme.pk, page=page)

    assert _asked(asked.prechat) == {"email": True, "phone": False}
    assert _asked(asked.offline) == {"email": True}


@covers("S28")
def test_a_page_s_field_for_protected_data_is_dropped_with_the_word(acme: Account) -> None:
    fields = [
        wire.PageField(key="Size", kind="select", label="Size", options=["S", "M"]),
        wire.PageField(key="Belief", kind="text", label="Vaše náboženství"),
        wire.PageField(key="email", kind="text", label="Another address"),
    ]

    asked = asking.questions(acme.pk, page=wire.PageForms(prechat=True, fields=fields))

    assert [one.key for one in asked.prechat] == ["name", "email", "Size"]
    assert [(one.key, one.word, one.article) for one in asked.dropped] == [
        ("Belief", "náboženství", "Article 9 GDPR"),
        ("email", "", ""),
    ]


@covers("S28", page="/app/<slug>/settings/forms/")
@pytest.mark.parametrize(
    ("place", "given"),
    [
        ("label", {"label": "Your religion"}),
        ("label_de", {"labels": {"de": "Ihre Religionszugehörigkeit"}}),
        ("placeholder", {"placeholder": "Trade union"}),
        ("options", {"options": ["An order", "Číslo karty"]}),
    ],
)
def test_a_field_that_asks_for_protected_data_is_not_saved(
    acme: Account, place: str, given: dict[str, Any]
) -> None:
    with pytest.raises(ForbiddenFieldError) as refused:
        asking.add_field(acme.pk, OFFLINE, "about", _spec(**given))

    assert refused.value.place == place
    assert not FormField.objects.exists()


def test_the_trail_tells_of_settings_and_keys_and_of_no_words(
    acme: Account, ana: Membership
) -> None:
    asking.change(acme.pk, by=ana, offline_recipients=["desk@shop.test"], prechat_phone="optional")
    field = asking.add_field(acme.pk, OFFLINE, "order", _spec("Order number"), by=ana)
    assert field
    asking.remove_field(field, by=ana)

    entries = [str(details) for details in AuditEntry.objects.values_list("details", flat=True)]

    assert len(entries) == 4
    assert "forms_prechat_phone" in " ".join(entries)
    assert "offline: order" in " ".join(entries)
    assert not any("desk@shop.test" in one or "Order number" in one for one in entries)


@covers("S28", "S29")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Race", "Religion", "HEALTH", "Criminal convictions", "Card number"]),
        ("cs", ["rasa", "NÁBOŽENSTVÍ", "zdravi", "výpis z rejstříku trestů", "Číslo karty"]),
        ("sk", ["rasa", "náboženstvo", "Zdravie", "register trestov", "cislo karty"]),
        ("de", ["Rasse", "Religion", "Gesundheit", "Vorstrafen", "Kreditkartennummer"]),
        ("fr", ["Race", "Réligion", "SANTE", "Casier judiciaire", "Numéro de carte"]),
        ("es", ["Raza", "Religion", "Salud", "Antecedentes penales", "Numero de tarjeta"]),
        ("it", ["Razza", "Religione", "Salute", "Precedenti penali", "Numero di carta"]),
        ("pl", ["Rasa", "Religia", "Zdrowie", "Karalnosc", "Numer karty"]),
        ("nl", ["Ras", "Godsdienst", "Gezondheid", "Strafblad", "Kaartnummer"]),
        ("hu", ["Faji származás", "Vallas", "EGÉSZSÉG", "Büntetett előélet", "Kártyaszám"]),
        ("pt", ["Raça", "Religiao", "Saúde", "Antecedentes criminais", "Número do cartão"]),
        ("ro", ["Rasă", "Religie", "Sanatate", "Cazier judiciar", "Număr card"]),
    ],
)
def test_words_for_protected_data_are_found_in_every_language(
    language: str, words: list[str]
) -> None:
    kinds = ["origin", "religion", "health", "crime", "payment"]

    found = [article9.find(f"1. {word}?") for word in words]

    assert [one.key if one else None for one in found] == kinds
    assert [one.article for one in found if one] == [
        *["Article 9 GDPR"] * 3,
        "Article 10 GDPR",
        "",
    ]
    assert set(article9.words(language)) == {
        "origin", "politics", "religion", "union", "genetic", "health", "sex", "crime", "payment"
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Size",
        "Race bib number",
        "Date of birth",
        "Healthy recipes",
        "Credit card or PayPal",
        "Gift card number",
        "Politique de retour",
        "Enceinte Bluetooth",
        "Col ras du cou",
        "Odbory a kontakty",
        "Número de pedido",
        "Zahlungsart",
        "Rozmiar",
        "Rendelésszám",
        "Union Street 5",
    ],
)
def test_innocent_questions_are_let_through(text: str) -> None:
    assert article9.find(text) is None
