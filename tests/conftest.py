"""The cast: Acme, whose widget runs on shop.test, with Ana (owner), Adi (admin) and Ben (agent);
and Gus, who owns another account and must see nothing of Acme's."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from uuid import UUID, uuid4

import pytest
import redis
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Account, Membership, PlanName, Role, Site, User
from accounts.tenancy import tenant
from chat import conversations, identity, messages, visitors
from chat.authors import Author
from chat.models import Conversation, Visitor
from chat.visitors import VisitorDetails

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """No test pays for what another one took: every bucket is full again."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for keys in ("limit", "cache"):
        for key in client.scan_iter(f"{settings.REDIS_PREFIX}:{keys}:*"):
            client.delete(key)
    client.close()


@pytest.fixture(autouse=True)
def no_language() -> None:
    """The language of another test's last request does not stay."""
    translation.deactivate()


def _account(name: str, slug: str) -> Account:
    account = Account.objects.create(
        name=name, slug=slug, plan=PlanName.PRO, live_at=timezone.now()
    )
    with tenant(account.pk):
        Site.objects.create(account=account, origin=f"https://{slug}.test")
    return account


@cache
def hashed_password() -> str:
    """The hash of `PASSWORD`, made as slowly as for anybody, but once for a whole run."""
    return make_password(PASSWORD)


def _member(account: Account, name: str, role: Role) -> Membership:
    user = User.objects.create(email=f"{name.lower()}@example.org", password=hashed_password())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return Membership.objects.create(
        account=account, user=user, role=role, public_name=name, told_at=timezone.now()
    )


@pytest.fixture
def acme(db: None) -> Account:
    account = _account("Acme", "acme")
    with tenant(account.pk):
        for origin in ("https://shop.test", "http://shop.test"):
            Site.objects.create(account=account, origin=origin)
    return account


@pytest.fixture
def other(db: None) -> Account:
    return _account("Other", "other")


@pytest.fixture
def ana(acme: Account) -> Membership:
    return _member(acme, "Ana", Role.OWNER)


@pytest.fixture
def adi(acme: Account) -> Membership:
    return _member(acme, "Adi", Role.ADMIN)


@pytest.fixture
def ben(acme: Account) -> Membership:
    return _member(acme, "Ben", Role.AGENT)


@pytest.fixture
def gus(other: Account) -> Membership:
    return _member(other, "Gus", Role.OWNER)


@pytest.fixture
def inside(acme: Account) -> Callable[[], AbstractContextManager[None]]:
    """`with inside(): ...` stands in Acme, as a door would."""
    return lambda: tenant(acme.pk)


@pytest.fixture
def inside_acme(acme: Account) -> Iterator[None]:
    """The whole test stands in Acme."""
    with tenant(acme.pk):
        yield


LogIn = Callable[[Membership], Client]


@pytest.fixture
def login() -> LogIn:
    """A browser in which this member is logged in."""

    def enter(member: Membership) -> Client:
        client = Client()
        client.force_login(member.user)
        return client

    return enter


@pytest.fixture
def new_visitor(acme: Account) -> Callable[..., Visitor]:
    """Makes a visitor of Acme through the verb, with the details given."""

    def make(**details: object) -> Visitor:
        with tenant(acme.pk):
            return visitors.ensure(
                acme.pk,
                identity.new_visitor_id(),
                VisitorDetails(**details),  # type: ignore[arg-type]
            )

    return make


@pytest.fixture
def new_conversation(
    acme: Account, new_visitor: Callable[..., Visitor]
) -> Callable[..., Conversation]:
    """Makes a conversation of Acme in which a visitor has said each of the given words."""

    def make(*said: str, client_ids: list[UUID] | None = None, **details: object) -> Conversation:
        visitor = new_visitor(**details)
        with tenant(acme.pk):
            conversation = conversations.open_for(visitor)
            for index, body in enumerate(said or ("Hello",)):
                client_id = client_ids[index] if client_ids else uuid4()
                messages.post(
                    conversation, author=Author.of_visitor(visitor), body=body, client_id=client_id
                )
            return Conversation.objects.select_related("visitor").get(pk=conversation.pk)

    return make


@pytest.fixture
def conversation(new_conversation: Callable[..., Conversation]) -> Conversation:
    return new_conversation("Do you ship to Brno?")
