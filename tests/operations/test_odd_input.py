"""Whatever is sent to an address of ours, the answer is never a fault of the server (A28)."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.http import urlencode

from accounts import invitations
from accounts.models import Account, Membership, Role, Site
from accounts.tenancy import tenant
from chat import identity
from chat.models import Conversation, Group
from tests.conftest import LogIn

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

ODD = {
    "NUL": "a\0b",
    "beyond int()": "9" * 5_000,
    "broken host": "http://[::1%; script-src *]",
    "header": "a\r\nSet-Cookie: a=b",
    "format": "../%s%(name)s{0}\u202e\u200b\ud800",
    "long address": f"{'a' * 290}@example.org",
    "deep": "[" * 20_000,
    "time key": "-99999999999999999.00000000000000000000000000000000",
    "day and place": f"0-{'9' * 5_000}",
}

FIELDS = [
    "address",
    "add",
    "after",
    "allowed",
    "before",
    "closes_0",
    "code",
    "color",
    "conversation",
    "copy",
    "csrfmiddlewaretoken",
    "description",
    "email",
    "forget_photo",
    "hides_when_offline",
    "keeps_office_hours",
    "key",
    "lang",
    "language",
    "launcher",
    "login",
    "mail_agents_after_minutes",
    "name",
    "next",
    "oldpassword",
    "opens_0",
    "password",
    "password1",
    "password2",
    "privacy_notice_url",
    "public_name",
    "q",
    "remember",
    "remove",
    "role",
    "side",
    "site",
    "site_address",
    "site_name",
    "time_zone",
    "understood",
    "view",
    "words-en-online.infoTitle",
    "action",
]

STANDING_IN = {"readyz": {503}}
"""Statuses above 499 that are an address's own way of saying something."""


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one, path)
        else:
            yield path, one


PATTERNS = {pattern.name or path: pattern for path, pattern in _patterns(get_resolver())}


@pytest.fixture
def known(
    acme: Account, ana: Membership, ben: Membership, conversation: Conversation
) -> dict[str, str]:
    """A value that is good for each part of a path."""
    with tenant(acme.pk):
        invitation = invitations.invite(acme, email="new@example.org", role=Role.AGENT, by=ana)
        group = Group.objects.create(account=acme, key="orders", name="Orders")
        site = Site.objects.earliest("created_at")
    return {
        "slug": acme.slug,
        "key": acme.public_key,
        "conversation_id": str(conversation.pk),
        "group_id": str(group.pk),
        "invitation_id": str(invitation.pk),
        "member_id": str(ben.pk),
        "site_id": str(site.pk),
        "uidb36": "1",
    }


@pytest.fixture
def frame(acme: Account, conversation: Conversation) -> dict[str, str]:
    """The headers by which a visitor's frame is let in."""
    with tenant(acme.pk):
        return {
            "HTTP_X_CHATAPP_TICKET": identity.ticket(acme, "https://shop.test"),
            "HTTP_X_CHATAPP_TOKEN": identity.token(acme, conversation.visitor.public_id),
        }


def _path(pattern: URLPattern, known: dict[str, str], odd: str) -> str:
    """The address of the known rows, with `odd` where any text may stand."""
    route = next(path for path, one in _patterns(get_resolver()) if one is pattern)
    route = re.sub(r"\(\?P(<\w+>)[^)]*\)|[\^$]", lambda found: found[1] or "", route)
    parts = {**known, "key": known["key"] if odd[0] != "a" else quote(odd[:99], safe="")}
    return "/" + re.sub(
        r"<(?:\w+:)?(\w+)>", lambda found: parts.get(found[1]) or quote(odd[:99], safe=""), route
    )


def _calls(client: Client, path: str, odd: str) -> Iterator["Response"]:
    """One value in every field there is, in each form in which fields can be sent."""
    fields = dict.fromkeys(FIELDS, odd)
    # Twice the same name, and a name that is odd itself.
    yield client.get(path, QUERY_STRING=urlencode([("q", "a"), *fields.items(), (odd, "1")]))
    yield client.post(path, {**fields, "file": SimpleUploadedFile("a\0.png", b"\x89PNG\r\n\x1a\n")})
    yield client.post(path, odd, content_type="application/json")


@pytest.mark.django_db
@pytest.mark.parametrize("name", PATTERNS)
def test_no_value_breaks_an_address(
    name: str, known: dict[str, str], frame: dict[str, str], ana: Membership, login: LogIn
) -> None:
    client = login(ana)
    client.raise_request_exception = False
    client.defaults |= frame
    broken = []
    for kind, odd in ODD.items():
        # As a browser sends it: half a character has no bytes.
        sent = odd.encode("utf-8", "replace").decode()
        for number, answer in enumerate(_calls(client, _path(PATTERNS[name], known, sent), sent)):
            if answer.status_code >= 500 and answer.status_code not in STANDING_IN.get(name, ()):
                broken.append((kind, number, answer.status_code))

    assert broken == []
