"""A visitor's frame, as far as it asks over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from chat import identity
from tests.sockets.devices import ORIGIN, SITE

Ask = Callable[..., Any]


@pytest.fixture
def ask(acme: Account) -> Ask:
    """Asks as a visitor's frame does."""

    def send(
        public_id: str, method: str, what: str, /, *, headers: dict[str, str | None] | None = None,
        account: Account = acme, **body: Any,
    ) -> Any:  # fmt: skip
        proofs = {
            "X-Chatapp-Ticket": identity.ticket(acme, SITE),
            "X-Chatapp-Token": identity.token(acme, public_id),
            "Origin": ORIGIN,
            **(headers or {}),
        }
        address = f"/widget/{account.public_key}/privacy/{what}"
        given = {name: value for name, value in proofs.items() if value is not None}
        if method == "get":
            return Client().get(address, headers=given)
        return Client().post(address, body, content_type="application/json", headers=given)

    return send
