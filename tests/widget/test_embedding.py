"""A19: the widget runs on the account's sites and nowhere else, at every address alike."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts import sites
from accounts.models import Account, Membership, PlanName, Site
from accounts.tenancy import tenant
from chat import groups, identity
from widget.models import WidgetSettings

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

Inside = Callable[[], AbstractContextManager[None]]

LISTED = ["https://shop.test", "http://shop.test"]
REFUSED = [
    None,
    "",
    "null",
    "file://",
    "*",
    "https://*",
    "https://*.test",
    "https://evil.test",
    "https://evil.test/https://shop.test",
    "https://shop.test.evil.test",
    "https://evilshop.test",
    "https://www.shop.test",
    "https://shop.test:8443",
    "https://shop.test:443",
    "https://shop.test/",
    "https://shop.test.",
    "https://SHOP.test",
    "HTTPS://shop.test",
    "https://user@shop.test",
    "ftp://shop.test",
    "wss://shop.test",
    "shop.test",
    "https://shop.test https://evil.test",
    "https://shop.test; script-src *",
    "https://shop.test\t",
    "javascript:alert(1)",
    "chrome-extension://abcdef",
]
NEVER = [
    one
    for one in REFUSED
    if one is None or not one.startswith("https://") or " " in one or "*" in one
]


def config(account: Account, origin: str | None, **headers: str) -> "Response":
    if origin is not None:
        headers["Origin"] = origin
    return Client().get(f"/widget/{account.public_key}/config.js", headers=headers)


def frame(account: Account, site: str | None, **headers: str) -> "Response":
    query = {} if site is None else {"site": site}
    return Client().get(f"/widget/{account.public_key}/frame", query, headers=headers)


def config_json(response: "Response") -> dict[str, Any]:
    text = response.content.decode()
    assert text.startswith("export default {")
    parsed: dict[str, Any] = json.loads(text.removeprefix("export default ").rstrip(";\n"))
    return parsed


def bootstrap(response: "Response") -> dict[str, Any]:
    _, _, rest = response.content.decode().partition(
        '<script id="bootstrap" type="application/json">'
    )
    parsed: dict[str, Any] = json.loads(rest.partition("</script>")[0])
    return parsed


def policy(response: "Response") -> dict[str, list[str]]:
    directives = response["Content-Security-Policy"].split("; ")
    return {name: values for name, *values in (one.split(" ") for one in directives)}


@pytest.mark.parametrize("origin", LISTED)
def test_a_listed_site_gets_the_configuration_and_its_own_origin_back(
    acme: Account, origin: str
) -> None:
    response = config(acme, origin)

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == origin
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Origin" in response["Vary"]
    assert response["Cache-Control"].startswith("private")
    assert response["Content-Type"].startswith("text/javascript")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert config_json(response)["key"] == acme.public_key


@pytest.mark.parametrize("origin", REFUSED)
def test_any_other_origin_gets_no_configuration_and_no_cors(
    acme: Account, origin: str | None
) -> None:
    response = config(acme, origin)

    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response
    assert "Origin" in response["Vary"]
    assert acme.name not in response.content.decode()


@pytest.mark.parametrize("site", LISTED)
def test_a_listed_site_may_frame_the_chat_and_it_alone(acme: Account, site: str) -> None:
    response = frame(acme, site)

    assert response.status_code == 200
    assert policy(response) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'", "ws://chat.test"],
        "frame-src": ["'none'"],
        "form-action": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": [site],
        "manifest-src": ["'self'"],
    }
    assert "X-Frame-Options" not in response
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("site", REFUSED)
def test_any_other_site_may_not_frame_it_and_learns_nothing(
    acme: Account, site: str | None
) -> None:
    response = frame(acme, site)

    assert response.status_code == 403
    assert policy(response)["frame-ancestors"] == ["'none'"]
    assert b"bootstrap" not in response.content
    assert acme.name not in response.content.decode()


@pytest.mark.parametrize("site", LISTED)
def test_an_account_without_sites_is_closed(acme: Account, inside: Inside, site: str) -> None:
    with inside():
        Site.objects.all().delete()

    assert config(acme, site).status_code == 403
    assert frame(acme, site).status_code == 403


def test_any_site_is_a_word_of_the_owner_and_still_names_one_site_at_a_time(acme: Account) -> None:
    with tenant(acme.pk):
        sites.allow_any(acme, allowed=True)

    assert config(acme, "https://evil.test")["Access-Control-Allow-Origin"] == "https://evil.test"
    assert policy(frame(acme, "https://evil.test"))["frame-ancestors"] == ["https://evil.test"]


@pytest.mark.parametrize("origin", NEVER)
def test_even_any_site_means_a_real_one(acme: Account, origin: str | None) -> None:
    with tenant(acme.pk):
        sites.allow_any(acme, allowed=True)

    assert config(acme, origin).status_code == 403
    assert frame(acme, origin).status_code == 403


def test_a_site_of_another_account_is_no_site_of_ours(acme: Account, other: Account) -> None:
    assert config(acme, "https://other.test").status_code == 403
    assert config(other, "https://other.test").status_code == 200


@pytest.mark.parametrize("page", ["config.js", "frame?site=https://shop.test", "cookies.json"])
def test_a_blocked_account_looks_like_none_at_all(acme: Account, page: str) -> None:
    acme.is_blocked = True
    acme.save(update_fields=["is_blocked"])
    blocked = Client().get(f"/widget/{acme.public_key}/{page}", headers={"Origin": LISTED[0]})
    unknown = Client().get(f"/widget/{'0' * 40}/{page}", headers={"Origin": LISTED[0]})

    assert blocked.status_code == unknown.status_code == 404
    assert "Access-Control-Allow-Origin" not in blocked
    assert policy(blocked)["frame-ancestors"] == ["'none'"]


def test_the_ticket_in_the_document_is_good_for_this_account_and_site(
    acme: Account, other: Account, inside: Inside
) -> None:
    ticket = str(bootstrap(frame(acme, "https://shop.test"))["ticket"])

    with inside():
        assert identity.read_ticket(acme, ticket) == "https://shop.test"
    with tenant(other.pk):
        assert identity.read_ticket(other, ticket) is None


def test_the_document_says_where_everything_is(acme: Account) -> None:
    document = bootstrap(frame(acme, "https://shop.test"))

    assert document["socket"] == f"ws://chat.test/ws/visitor/{acme.public_key}/"
    for name in ("poll", "files", "messages", "ticket_url"):
        assert str(document[name]).startswith(f"/widget/{acme.public_key}/")


def test_the_name_of_an_account_cannot_leave_its_place_in_the_document(acme: Account) -> None:
    acme.name = "</script><script>alert(1)</script>"
    acme.save(update_fields=["name"])

    framed = frame(acme, "https://shop.test")

    assert b"<script>alert" not in framed.content
    assert bootstrap(framed)["name"] == acme.name
    assert config_json(config(acme, "https://shop.test"))["name"] == acme.name


def test_neither_answer_sets_a_cookie_or_looks_into_a_session(
    acme: Account, ana: Membership
) -> None:
    browser = Client()
    browser.force_login(ana.user)
    key = acme.public_key

    for response in (
        browser.get(f"/widget/{key}/config.js", headers={"Origin": "https://shop.test"}),
        browser.get(f"/widget/{key}/frame", {"site": "https://shop.test"}),
        browser.get(f"/widget/{key}/frame", {"site": "https://evil.test"}),
        browser.get(f"/widget/{key}/cookies.json"),
    ):
        assert not response.cookies
        # Whoever reads a session varies by cookie.
        assert "Cookie" not in response.get("Vary", "")


def test_the_snippet_is_seen_at_the_first_request_of_a_listed_site(acme: Account) -> None:
    config(acme, "https://evil.test")
    assert _seen_at(acme) is None

    config(acme, "https://shop.test")
    first = _seen_at(acme)
    assert first is not None

    config(acme, "https://shop.test")
    assert _seen_at(acme) == first


def _seen_at(account: Account) -> datetime | None:
    return Account.objects.get(pk=account.pk).snippet_seen_at


def test_groups_are_offered_where_the_plan_has_them(acme: Account, inside: Inside) -> None:
    with inside():
        groups.add(acme.pk, name="Sales", key="sales")
    assert config_json(config(acme, LISTED[0]))["groups"] == [{"key": "sales", "name": "Sales"}]

    acme.plan = PlanName.FREE
    acme.save(update_fields=["plan"])
    assert config_json(config(acme, LISTED[0]))["groups"] == []


@pytest.mark.parametrize(
    ("chosen", "query", "browser", "spoken"),
    [
        ("", "", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "", "fr,cs;q=0.5,en;q=0.9", "en"),
        ("", "", "fr", "cs"),
        ("", "", "", "cs"),
        ("de", "", "en", "de"),
        ("de", "en", "cs", "en"),
        ("de", "xx", "cs", "de"),
    ],
)
def test_the_language_is_the_pages_then_the_accounts_choice_then_the_browsers(
    acme: Account, inside: Inside, chosen: str, query: str, browser: str, spoken: str
) -> None:
    acme.language = "cs"
    acme.save(update_fields=["language"])
    with inside():
        WidgetSettings.objects.create(account=acme, language=chosen)
    asked = {"site": LISTED[0], "lang": query}
    headers = {"Origin": LISTED[0], "Accept-Language": browser}

    loaded = Client().get(f"/widget/{acme.public_key}/config.js", asked, headers=headers)
    framed = Client().get(f"/widget/{acme.public_key}/frame", asked, headers=headers)

    assert config_json(loaded)["language"] == spoken
    assert bootstrap(framed)["language"] == spoken
    assert f'<html lang="{spoken}"' in framed.content.decode()


def test_what_is_fetched_later_has_its_words_at_an_address_of_its_own(acme: Account) -> None:
    document = bootstrap(frame(acme, "https://shop.test"))
    address = document["drawer"]["words"].replace("lang=en", "lang=de")

    words = Client().get(address).json()

    assert "myData" not in document["texts"]
    assert words["overview"]["title"] == "Meine Daten"
    assert Client().get(f"/widget/{acme.public_key}/words/online").status_code == 404
