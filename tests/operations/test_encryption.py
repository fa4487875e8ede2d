"""Over plain http and ws nothing is taken that a program sends (S47)."""

import pytest
from channels.testing import HttpCommunicator
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from chatapp.asgi import application
from tests.coverage import covers
from tests.sockets.devices import Device, visitor_path

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def secure(settings: Settings) -> None:
    settings.IS_SECURE = True
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@covers("S47")
@pytest.mark.parametrize("path", ["config.js", "frame?site=https://shop.test", "ticket", "files"])
def test_a_plain_request_of_the_widget_is_refused_and_not_redirected(
    acme: Account, path: str
) -> None:
    address = f"/widget/{acme.public_key}/{path}"

    plain = Client().get(address)
    encrypted = Client().get(address, headers={"X-Forwarded-Proto": "https"})

    assert plain.status_code == 403
    assert plain.json() == {"error": "encryption_required"}
    assert encrypted.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_pages_and_the_loader_are_redirected(acme: Account) -> None:
    for path in ("/", "/login/", "/widget/loader.js"):
        answer = Client().get(path)
        assert answer.status_code == 301
        assert answer.headers["Location"].startswith("https://")


@covers("S47")
async def test_a_plain_socket_gets_no_handshake(acme: Account) -> None:
    plain = Device(visitor_path(acme))
    pretended = Device(visitor_path(acme), headers={"x-forwarded-proto": "http"})
    encrypted = Device(visitor_path(acme), headers={"x-forwarded-proto": "https"})

    assert not await plain.connect()
    assert not await pretended.connect()
    assert await encrypted.connect()
    await encrypted.leave()


@covers("S47")
async def test_a_plain_poll_is_refused_before_it_is_read(acme: Account) -> None:
    path = f"/widget/{acme.public_key}/poll"
    poll = HttpCommunicator(application, "POST", path, body=b"{}")

    answer = await poll.get_response()

    assert answer["status"] == 403
    assert answer["body"] == b'{"error": "encryption_required"}'
