"""The set-up page, and the two public pages around it."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.snippet import snippet
from tests.conftest import LogIn

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_shows_the_snippet_and_the_sites(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    page = login(ana).get("/app/acme/start/").content.decode()

    assert acme.public_key in page
    assert "https://shop.test" in page
    assert "Waiting for the first visit" in page


def test_the_status_asks_again_until_the_snippet_is_seen(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    client = login(ana)
    waiting = client.get("/app/acme/start/seen/").content
    Account.objects.filter(pk=acme.pk).update(snippet_seen_at=timezone.now())
    seen = client.get("/app/acme/start/seen/").content

    assert b'hx-trigger="every 3s"' in waiting
    assert b"The chat is live on your site" in seen
    assert b"hx-trigger" not in seen


def test_the_snippet_names_the_key_and_only_our_own_address(acme: Account) -> None:
    """A42: built from the installation's address, whatever the request says."""
    text = snippet(acme)

    assert f'_smartsupp.key = "{acme.public_key}"' in text
    assert 'src="http://chat.test/widget/loader.js"' in text
    assert "async" in text


def test_an_agent_does_not_set_up_the_site(ben: Membership, login: LogIn) -> None:
    assert login(ben).get("/app/acme/start/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "start/",
        "start/seen/",
        "settings/",
        "settings/sites/",
        "settings/team/",
        "settings/profile/",
        "settings/plan/",
    ],
)
def test_a_stranger_finds_nothing_where_an_owner_sees_a_page(
    ana: Membership, gus: Membership, login: LogIn, guest: Client, path: str
) -> None:
    """A1: 404, as for an account that does not exist; the way to log in for a guest."""
    address = f"/app/acme/{path}"

    assert login(ana).get(address).status_code in {200, 302}
    assert login(gus).get(address).status_code == 404
    assert login(gus).get(f"/app/no-such-account/{path}").status_code == 404
    assert guest.get(address).headers["Location"].startswith("/login/")


@pytest.mark.parametrize("path", ["settings/sites/", "settings/team/", "settings/plan/", "start/"])
def test_settings_are_closed_to_agents(ben: Membership, login: LogIn, path: str) -> None:
    assert login(ben).get(f"/app/acme/{path}").status_code == 403


@pytest.mark.parametrize("path", ["/", "/pricing/"])
def test_public_pages_name_the_plans_and_set_no_cookie(guest: Client, path: str) -> None:
    response = guest.get(path)

    assert response.status_code == 200
    assert b"Standard" in response.content
    assert not response.cookies


@pytest.mark.parametrize(
    ("accept", "kind"), [("text/html", "text/html"), ("application/json", "application/json")]
)
def test_what_is_not_there_is_said_as_it_was_asked(accept: str, kind: str) -> None:
    response = Client().get("/no/such/page", HTTP_ACCEPT=accept)

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith(kind)
