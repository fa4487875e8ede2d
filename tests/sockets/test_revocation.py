"""Whoever may no longer be there is gone at once, and at the next heartbeat if the bus is away."""

import pytest
from channels.layers import get_channel_layer
from django.contrib.sessions.models import Session

from accounts import memberships
from accounts.doors import in_account, outside_accounts
from accounts.models import Account, Membership, Role, User
from chat.models import Conversation
from privacy import closing
from tests.sockets.conftest import OpenInbox, OpenVisitor

pytestmark = pytest.mark.django_db(transaction=True)

SYNC = {"type": "sync", "rev": 0, "threads": {}}


async def test_a_deactivated_member_is_put_out_at_once(
    ana: Membership, ben: Membership, work: OpenInbox
) -> None:
    """A40"""
    owner, agent = await work(ana), await work(ben)

    await in_account(ben.account_id, memberships.deactivate, ben, by=ana)

    assert await agent.closed_with() == 4403
    await owner.send(SYNC)
    assert (await owner.next("changes"))["rev"] == 0


async def test_a_member_with_another_role_is_put_out_at_once(
    ana: Membership, ben: Membership, work: OpenInbox
) -> None:
    """A40"""
    agent = await work(ben)

    await in_account(ben.account_id, memberships.change_role, ben, to=Role.ADMIN, by=ana)

    assert await agent.closed_with() == 4403


async def test_a_word_to_everyone_makes_everyone_look_again(
    acme: Account, ana: Membership, ben: Membership, work: OpenInbox
) -> None:
    """A40"""
    owner, agent = await work(ana), await work(ben)
    await outside_accounts(Membership.objects.filter(pk=ben.pk).update, is_active=False)
    layer = get_channel_layer()
    assert layer is not None

    await layer.group_send(f"inbox.{acme.pk.hex}", {"type": "access.changed", "member": None})

    assert await agent.closed_with() == 4403
    await owner.send(SYNC)
    assert (await owner.next("changes"))["rev"] == 0


@pytest.mark.parametrize("what", ["membership", "person", "account"])
async def test_a_heartbeat_notices_what_the_bus_did_not_tell(
    what: str, ana: Membership, work: OpenInbox
) -> None:
    """A40"""
    agent = await work(ana)
    rows = {
        "membership": (Membership.objects.filter(pk=ana.pk), {"is_active": False}),
        "person": (User.objects.filter(pk=ana.user_id), {"is_active": False}),
        "account": (Account.objects.filter(pk=ana.account_id), {"is_blocked": True}),
    }[what]
    await outside_accounts(rows[0].update, **rows[1])

    await agent.send(SYNC)

    assert await agent.closed_with() in {4401, 4403}


async def test_a_log_out_ends_the_socket_at_the_next_heartbeat(
    ana: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)
    await outside_accounts(Session.objects.all().delete)

    await agent.send(SYNC)

    assert await agent.closed_with() == 4401


async def test_a_new_password_ends_the_socket_at_the_next_heartbeat(
    ana: Membership, work: OpenInbox
) -> None:
    """A44."""
    agent = await work(ana)

    def change_password() -> None:
        user = User.objects.get(pk=ana.user_id)
        user.set_password("another horse battery staple")
        user.save()

    await outside_accounts(change_password)
    await agent.send(SYNC)

    assert await agent.closed_with() == 4401


async def test_sockets_are_closed_at_once_and_the_inbox_comes_back_to_read(
    acme: Account, ana: Membership, conversation: Conversation, visit: OpenVisitor, work: OpenInbox
) -> None:
    visitor, agent = await visit(), await work(ana)

    await in_account(acme.pk, closing.close, acme, by=ana)

    assert await visitor.closed_with() == 4403
    assert await agent.closed_with() == 4420
    reading = await work(ana)
    assert (agent.welcome["is_read_only"], reading.welcome["is_read_only"]) == (False, True)
    place = str(conversation.pk)
    await reading.send({"type": "seen", "conversation": place, "seq": 1})
    await reading.send(
        {
            "type": "message",
            "id": "3d594650-3436-4b1c-8d0b-1f3c2b0f5a11",
            "conversation": place,
            "body": "Still here?",
        }
    )
    assert (await reading.next("refused"))["code"] == "not_allowed"

    def unchanged() -> bool:
        found = Conversation.objects.get()
        return (found.last_seq, found.agents_seen_seq) == (1, 0)

    assert await in_account(acme.pk, unchanged)
