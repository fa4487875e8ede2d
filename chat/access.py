"""Open sockets look again when somebody's access changed (A40)."""

from typing import Any
from uuid import UUID

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from chat.availability import site_group
from chat.events import inbox_group

log = structlog.get_logger(__name__)


def tell_sockets(sender: object, *, account_id: UUID, member_id: UUID, **_: Any) -> None:
    """Listen to `accounts.signals.access_changed`: once it is committed, let every inbox of the
    account that belongs to the member look up its membership again.

    A message that the bus loses costs no safety: memberships are looked up at each heartbeat too.
    """
    transaction.on_commit(lambda: async_to_sync(_send)(account_id, member_id), robust=True)


def tell_all_sockets(sender: object, *, account_id: UUID, **_: Any) -> None:
    """Listen to `accounts.signals.account_closed`: once it is committed, visitors are put out and
    every inbox looks again whether it may still write."""

    def send() -> None:
        async_to_sync(_send)(account_id, None)
        async_to_sync(_put)(site_group(account_id), {"type": "account.closed"})

    transaction.on_commit(send, robust=True)


async def _send(account_id: UUID, member_id: UUID | None) -> None:
    member = None if member_id is None else str(member_id)
    await _put(inbox_group(account_id), {"type": "access.changed", "member": member})


async def _put(group: str, word: dict[str, Any]) -> None:
    layer = get_channel_layer()
    assert layer is not None
    try:
        await layer.group_send(group, word)
    except Exception as error:  # noqa: BLE001  (whatever the layer raises, the change is stored)
        log.warning("bus_unreachable", change="access", error=type(error).__name__)
