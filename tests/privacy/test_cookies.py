"""The cookie registry is the contract of the JavaScript API, and what the public is told."""

import html
import re
from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership, PlanName
from accounts.tenancy import tenant
from chat import groups
from chat.models import Group
from privacy import cookies, registers
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_agreements import FILE
from tests.widget.test_embedding import config, config_json

PAGE = "/app/acme/settings/privacy/texts/cookies/"
DAYS_182 = 182 * 24 * 60 * 60
SESSION = None

CONTRACT = {
    "ssupp.vid": DAYS_182,
    "ssupp.chatid": SESSION,
    "ssupp.group": SESSION,
    "ssupp.opened": SESSION,
    "ssupp.barclicked": SESSION,
    "ssupp.message": SESSION,
    "ssupp.unreaded": SESSION,
    "ssupp.position": SESSION,
}
"""The table of section 11 of the JavaScript API: names and lifetimes in seconds."""


def test_the_registry_holds_exactly_the_cookies_of_the_contract() -> None:
    assert {item.name: item.max_age for item in cookies.COOKIES} == CONTRACT
    assert len(cookies.COOKIES) == len(CONTRACT)


def test_besides_cookies_only_the_draft_is_kept_and_only_for_the_session() -> None:
    others = [item for item in cookies.REGISTRY if item.storage is not cookies.Storage.COOKIE]

    assert [(item.storage.value, item.name, item.max_age) for item in others] == [
        ("sessionStorage", "ssupp.message", None)
    ]


def test_nothing_is_kept_before_the_visitor_acts() -> None:
    """Every item says what the visitor, or somebody who answers them, has done before."""
    for item in cookies.REGISTRY:
        assert str(item.set_when).strip(), item.name
        assert "load" not in str(item.set_when).lower(), item.name


@covers("S75")
def test_what_holds_a_number_or_words_of_a_person_counts_as_personal() -> None:
    personal = {(item.storage.value, item.name) for item in cookies.REGISTRY if item.is_personal}

    assert personal == {
        ("cookie", "ssupp.vid"),
        ("cookie", "ssupp.chatid"),
        ("sessionStorage", "ssupp.message"),
    }


@pytest.fixture
def grouped(acme: Account) -> Account:
    """Acme, whose visitors can be sent to a team."""
    with tenant(acme.pk):
        groups.add(acme.pk, name="Orders")
    return acme


def test_the_loader_is_given_the_registry_and_nothing_else(grouped: Account) -> None:
    told = config_json(config(grouped, "https://shop.test"))["cookies"]

    assert told == [
        {"key": item.short_name, "name": item.name, "max_age": item.max_age}
        for item in cookies.COOKIES
    ]


@covers("S74", "R18", page="/widget/<key>/cookies.json")
def test_the_declaration_is_readable_from_any_site_and_says_what_consent_managers_ask(
    grouped: Account,
) -> None:
    registers.load(FILE)
    response = Client().get(
        f"/widget/{grouped.public_key}/cookies.json", headers={"Origin": "https://anywhere.test"}
    )

    assert response["Access-Control-Allow-Origin"] == "*"
    told = response.json()
    assert (told["account"], told["storage_mode"], told["version"]) == ("Acme", "on_interaction", 1)
    assert datetime.fromisoformat(told["updated_at"]) <= timezone.now()
    assert len(told["digest"]) == 64
    assert [(row["name"], row["storage"], row["lifetime_seconds"]) for row in told["items"]] == [
        (item.name, item.storage.value, item.max_age or "session") for item in cookies.REGISTRY
    ]
    for row in told["items"]:
        assert (row["party"], row["domain"]) == ("first", "acme.test, shop.test")
        assert set(row["purpose"]) == set(row["set_when"]) == {"en", "de", "cs"}
        assert re.match(row["pattern"], f"my_{row['name']}")
        assert row["consent_required"] is False
        assert row["provider"] == "Harbour Light Software Ltd."


@covers("S74", "R18")
def test_what_the_settings_cannot_set_is_neither_declared_nor_given_to_the_loader(
    grouped: Account,
) -> None:
    url = f"/widget/{grouped.public_key}/cookies.json"
    before = Client().get(url).json()
    again = Client().get(url).json()
    with tenant(grouped.pk):
        Group.objects.all().delete()
    after = Client().get(url).json()
    loader = config_json(config(grouped, "https://shop.test"))["cookies"]

    assert before == again
    assert after["version"] == 2
    assert after["digest"] != before["digest"]
    gone = {row["name"] for row in before["items"]} - {row["name"] for row in after["items"]}
    assert gone == {"ssupp.group"}
    assert "group" not in {row["key"] for row in loader}


def test_what_the_declaration_says_and_what_the_loader_may_set_are_the_same_for_each_plan(
    grouped: Account,
) -> None:
    """A plan without groups has none, whatever was made under another one."""
    for plan in PlanName:
        grouped.plan = plan
        grouped.save()
        declared = Client().get(f"/widget/{grouped.public_key}/cookies.json").json()["items"]
        loader = config_json(config(grouped, "https://shop.test"))["cookies"]
        assert {one["name"] for one in declared} == {one["name"] for one in loader}, plan


@covers("S74", page="/app/<slug>/settings/privacy/texts/cookies/")
def test_the_page_gives_the_owner_text_for_their_own_page_in_each_language(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    owner = login(ana)

    for language, said in (("en", "182 days"), ("de", "182 Tage"), ("cs", "182 dní")):
        page = owner.get(PAGE, {"language": language}).content.decode()
        code = html.unescape(page.partition('id="code-html"')[2].partition("</code>")[0])
        assert f"<td>{said}</td>" in code
        assert "ssupp.vid" in code
        assert "ssupp.group" not in code
        assert "class=" not in code.partition(">")[2]
        assert f"{said}" in page.partition('id="code-text"')[2]
    assert f"/widget/{acme.public_key}/cookies.json" in page


def test_an_operators_own_prefix_goes_before_every_name(settings: Settings) -> None:
    settings.COOKIE_NAMESPACE = "acme."

    assert {item.name for item in cookies.COOKIES} == {
        name.replace("ssupp.", "acme.") for name in CONTRACT
    }


def test_the_prefix_of_the_contract_is_the_default() -> None:
    assert settings.COOKIE_NAMESPACE == "ssupp."
