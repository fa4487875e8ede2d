"""Whose request it is, for the limits only."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.addresses import client_address

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, PEER),
        (0, "198.51.100.7", PEER),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 192.0.2.2", "198.51.100.7"),
        (2, "198.51.100.7", PEER),
        (1, None, PEER),
        (1, " , ", PEER),
        (1, "not an address", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(
    settings: Settings, proxies: int, forwarded: str | None, address: str
) -> None:
    """A52."""
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    request = RequestFactory().get("/", REMOTE_ADDR=PEER, headers=headers)
    scope = {
        "client": [PEER, 4711],
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded is not None else [],
    }

    assert client_address(request) == address
    assert client_address(scope) == address


def test_a_socket_without_a_peer_is_unknown() -> None:
    assert client_address({"client": None, "headers": []}) == "unknown"
