"""What is refused, and how: close codes, refusals, and a handshake that does not happen."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client

from accounts.doors import in_account, outside_accounts
from accounts.models import Account, Membership, User
from chat import conversations, identity, visitors, wire
from chat.authors import Author
from chat.models import Conversation, Visitor
from privacy import support_sessions
from tests.sockets.conftest import OpenDevice, OpenInbox, OpenVisitor
from tests.sockets.devices import (
    Device,
    cookies,
    inbox_path,
    visitor_hello,
    visitor_path,
)

pytestmark = pytest.mark.django_db(transaction=True)

FOREIGN = ["null", "https://shop.test", "https://chat.test", "http://chat.test:8000", "", "file://"]


async def _logged_in(member: Membership) -> Client:
    def log_in() -> Client:
        client = Client()
        client.force_login(member.user)
        connections.close_all()
        return client

    return await sync_to_async(log_in)()


# --- The handshake ------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [*FOREIGN, None])
async def test_a_visitor_socket_of_a_foreign_page_does_not_open(
    origin: str | None, acme: Account
) -> None:
    """A19, A36: the frame opens it, so its page is always ours."""
    device = Device(visitor_path(acme), origin=origin)

    assert await device.connect() is False


@pytest.mark.parametrize("origin", [*FOREIGN, None])
async def test_an_inbox_socket_of_a_foreign_page_does_not_open_in_spite_of_cookies(
    origin: str | None, ana: Membership
) -> None:
    """A37"""
    headers = cookies(await _logged_in(ana))
    device = Device(inbox_path(ana.account), origin=origin, headers=headers)

    assert await device.connect() is False


# --- Before the hello ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        {"type": "sync", "conversation": None, "since": None},
        {"type": "typing", "on": True},
        {"type": "no such thing"},
    ],
)
async def test_anything_before_the_hello_closes(
    content: dict[str, Any], acme: Account, open_device: OpenDevice
) -> None:
    device = await open_device(visitor_path(acme))

    await device.send(content)

    assert await device.closed_with() == 4405


async def test_saying_nothing_for_ten_seconds_closes(
    acme: Account, open_device: OpenDevice
) -> None:
    """A38"""
    device = await open_device(visitor_path(acme))

    assert await device.closed_with(within=12) == 4405


async def test_a_second_hello_closes(ticket: str, visit: OpenVisitor) -> None:
    device = await visit()

    await device.send(visitor_hello(ticket))

    assert await device.closed_with() == 4400


@pytest.mark.parametrize("ticket", ["", "x", "a.b", "." + "https://shop.test"])
async def test_a_bad_ticket_closes(ticket: str, acme: Account, open_device: OpenDevice) -> None:
    device = await open_device(visitor_path(acme))

    await device.send(visitor_hello(ticket))

    assert await device.closed_with() == 4401


async def test_an_unknown_key_closes_like_a_bad_ticket(
    ticket: str, open_device: OpenDevice
) -> None:
    device = await open_device(f"/ws/visitor/{'0' * 40}/")

    await device.send(visitor_hello(ticket))

    assert await device.closed_with() == 4401


@pytest.mark.parametrize("change", [{}, {"token": 5, "added_later": True}])
async def test_another_protocol_is_told_to_reload(
    change: dict[str, Any], acme: Account, ticket: str, open_device: OpenDevice
) -> None:
    device = await open_device(visitor_path(acme))

    await device.send({**visitor_hello(ticket, protocol=wire.PROTOCOL + 1), **change})

    assert (await device.next())["type"] == "reload"
    assert await device.closed_with() == 4406


@pytest.mark.parametrize(
    "token", ["", "nonsense", "viAAAAAAAAAAAAAAAAAAAAAA." + "A" * 55, "x" * 10_000]
)
async def test_a_bad_token_becomes_a_new_visitor_without_a_hint(
    token: str, visit: OpenVisitor
) -> None:
    """A9"""
    fresh = await visit()

    device = await visit(token)

    assert device.welcome["is_new"] is True
    assert device.welcome.keys() == fresh.welcome.keys()
    assert device.visitor_id not in token


async def test_nobody_logged_in_is_not_let_into_an_inbox(
    acme: Account, open_device: OpenDevice
) -> None:
    device = await open_device(inbox_path(acme))

    await device.send({"type": "hello", "protocol": wire.PROTOCOL, "rev": 0})

    assert await device.closed_with() == 4401


@pytest.mark.parametrize("slug", ["acme", "no-such-account"])
async def test_a_stranger_learns_nothing_of_an_inbox(
    slug: str, acme: Account, gus: Membership, open_device: OpenDevice
) -> None:
    headers = cookies(await _logged_in(gus))
    device = await open_device(f"/ws/inbox/{slug}/", headers=headers)

    await device.send({"type": "hello", "protocol": wire.PROTOCOL, "rev": 0})

    assert await device.closed_with() == 4403


async def test_support_in_a_session_has_no_socket(
    acme: Account, gus: Membership, open_device: OpenDevice
) -> None:
    """S51: what support reads goes through the door that writes it down."""
    await sync_to_async(_look_as_support)(acme, gus)
    device = await open_device(inbox_path(acme), headers=cookies(await _logged_in(gus)))

    await device.send({"type": "hello", "protocol": wire.PROTOCOL, "rev": 0})

    assert await device.closed_with() == 4403


def _look_as_support(account: Account, member: Membership) -> None:
    """A member of another account, who is of the staff, looks into this one."""
    User.objects.filter(pk=member.user_id).update(is_staff=True)
    Account.objects.filter(pk=account.pk).update(support_needs_grant=False)
    hour, why = timedelta(hours=1), "The chat does not appear on shop.test"
    support_sessions.start(account, hour, staff_name="Gus", reason=why, by=member.user)
    connections.close_all()


async def test_a_visitor_token_opens_no_inbox(acme: Account, visit: OpenVisitor) -> None:
    """A15"""
    visitor = await visit()
    device = Device(inbox_path(acme))
    await device.connect()

    await device.send(visitor_hello("", visitor.token))

    assert await device.closed_with() == 4400


# --- Frames -------------------------------------------------------------------------------------

MALFORMED: list[str] = [
    "{", "}", "[]", "null", "true", "1", '"hello"', "{}", "[[", '{"type"}', '{"type": null}',
    '{"type": 5}', '{"type": ["sync"]}', '{"type": {}}', '{"typ": "sync"}', "nan", "NaN", "'x'",
    '{"type": "sync"}',
    '{"type": "sync", "conversation": "x", "since": null}',
    '{"type": "sync", "conversation": null, "since": "x"}',
    '{"type": "sync", "conversation": null, "since": null, "more": 1}',
    '{"type": "message"}',
    '{"type": "message", "id": "not a uuid", "body": "x"}',
    '{"type": "message", "id": null, "body": "x"}',
    json.dumps({"type": "message", "id": str(uuid4()), "body": 5}),
    json.dumps({"type": "message", "id": str(uuid4()), "body": ["x"]}),
    json.dumps({"type": "message", "id": str(uuid4()), "attachments": ["x"]}),
    json.dumps({"type": "message", "id": str(uuid4()), "attachments": None}),
    json.dumps({"type": "message", "id": str(uuid4()), "author_kind": "member", "body": "x"}),
    json.dumps({"type": "message", "id": str(uuid4()), "body": "x", "sent_at": "2020-01-01"}),
    json.dumps({"type": "message", "id": str(uuid4()), "body": "x", "seq": 1}),
    json.dumps({"type": "message", "id": str(uuid4()), "body": "x", "conversation": str(uuid4())}),
    '{"type": "received"}', '{"type": "received", "seq": -1}', '{"type": "received", "seq": 1.5}',
    '{"type": "seen", "seq": "x"}', '{"type": "seen", "seq": null}', '{"type": "seen", "seq": []}',
    '{"type": "typing"}', '{"type": "typing", "on": null}', '{"type": "typing", "on": "perhaps"}',
    '{"type": "typing", "on": true, "by": "me"}',
    '{"type": "page"}', '{"type": "page", "page": null}', '{"type": "page", "page": {}}',
    '{"type": "page", "page": {"url": 5}}',
    '{"type": "page", "page": {"url": "https://shop.test/", "at": "2020-01-01"}}',
    '{"type": "identify"}',
    json.dumps({"type": "identify", "id": str(uuid4()), "variables": []}),
    json.dumps({"type": "identify", "id": str(uuid4()), "name": {}}),
    json.dumps({"type": "identify", "id": str(uuid4()), "is_blocked": False}),
    '{"type": "end"}', '{"type": "end", "id": 5}', '{"type": "transcript"}',
    json.dumps({"type": "transcript", "id": str(uuid4())}),
    json.dumps({"type": "transcript", "id": str(uuid4()), "email": None}),
    "[" * 8_000, '{"a":' * 2_000, '{"type": "identify", "variables": ' + '{"a":' * 500,
    '{"type": "sync"} {"type": "sync"}', "\u0000", "\ufeff{}",
]  # fmt: skip


async def test_no_malformed_frame_disturbs_another_socket(
    acme: Account, visit: OpenVisitor
) -> None:
    assert len(MALFORMED) >= 60
    neighbour = await visit()

    for text in MALFORMED:
        device = await visit(identity.token(acme, identity.new_visitor_id()))
        await device.send(text)
        assert await device.closed_with() == 4400, text

    assert (await neighbour.say("Still here"))["type"] == "ack"


async def test_bytes_close(visit: OpenVisitor) -> None:
    device = await visit()

    await device.wire.send_to(bytes_data=b'{"type": "typing", "on": true}')

    assert await device.closed_with() == 4400


@pytest.mark.parametrize("text", ["x" * (wire.MAX_FRAME + 1), "é" * (wire.MAX_FRAME // 2 + 1)])
async def test_more_than_16_kib_close(text: str, visit: OpenVisitor) -> None:
    device = await visit()

    await device.send(text)

    assert await device.closed_with() == 4413


@pytest.mark.parametrize("kind", ["no_such_thing", "assign", "status", "watch", ""])
async def test_an_unknown_frame_is_refused_and_the_socket_stays(
    kind: str, visit: OpenVisitor
) -> None:
    """A15: frames of the inbox are unknown to visitors."""
    device = await visit()
    frame_id = str(uuid4())

    refused = await device.ask({"type": kind, "id": frame_id})

    assert refused["code"] == "unknown_frame"
    assert (await device.say("Still here"))["type"] == "ack"


async def test_more_than_120_frames_a_minute_close(visit: OpenVisitor) -> None:
    """A38"""
    device = await visit()

    for _ in range(119):
        await device.send({"type": "typing", "on": True})
    assert await device.hears_nothing()
    await device.send({"type": "typing", "on": True})

    assert await device.closed_with() == 4429


# --- Messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [("", "empty"), (" \n\t", "empty"), ("\u200b", "empty"), ("x" * 8_001, "too_long")],
)
async def test_what_cannot_be_said_is_refused(body: str, code: str, visit: OpenVisitor) -> None:
    device = await visit()

    refused = await device.say(body)

    assert (refused["type"], refused["code"]) == ("refused", code)


async def test_half_a_character_and_nul_are_left_out(visit: OpenVisitor) -> None:
    """A28: browsers send both, and PostgreSQL stores neither."""
    device = await visit()

    stored = await device.say("a\ud83d\u0000b")

    assert stored["change"]["messages"][0]["body"] == "ab"


async def test_a_long_name_is_refused_and_the_socket_stays(visit: OpenVisitor) -> None:
    device = await visit()

    refused = await device.ask({"type": "identify", "id": str(uuid4()), "name": "x" * 256})

    assert refused["code"] == "invalid"
    assert (await device.say("Still here"))["type"] == "ack"


async def test_a_bad_address_is_refused_before_the_first_message_too(visit: OpenVisitor) -> None:
    device = await visit()

    refused = await device.ask({"type": "identify", "id": str(uuid4()), "email": "nobody"})

    assert refused["code"] == "invalid"


async def test_a_foreign_file_is_not_found(visit: OpenVisitor) -> None:
    """A30"""
    device = await visit()

    refused = await device.say("Look", attachments=[str(uuid4())])

    assert refused["code"] == "not_found"


async def test_a_blocked_visitor_is_refused(
    acme: Account, ana: Membership, visit: OpenVisitor
) -> None:
    device = await visit()
    await device.say("Hello")
    await in_account(acme.pk, _block, device.visitor_id, ana)

    refused = await device.say("And again")

    assert refused["code"] == "blocked"


async def test_the_31st_message_at_once_must_wait(visit: OpenVisitor) -> None:
    device = await visit()

    answers = [await device.say(f"Message {number}") for number in range(31)]

    assert {answer["type"] for answer in answers[:30]} == {"ack"}
    assert answers[30]["code"] == "too_many"
    assert answers[30]["retry_after"] >= 1


async def test_new_ids_are_counted_by_address(acme: Account, ticket: str) -> None:
    """A38: a new id is no new allowance."""
    for _ in range(120):
        device = Device(visitor_path(acme))
        await device.connect()
        await device.send(visitor_hello(ticket))
        answer = await device.next()
        if answer["type"] == "refused":
            break
        await device.leave()

    assert answer["code"] == "too_many"
    assert answer["retry_after"] >= 1
    assert await device.closed_with() == 4429


async def test_ending_what_never_began_is_not_found(visit: OpenVisitor) -> None:
    """A16: no frame of a visitor names a conversation, so none can name a foreign one."""
    device = await visit()

    refused = await device.ask({"type": "end", "id": str(uuid4())})

    assert refused["code"] == "not_found"


# --- The inbox ----------------------------------------------------------------------------------


def _foreign_frames(conversation: Conversation) -> list[dict[str, Any]]:
    common = {"conversation": str(conversation.pk)}
    return [
        {"type": "message", "body": "Hello", **common},
        {"type": "assign", "to": None, **common},
        {"type": "close", **common},
        {"type": "block", "on": True, **common},
        {"type": "transcript", "email": "gus@example.org", **common},
    ]


async def test_an_agent_finds_nothing_of_another_account(
    conversation: Conversation, ana: Membership, gus: Membership, work: OpenInbox
) -> None:
    """A1: the same frames that succeed for a member are not found for a stranger."""
    member, stranger = await work(ana), await work(gus)

    for frame in _foreign_frames(conversation):
        foreign = await stranger.ask({**frame, "id": str(uuid4())})
        own = await member.ask({**frame, "id": str(uuid4())})
        assert foreign["code"] == "not_found", frame
        assert own["type"] == "ack", frame


async def test_marks_and_typing_of_a_stranger_reach_nobody(
    acme: Account,
    conversation: Conversation,
    ana: Membership,
    gus: Membership,
    work: OpenInbox,
) -> None:
    """A5, A39"""
    member, stranger = await work(ana), await work(gus)
    await member.drain()

    for kind in ("typing", "watch", "seen", "received"):
        frame: dict[str, Any] = {"type": kind, "conversation": str(conversation.pk)}
        frame |= {"on": True} if kind == "typing" else {}
        frame |= {"seq": 1} if kind in ("seen", "received") else {}
        await stranger.send(frame)
        assert (await stranger.next("refused"))["code"] == "not_found"

    assert await member.hears_nothing()
    seen = await in_account(acme.pk, Conversation.objects.get, pk=conversation.pk)
    assert seen.agents_seen_seq == 0


async def test_a_conversation_cannot_be_given_to_a_stranger(
    conversation: Conversation, ana: Membership, gus: Membership, work: OpenInbox
) -> None:
    device = await work(ana)

    refused = await device.ask(
        {
            "type": "assign",
            "id": str(uuid4()),
            "conversation": str(conversation.pk),
            "to": str(gus.pk),
        }
    )

    assert refused["code"] == "not_found"


async def test_an_answer_to_a_closed_conversation_is_refused(
    acme: Account, conversation: Conversation, ana: Membership, work: OpenInbox
) -> None:
    await in_account(acme.pk, conversations.close, conversation, by=Author.of_member(ana))
    device = await work(ana)

    refused = await device.say("One more thing", conversation=str(conversation.pk))

    assert refused["code"] == "closed"


async def test_a_number_too_large_for_a_column_is_no_outage(
    conversation: Conversation, ana: Membership, work: OpenInbox
) -> None:
    device = await work(ana)
    await device.drain()

    await device.send({"type": "sync", "rev": 10**30, "threads": {str(conversation.pk): 10**30}})

    assert (await device.next("changes"))["restart"] is True


def _block(public_id: str, by: Membership) -> None:
    visitors.block(Visitor.objects.get(public_id=public_id), by=by)


async def test_a_blocked_account_closes_at_the_next_heartbeat(
    acme: Account, visit: OpenVisitor
) -> None:
    device = await visit()
    await outside_accounts(Account.objects.filter(pk=acme.pk).update, is_blocked=True)

    await device.send({"type": "sync", "conversation": None, "since": None})

    assert await device.closed_with() == 4403
