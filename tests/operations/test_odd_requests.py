"""Single values that once made a fault of the server, each with what is answered now (A28)."""

from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.models import Account, Membership
from chat import presence
from tests.conftest import LogIn

pytestmark = pytest.mark.django_db


def test_a_cookie_that_spells_nul_is_no_session(client: Client) -> None:
    response = client.get("/app/", headers={"cookie": 'chatapp_session="\\000aaaaaaaaaaaa"'})

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/login/")


def test_a_session_made_by_a_log_in_is_still_one(ana: Membership, login: LogIn) -> None:
    assert login(ana).get("/app/acme/inbox/").status_code == 200


@pytest.mark.parametrize("key", ["a%00b", "x", "0" * 39, "A" * 40])
@pytest.mark.parametrize("page", ["config.js", "frame?site=https://shop.test", "cookies.json"])
def test_a_key_that_is_none_finds_no_account(client: Client, key: str, page: str) -> None:
    assert client.get(f"/widget/{key}/{page}").status_code == 404


def test_switches_nested_beyond_reading_are_invalid(ana: Membership, login: LogIn) -> None:
    deep = "[" * 100_000

    response = login(ana).post("/app/acme/preferences/", deep, content_type="application/json")

    assert response.status_code == 400


def test_hours_of_a_place_that_does_not_exist_are_not_removed(
    ana: Membership, login: LogIn
) -> None:
    response = login(ana).post("/app/acme/settings/hours/", {"remove": f"0-{'9' * 5_000}"})

    assert response.status_code == 200


@pytest.fixture
def redis_is_away() -> Iterator[None]:
    """Presence looks for Redis where there is none, and afterwards where it is."""
    pool = presence._client.connection_pool
    port = pool.connection_kwargs["port"]
    pool.connection_kwargs["port"] = 1
    pool.reset()
    yield
    pool.connection_kwargs["port"] = port
    # A connection keeps the port that it was made for.
    pool.reset()


@pytest.mark.usefixtures("redis_is_away")
def test_the_loader_is_configured_while_redis_is_away(acme: Account, client: Client) -> None:
    response = client.get(
        f"/widget/{acme.public_key}/config.js", headers={"origin": "https://shop.test"}
    )

    assert response.status_code == 200
    assert '"status": "offline"' in response.content.decode()


def test_an_address_longer_than_addresses_are_is_not_invited(ana: Membership, login: LogIn) -> None:
    long = f"{'a' * 290}@example.org"

    response = login(ana).post("/app/acme/settings/team/", {"email": long, "role": "agent"})

    assert response.status_code == 422
