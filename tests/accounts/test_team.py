"""The team: who may change whom, and that doors close at once."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import memberships, plans
from accounts.models import Account, Membership, PlanName, Role, User
from accounts.tenancy import tenant
from chat.events import inbox_group
from tests.conftest import LogIn

pytestmark = pytest.mark.django_db(transaction=True)


def role_of(member: Membership) -> str:
    return Membership.objects.get(pk=member.pk).role


def team(client: Client, member: Membership, verb: str, **form: str) -> int:
    return client.post(f"/app/acme/settings/team/{member.pk}/{verb}/", form).status_code


def test_an_owner_changes_roles_both_ways(ana: Membership, ben: Membership, login: LogIn) -> None:
    client = login(ana)

    team(client, ben, "role", role="owner")
    assert role_of(ben) == Role.OWNER
    team(client, ben, "role", role="agent")
    assert role_of(ben) == Role.AGENT


def test_the_last_owner_can_neither_step_down_nor_be_deactivated(
    ana: Membership, login: LogIn
) -> None:
    client = login(ana)
    team(client, ana, "role", role="agent")
    team(client, ana, "deactivate")

    ana.refresh_from_db()
    assert (ana.role, ana.is_active) == (Role.OWNER, True)
    assert b"last owner" in client.get("/app/acme/settings/team/").content


def test_a_deactivated_owner_does_not_count_as_one(ana: Membership, adi: Membership) -> None:
    _inside(memberships.change_role, adi, to=Role.OWNER, by=ana)
    _inside(memberships.deactivate, adi, by=ana)

    with pytest.raises(ValidationError, match="last owner"):
        _inside(memberships.change_role, ana, to=Role.ADMIN, by=ana)


def test_an_owner_steps_down_once_there_is_another(ana: Membership, adi: Membership) -> None:
    _inside(memberships.change_role, adi, to=Role.OWNER, by=ana)

    _inside(memberships.change_role, ana, to=Role.AGENT, by=ana)

    assert role_of(ana) == Role.AGENT


@pytest.mark.parametrize("role", ["owner", "admin", "agent", "nonsense"])
def test_an_admin_can_neither_become_an_owner_nor_change_one(
    ana: Membership, adi: Membership, login: LogIn, role: str
) -> None:
    """A49."""
    client = login(adi)
    team(client, ana, "role", role=role)
    team(client, ana, "deactivate")
    if role == "owner":
        team(client, adi, "role", role=role)

    ana.refresh_from_db()
    assert (ana.role, ana.is_active) == (Role.OWNER, True)
    assert role_of(adi) == Role.ADMIN


def test_an_agent_changes_nobody(ana: Membership, ben: Membership, login: LogIn) -> None:
    client = login(ben)

    assert client.get("/app/acme/settings/team/").status_code == 403
    assert team(client, ben, "role", role="admin") == 403
    assert role_of(ben) == Role.AGENT


def test_a_member_of_another_account_is_not_found(
    ana: Membership, gus: Membership, login: LogIn
) -> None:
    """A1."""
    client = login(ana)

    assert [
        team(client, gus, verb, role="agent") for verb in ("role", "deactivate", "activate")
    ] == [
        404,
        404,
        404,
    ]
    gus.refresh_from_db()
    assert (gus.role, gus.is_active) == (Role.OWNER, True)


def test_a_deactivated_member_finds_nothing(ana: Membership, ben: Membership, login: LogIn) -> None:
    client = login(ben)
    assert client.get("/app/acme/settings/profile/").status_code == 200

    _inside(memberships.deactivate, ben, by=ana)

    assert client.get("/app/acme/settings/profile/").status_code == 404
    assert client.get("/app/").headers["Location"] == "/app/new/"


def test_a_member_comes_back_only_to_a_free_seat(
    acme: Account, ana: Membership, adi: Membership, ben: Membership
) -> None:
    _inside(memberships.deactivate, ben, by=ana)
    extra = Membership.objects.create(account=acme, user=_person("kim"), role=Role.AGENT)
    plans.change(acme, to=PlanName.FREE)

    with pytest.raises(ValidationError, match="All seats"):
        _inside(memberships.activate, ben, by=ana)

    _inside(memberships.deactivate, extra, by=ana)
    _inside(memberships.activate, ben, by=ana)
    ben.refresh_from_db()
    assert ben.is_active


@pytest.fixture
async def inbox(acme: Account) -> AsyncIterator[str]:
    """A socket's place on the bus, listening to Acme's inbox."""
    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    await layer.group_add(inbox_group(acme.pk), channel)
    yield channel
    await layer.group_discard(inbox_group(acme.pk), channel)


@pytest.mark.asyncio
@pytest.mark.parametrize("verb", ["role", "deactivate"])
async def test_open_sockets_are_told_to_look_again(
    acme: Account, ana: Membership, ben: Membership, inbox: str, verb: str
) -> None:
    """A40."""
    layer = get_channel_layer()
    assert layer is not None

    if verb == "role":
        await sync_to_async(_inside)(memberships.change_role, ben, to=Role.ADMIN, by=ana)
    else:
        await sync_to_async(_inside)(memberships.deactivate, ben, by=ana)

    message = await layer.receive(inbox)
    assert message["type"] == "access.changed"
    assert UUID(message["member"]) == ben.pk


def test_the_team_page_asks_as_little_for_many_as_for_few(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    client = login(ana)
    client.get("/app/acme/settings/team/")
    with CaptureQueriesContext(connection) as few:
        client.get("/app/acme/settings/team/")
    for number in range(20):
        Membership.objects.create(account=acme, user=_person(f"p{number}"), public_name="P")
    with CaptureQueriesContext(connection) as many:
        client.get("/app/acme/settings/team/")

    assert len(many) == len(few)


def _inside(verb: Callable[..., None], member: Membership, **how: object) -> None:
    with tenant(member.account_id):
        verb(member, **how)


def _person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org")
