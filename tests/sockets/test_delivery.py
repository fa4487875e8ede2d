"""What goes through one socket is bounded, in both directions."""

from uuid import uuid4

import pytest
from channels.layers import get_channel_layer

from accounts.models import Account
from chat import events, wire
from chat.delivery import CREDIT, EPHEMERAL_CREDIT, FLOOD, Delivery
from chat.session import whisper
from tests.sockets.conftest import OpenVisitor

TYPING_FRAMES = EPHEMERAL_CREDIT + 20
CONVERSATION = uuid4()


def test_droppable_frames_are_left_out_before_others() -> None:
    delivery = Delivery()

    droppable = [delivery.may_send(droppable=True) for _ in range(CREDIT)]
    others = [delivery.may_send(droppable=False) for _ in range(CREDIT)]

    assert droppable.count(True) == EPHEMERAL_CREDIT
    assert others.count(True) == CREDIT - EPHEMERAL_CREDIT


def test_an_answer_restores_the_credit() -> None:
    delivery = Delivery()
    while delivery.may_send(droppable=False):
        pass

    delivery.answered()

    assert delivery.may_send(droppable=True)


def test_a_flood_is_over_after_a_minute() -> None:
    now = 1_000.0
    delivery = Delivery(clock=lambda: now)

    taken = [delivery.may_receive() for _ in range(FLOOD + 1)]
    now += 61

    assert taken == [True] * FLOOD + [False]
    assert delivery.may_receive()


@pytest.mark.django_db(transaction=True)
async def test_typing_is_dropped_for_a_client_that_does_not_answer(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor = await visit()
    conversation = (await visitor.say("Hello"))["change"]["conversation"]["id"]
    typing = wire.TypingDown(conversation=conversation, by=None, on=True)
    for _ in range(TYPING_FRAMES):
        await whisper(events.visitor_group(acme.pk, visitor.visitor_id), typing)

    arrived = await visitor.drain()
    stored = await visitor.say("Still here")

    # The welcome and the ack have used two.
    assert len(arrived) == EPHEMERAL_CREDIT - 2
    assert stored["type"] == "ack"


@pytest.mark.django_db(transaction=True)
async def test_a_client_that_never_answers_is_closed_to_come_back_afresh(
    acme: Account, visit: OpenVisitor
) -> None:
    visitor, neighbour = await visit(), await visit()
    layer = get_channel_layer()
    assert layer is not None

    for version in range(1, CREDIT + 1):
        change = {"rev": version, "version": version, "conversation": str(CONVERSATION)}
        await layer.group_send(
            events.visitor_group(acme.pk, visitor.visitor_id),
            {"type": "conversation.changed", "frame": "{}", **change},
        )

    assert await visitor.closed_with() == 4420
    assert (await neighbour.say("Still here"))["type"] == "ack"
