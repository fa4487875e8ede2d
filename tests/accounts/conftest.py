"""What tests of the way in share: a browser, mail, and the forms as people fill them in."""

import re
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client

from tests.conftest import PASSWORD

PAGE = {"Accept": "text/html,application/xhtml+xml"}
"""What browsers send when they ask for a page."""

SignUp = Callable[..., HttpResponse]


@pytest.fixture
def guest() -> Client:
    """The browser of somebody who is not logged in."""
    return Client(headers=PAGE)


@pytest.fixture
def sign_up(guest: Client) -> SignUp:
    """Fills in the sign-up form, with Zoe's shop unless told otherwise."""

    def fill_in(client: Client = guest, **changes: str) -> HttpResponse:
        form = {
            "email": "zoe@example.org",
            "site_name": "Zoe's Tea",
            "site_address": "www.zoe-tea.test/shop?page=2",
            "password1": PASSWORD,
            **changes,
        }
        return client.post("/signup/", form)  # type: ignore[return-value]

    return fill_in


def code_in(mail: EmailMessage) -> str:
    """The code that a mail asks its reader to type."""
    found = re.search(r"^    (\S+)$", str(mail.body), re.MULTILINE)
    assert found, mail.body
    return found[1]


def link_in(mail: EmailMessage) -> str:
    """The one link of a mail."""
    (link,) = re.findall(r"https?://\S+", str(mail.body))
    return str(link)
