"""The cookie registry is the contract of the JavaScript API, and what the public is told."""

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from privacy import cookies
from tests.coverage import covers
from tests.widget.test_embedding import config, config_json

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


@pytest.mark.django_db
def test_the_loader_is_given_the_registry_and_nothing_else(acme: Account) -> None:
    told = config_json(config(acme, "https://shop.test"))["cookies"]

    assert told == [
        {"key": item.short_name, "name": item.name, "max_age": item.max_age}
        for item in cookies.COOKIES
    ]


@covers("S74", "R18", page="/widget/<key>/cookies.json")
@pytest.mark.django_db
def test_the_declaration_is_the_registry_for_every_site_in_its_language(acme: Account) -> None:
    url = f"/widget/{acme.public_key}/cookies.json"
    response = Client().get(url, headers={"Origin": "https://anywhere.test"})

    assert response["Access-Control-Allow-Origin"] == "*"
    told = response.json()
    assert told["language"] == "en"
    assert [(row["name"], row["storage"], row["max_age"]) for row in told["items"]] == [
        (item.name, item.storage.value, item.max_age) for item in cookies.REGISTRY
    ]
    assert all(row["purpose"] and row["set_when"] and row["category"] for row in told["items"])
    assert Client().get(url, {"lang": "de-AT"}).json()["language"] == "de"


def test_an_operators_own_prefix_goes_before_every_name(settings: Settings) -> None:
    settings.COOKIE_NAMESPACE = "acme."

    assert {item.name for item in cookies.COOKIES} == {
        name.replace("ssupp.", "acme.") for name in CONTRACT
    }


def test_the_prefix_of_the_contract_is_the_default() -> None:
    assert settings.COOKIE_NAMESPACE == "ssupp."
