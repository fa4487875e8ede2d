"""Tokens and tickets: what is let in, and what is not."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import time_machine
from pytest_django import Settings

from accounts import sites
from accounts.models import Account, Site
from chat import identity

pytestmark = pytest.mark.django_db

DAY = 24 * 3600


@pytest.fixture
def token(acme: Account) -> str:
    return identity.token(acme, identity.new_visitor_id())


def test_a_token_names_its_visitor(acme: Account, token: str) -> None:
    assert identity.verify(acme, token) == token.partition(".")[0]


def test_ids_are_random_and_of_one_form() -> None:
    ids = {identity.new_visitor_id() for _ in range(1_000)}

    assert len(ids) == 1_000
    assert {len(one) for one in ids} == {24}


def _with_seal(change: Callable[[bytes], bytes]) -> Callable[[str], str]:
    def forge(token: str) -> str:
        visitor_id, _, seal = token.partition(".")
        changed = change(base64.urlsafe_b64decode(seal + "="))
        return f"{visitor_id}.{base64.urlsafe_b64encode(changed).decode().rstrip('=')}"

    return forge


def _bare_hash(token: str) -> str:
    """A MAC without the secret, under a key id of the forger's choice."""
    visitor_id = token.partition(".")[0]
    now = int(time.time()).to_bytes(5, "big")
    mac = hmac.digest(b"", visitor_id.encode(), hashlib.sha256)
    seal = base64.urlsafe_b64encode(b"none" + now + mac).decode().rstrip("=")
    return f"{visitor_id}.{seal}"


FORGERIES: dict[str, Callable[[str], str | None]] = {
    "missing": lambda token: None,
    "empty": lambda token: "",
    "only a dot": lambda token: ".",
    "no seal": lambda token: token.partition(".")[0],
    "an empty seal": lambda token: token.partition(".")[0] + ".",
    "no id": lambda token: "." + token.partition(".")[2],
    "random": lambda token: "viAAAAAAAAAAAAAAAAAAAAAA." + "A" * 55,
    "another id": lambda token: "vi" + "A" * 22 + "." + token.partition(".")[2],
    "one letter of the id": lambda token: "vj" + token[2:],
    "cut": lambda token: token[:-1],
    "longer": lambda token: token + "A",
    "padded": lambda token: token + "=",
    "another spelling of the last bits": lambda token: token[:-1] + chr(ord(token[-1]) + 1),
    "white space": lambda token: token + "\n",
    "two seals": lambda token: token + "." + token.partition(".")[2],
    "no ASCII": lambda token: token[:-1] + "é",
    "half a character": lambda token: token[:-1] + "\ud800",
    "NUL": lambda token: token + "\0",
    "a MAC bit": _with_seal(lambda seal: seal[:-1] + bytes([seal[-1] ^ 1])),
    "a later time": _with_seal(lambda seal: seal[:8] + bytes([seal[8] ^ 1]) + seal[9:]),
    "an unknown key": _with_seal(lambda seal: bytes(4) + seal[4:]),
    "no MAC": _with_seal(lambda seal: seal[:9]),
    "a MAC without secret": _bare_hash,
    "alg none": lambda token: (
        "eyJhbGciOiJub25lIn0." + base64.urlsafe_b64encode(b'{"sub":"vi"}').decode() + "."
    ),
    "a megabyte": lambda token: token + "A" * 1_000_000,
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_anything_but_the_token_is_nobody(
    forge: Callable[[str], str | None], acme: Account, token: str
) -> None:
    """A9"""
    forged = forge(token)

    assert forged != token
    assert identity.verify(acme, forged) is None


def test_a_token_of_another_account_is_nobody(other: Account, token: str) -> None:
    """A9"""
    assert identity.verify(other, token) is None


def test_a_ticket_is_no_token(acme: Account) -> None:
    """A9: what was signed for one purpose is not good for another."""
    visitor_id = identity.new_visitor_id()
    seal = identity.ticket(acme, visitor_id).partition(".")[0]

    assert identity.verify(acme, f"{visitor_id}.{seal}") is None


def test_a_token_lasts_182_days(acme: Account) -> None:
    visitor_id = identity.new_visitor_id()
    with time_machine.travel("2026-01-01", tick=False) as clock:
        token = identity.token(acme, visitor_id)

        clock.shift(182 * DAY - 1)
        assert identity.verify(acme, token) == visitor_id
        clock.shift(1)
        assert identity.verify(acme, token) is None


def test_a_token_from_the_future_is_nobody(acme: Account) -> None:
    with time_machine.travel("2026-01-02", tick=False):
        token = identity.token(acme, identity.new_visitor_id())
    with time_machine.travel("2026-01-01", tick=False):
        assert identity.verify(acme, token) is None


def test_a_token_outlives_the_rotation_of_the_key(
    acme: Account, token: str, settings: Settings
) -> None:
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "the next one"
    settings.SECRET_KEY_FALLBACKS = [before]
    assert identity.verify(acme, token) is not None

    settings.SECRET_KEY_FALLBACKS = []
    assert identity.verify(acme, token) is None


# --- Tickets ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("inside_acme")
@pytest.mark.parametrize("site", ["https://shop.test", "http://shop.test"])
def test_a_ticket_names_its_site(acme: Account, site: str) -> None:
    assert identity.read_ticket(acme, identity.ticket(acme, site)) == site


@pytest.mark.usefixtures("inside_acme")
@pytest.mark.parametrize(
    "site",
    ["https://evil.test", "null", "file://", "", "https://shop.test:444", "https://SHOP.test"],
)
def test_a_ticket_for_a_site_that_is_not_allowed_is_none(acme: Account, site: str) -> None:
    """A19"""
    assert identity.read_ticket(acme, identity.ticket(acme, site)) is None


@pytest.mark.usefixtures("inside_acme")
def test_a_ticket_cannot_be_moved_to_another_site(acme: Account) -> None:
    sites.add(acme, "https://second.test")
    seal = identity.ticket(acme, "https://shop.test").partition(".")[0]

    assert identity.read_ticket(acme, f"{seal}.https://second.test") is None


def test_a_ticket_of_another_account_is_none(
    acme: Account, other: Account, inside: Callable[[], AbstractContextManager[None]]
) -> None:
    with inside():
        assert identity.read_ticket(acme, identity.ticket(other, "https://shop.test")) is None


@pytest.mark.usefixtures("inside_acme")
def test_a_ticket_ends_with_its_site(acme: Account) -> None:
    ticket = identity.ticket(acme, "https://shop.test")
    Site.objects.filter(origin="https://shop.test").delete()

    assert identity.read_ticket(acme, ticket) is None


@pytest.mark.usefixtures("inside_acme")
def test_a_ticket_lasts_a_day_and_can_be_exchanged_for_two_weeks(acme: Account) -> None:
    with time_machine.travel("2026-01-01", tick=False) as clock:
        ticket = identity.ticket(acme, "https://shop.test")

        clock.shift(DAY - 1)
        assert identity.read_ticket(acme, ticket) is not None
        clock.shift(1)
        assert identity.read_ticket(acme, ticket) is None
        assert identity.read_ticket(acme, ticket, renewing=True) is not None
        clock.shift(13 * DAY)
        assert identity.read_ticket(acme, ticket, renewing=True) is None
