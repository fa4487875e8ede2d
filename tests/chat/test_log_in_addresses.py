"""No address of the widget gives away with what an agent logs in: the addresses are read from the
running system, so that one that is added is asked too (S33)."""

import re
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts import memberships
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, identity, messages
from chat.authors import Author
from chat.models import Conversation
from tests.accounts.test_profile import picture
from tests.architecture.test_doors import our_patterns
from tests.coverage import covers

SITE = "https://shop.test"


def _addresses() -> list[str]:
    """Of the widget, with those that erase at the end."""
    found = [path for path, _ in our_patterns() if path.startswith("widget/<str:key>/")]
    return sorted(found, key=lambda path: "erase" in path)


def _filled(path: str, account: Account) -> str:
    """The address for this account; numbers in it are of nothing."""
    path = path.replace("<str:key>", account.public_key)
    path = re.sub(r"<uuid:\w+>", str(uuid4()), path)
    return "/" + re.sub(r"<\w+:\w+>", "form", path)


@pytest.mark.django_db(transaction=True)
@covers("S33")
def test_no_address_of_the_widget_gives_away_a_log_in(
    acme: Account,
    ana: Membership,
    ben: Membership,
    new_conversation: Callable[..., Conversation],
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    memberships.describe(
        ben,
        public_name="Bertie",
        description="Knows every kettle",
        photo=BytesIO(picture()),
    )
    talk = new_conversation("Hello", email="nell@example.org")
    with tenant(acme.pk):
        messages.post(talk, author=Author.of_member(ben), body="Good day", client_id=uuid4())
        conversations.assign(talk, to=ben, by=ana)
    proofs = {
        "X-Chatapp-Ticket": identity.ticket(acme, SITE),
        "X-Chatapp-Token": identity.token(acme, talk.visitor.public_id),
    }
    secrets = [ana.user.email, ben.user.email, str(ana.user_id), str(ben.user_id)]
    told, answered = "", set()

    for path in _addresses():
        for method, origin in product(("get", "post"), (settings.PUBLIC_URL, SITE)):
            address = _filled(path, acme)
            headers = {**proofs, "Origin": origin}
            query = {"site": SITE, "before": "9", "conversation": str(talk.pk)}
            if method == "get":
                answer = Client().get(address, query, headers=headers)
            else:
                answer = Client().post(
                    address, query, content_type="application/json", headers=headers
                )
            body = b"".join(answer) if answer.streaming else answer.content
            said = f"{answer.headers} {body.decode(errors='replace')}"
            assert not [one for one in secrets if one in said], address
            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, address
            if answer.status_code == HTTPStatus.OK:
                answered.add(path)
                told += said

    # Not because nothing was told.
    assert "Bertie" in told
    assert {"widget/<str:key>/config.js", "widget/<str:key>/messages"} <= answered
