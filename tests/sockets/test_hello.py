"""Who is let in, and what they are told first."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.doors import in_account
from accounts.models import Account, Site
from chat.models import Conversation, Visitor
from tests.coverage import covers
from tests.sockets.conftest import OpenDevice, OpenVisitor
from tests.sockets.devices import visitor_hello, visitor_path

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_first_visit_is_given_an_id_and_stores_no_row(
    acme: Account, visit: OpenVisitor
) -> None:
    device = await visit()

    assert device.welcome["is_new"] is True
    assert device.welcome["token"].startswith(f"{device.welcome['visitor_id']}.")
    assert device.welcome["state"]["conversation"] is None
    assert await in_account(acme.pk, Visitor.objects.count) == 0


async def test_a_token_brings_the_same_visitor_back(visit: OpenVisitor) -> None:
    first = await visit()

    second = await visit(first.token)

    assert second.welcome["is_new"] is False
    assert second.visitor_id == first.visitor_id


@covers("R11")
async def test_a_visit_is_noted_so_that_who_comes_back_is_not_taken_for_idle(
    acme: Account, visit: OpenVisitor
) -> None:
    first = await visit()
    await first.say("Hello")
    long_ago = timezone.now() - timedelta(days=181)

    def seen(at: datetime | None = None) -> datetime:
        if at:
            Visitor.objects.update(last_seen_at=at)
        return Visitor.objects.get().last_seen_at

    await in_account(acme.pk, seen, long_ago)
    before = timezone.now()
    await visit(first.token)
    noted = await in_account(acme.pk, seen)
    assert noted >= before

    await visit(first.token)
    assert await in_account(acme.pk, seen) == noted


async def test_a_message_is_acknowledged_with_what_was_stored(
    acme: Account, visit: OpenVisitor
) -> None:
    device = await visit()

    answer = await device.say("Hello")

    assert answer["type"] == "ack"
    assert answer["change"]["messages"][0]["body"] == "Hello"
    assert await in_account(acme.pk, Conversation.objects.count) == 1


async def test_a_site_that_was_taken_off_the_list_is_refused_at_the_next_hello(
    acme: Account, ticket: str, open_device: OpenDevice
) -> None:
    """A19"""
    await in_account(acme.pk, Site.objects.filter(account=acme).delete)
    device = await open_device(visitor_path(acme))

    await device.send(visitor_hello(ticket))

    assert await device.closed_with() == 4401
