"""Live equals reload: whatever happens, a device that was told of it shows what a device that loads
afresh shows. Frames come from real sockets, and the clients' own reducers apply them."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, files, identity, messages, redactions, visitors, wire
from chat.asking import Filed
from chat.authors import Author
from chat.models import Conversation, FormPoint
from privacy import restrictions
from privacy.models import RestrictionGround
from tests.conftest import LogIn
from tests.coverage import covers
from tests.sockets.devices import (
    SITE,
    Device,
    Frame,
    cookies,
    inbox_path,
    visitor_hello,
    visitor_path,
)

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")
VIEWS = ("waiting", "mine", "all", "closed")
QUIET_SECONDS = 0.6


@dataclass
class Scene:
    """A conversation, its visitor, its assignee Ben and a colleague, Adi."""

    account: Account
    conversation: Conversation
    ben: Membership
    adi: Membership
    browsers: dict[str, Client]


Action = Callable[[Scene], object]


def _post_as_visitor(scene: Scene) -> object:
    author = Author.of_visitor(scene.conversation.visitor)
    return messages.post(scene.conversation, author=author, body="And when?", client_id=uuid4())


def _post_what_is_masked(scene: Scene) -> object:
    author = Author.of_visitor(scene.conversation.visitor)
    body = "It is 4111 1111 1111 1111"
    return messages.post(scene.conversation, author=author, body=body, client_id=uuid4())


def _leave_a_message(scene: Scene) -> object:
    answer = {"form": "offline", "key": "order", "label": "Order number", "value": "B-1042"}
    return messages.post(
        scene.conversation,
        author=Author.of_visitor(scene.conversation.visitor),
        body="Call me",
        client_id=uuid4(),
        filed=Filed(FormPoint.OFFLINE, {}, [answer]),
    )


def _post_as_member(scene: Scene) -> object:
    author = Author.of_member(scene.ben)
    return messages.post(scene.conversation, author=author, body="Tomorrow.", client_id=uuid4())


def _post_a_file(scene: Scene) -> object:
    upload = SimpleUploadedFile("list.txt", b"tea, kettle", "text/plain")
    attachment = files.accept(upload, author=scene.ben)
    return messages.post(
        scene.conversation,
        author=Author.of_member(scene.ben),
        body="",
        client_id=uuid4(),
        attachments=[attachment.pk],
    )


def _take_over(scene: Scene) -> object:
    conversations.assign(scene.conversation, to=None, by=scene.ben)
    author = Author.of_member(scene.adi)
    return messages.post(scene.conversation, author=author, body="My turn.", client_id=uuid4())


def _begin_again(scene: Scene) -> object:
    conversations.close(scene.conversation, by=Author.of_member(scene.ben))
    visitor = scene.conversation.visitor
    anew = conversations.open_for(visitor)
    author = Author.of_visitor(visitor)
    return messages.post(anew, author=author, body="One more thing", client_id=uuid4())


def _mark(side: Literal["visitor", "agents"], what: Literal["received", "seen"]) -> Action:
    def mark(scene: Scene) -> object:
        say = _post_as_member if side == "visitor" else _post_as_visitor
        say(scene)
        seq = scene.conversation.last_seq + 1
        return conversations.mark(scene.conversation, side=side, what=what, seq=seq)

    return mark


def _block_and_unblock(scene: Scene) -> object:
    visitors.block(scene.conversation.visitor, by=scene.ben)
    return visitors.unblock(scene.conversation.visitor, by=scene.ben)


def _redact_a_message(scene: Scene) -> object:
    message_id = scene.conversation.messages.order_by("seq").values_list("pk", flat=True)[0]
    return redactions.redact(scene.conversation, message_id=message_id, by=scene.ben)


def _redact_the_last_message(scene: Scene) -> object:
    _post_a_file(scene)
    message = scene.conversation.messages.filter(event__isnull=True).latest("seq")
    return redactions.redact(scene.conversation, message_id=message.pk, by=scene.ben)


def _redact_one_file(scene: Scene) -> object:
    uploads = [SimpleUploadedFile(name, b"tea", "text/plain") for name in ("a.txt", "b.txt")]
    kept = [files.accept(upload, author=scene.ben) for upload in uploads]
    messages.post(
        scene.conversation,
        author=Author.of_member(scene.ben),
        body="Two lists",
        client_id=uuid4(),
        attachments=[one.pk for one in kept],
    )
    message = scene.conversation.messages.filter(event__isnull=True).latest("seq")
    return redactions.redact(
        scene.conversation, message_id=message.pk, attachment_id=kept[0].pk, by=scene.ben
    )


SCENARIOS: dict[wire.Change, list[Action]] = {
    wire.Change.MESSAGE_POSTED: [
        _post_as_visitor,
        _post_as_member,
        _post_what_is_masked,
        _leave_a_message,
        _post_a_file,
        _take_over,
        _begin_again,
    ],
    wire.Change.RECEIVED: [_mark("visitor", "received"), _mark("agents", "received")],
    wire.Change.SEEN: [_mark("visitor", "seen"), _mark("agents", "seen")],
    wire.Change.ASSIGNED: [
        lambda scene: conversations.assign(scene.conversation, to=scene.adi, by=scene.ben),
        lambda scene: conversations.assign(scene.conversation, to=None, by=scene.ben),
    ],
    wire.Change.CLOSED: [
        lambda scene: conversations.close(scene.conversation, by=Author.of_member(scene.ben)),
        lambda scene: conversations.close(
            scene.conversation, by=Author.of_visitor(scene.conversation.visitor)
        ),
    ],
    wire.Change.VISITOR_IDENTIFIED: [
        lambda scene: visitors.identify(
            scene.conversation.visitor,
            name="Jana Example",
            email="jana@example.org",
            variables={"orders": {"label": "Orders", "value": 3}},
        )
    ],
    wire.Change.VISITOR_BLOCKED: [
        lambda scene: visitors.block(scene.conversation.visitor, by=scene.ben)
    ],
    wire.Change.VISITOR_UNBLOCKED: [_block_and_unblock],
    wire.Change.REDACTED: [_redact_a_message, _redact_the_last_message, _redact_one_file],
}


def test_every_event_type_of_the_protocol_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(wire.Change)


@pytest.fixture
def scene(
    acme: Account,
    ben: Membership,
    adi: Membership,
    login: LogIn,
    new_conversation: Callable[..., Conversation],
) -> Scene:
    conversation = new_conversation("Hello", "Do you ship to Brno?", name="Jan")
    new_conversation("Somebody else asks too")
    with tenant(acme.pk):
        author = Author.of_member(ben)
        messages.post(conversation, author=author, body="We do.", client_id=uuid4())
        conversation = Conversation.objects.select_related("visitor").get(pk=conversation.pk)
    return Scene(acme, conversation, ben, adi, {"ben": login(ben), "adi": login(adi)})


class Pushed:
    """An open socket, and the changes that it is pushed."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.welcome: Frame = {}
        self.frames: list[Frame] = []
        self._listener: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: str, hello: Frame, **headers: str) -> "Pushed":
        pushed = cls(Device(path, origin=settings.PUBLIC_URL, headers=headers))
        assert await pushed.device.connect()
        await pushed.device.send(hello)
        pushed.welcome = await pushed.device.next("welcome")
        pushed._listener = asyncio.create_task(pushed._listen())
        await pushed.settle()
        pushed.frames.clear()
        return pushed

    async def _listen(self) -> None:
        while True:
            output = await self.device.wire.output_queue.get()
            frame: Frame = json.loads(output["text"])
            if frame["type"] in {"change", "changes", "ack"}:
                self.frames.append(frame)

    async def settle(self) -> None:
        """Take in what arrives until it is quiet."""
        heard = -1
        while heard != len(self.frames):
            heard = len(self.frames)
            await asyncio.sleep(QUIET_SECONDS)

    async def leave(self) -> None:
        assert self._listener
        self._listener.cancel()
        await self.device.leave()


async def _visitor_device(scene: Scene) -> Pushed:
    with_tenant = database_sync_to_async(_visitor_papers)
    ticket, token = await with_tenant(scene)
    return await Pushed.open(
        visitor_path(scene.account),
        visitor_hello(ticket, token),
    )


def _visitor_papers(scene: Scene) -> tuple[str, str]:
    with tenant(scene.account.pk):
        return (
            identity.ticket(scene.account, SITE),
            identity.token(scene.account, scene.conversation.visitor.public_id),
        )


def _inbox_load(scene: Scene, who: str) -> dict[str, Any]:
    """What a page load gives, and the pages of every list and the thread after it."""
    browser = scene.browsers[who]
    page = browser.get(f"/app/{scene.account.slug}/inbox/").content.decode()
    found = re.search(r'<script id="bootstrap" type="application/json">(.*?)</script>', page, re.S)
    assert found
    base = f"/app/{scene.account.slug}/inbox/conversations/"
    return {
        "side": "inbox",
        "load": json.loads(found[1])["load"],
        "pages": {view: browser.get(base, {"view": view}).json() for view in VIEWS},
        "thread": browser.get(f"{base}{scene.conversation.pk}/").json(),
        "frames": [],
    }


async def _inbox_device(scene: Scene, who: str, rev: int) -> Pushed:
    hello = {"type": "hello", "protocol": wire.PROTOCOL, "rev": rev}
    return await Pushed.open(inbox_path(scene.account), hello, **cookies(scene.browsers[who]))


def _shown(cases: list[dict[str, Any]]) -> list[Any]:
    """What the clients' reducers make of these loads and frames."""
    run = subprocess.run(
        [NODE, "tests/reload/apply.mjs"],
        cwd=ROOT,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    shown: list[Any] = json.loads(run.stdout)
    return shown


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "index"),
    [(change, index) for change, actions in SCENARIOS.items() for index in range(len(actions))],
)
async def test_what_was_pushed_gives_what_a_fresh_load_gives(
    scene: Scene, change: wire.Change, index: int
) -> None:
    act = SCENARIOS[change][index]
    load = database_sync_to_async(_inbox_load)
    before = {who: await load(scene, who) for who in scene.browsers}
    devices = {
        who: await _inbox_device(scene, who, before[who]["load"]["rev"]) for who in scene.browsers
    }
    visitor = await _visitor_device(scene)

    await database_sync_to_async(_inside)(scene, act)
    for device in (visitor, *devices.values()):
        await device.settle()

    after = {who: await load(scene, who) for who in scene.browsers}
    again = await _visitor_device(scene)
    told = {frame["change"] for frame in visitor.frames if frame["type"] == "change"}
    assert change.value in told
    live = [{"side": "visitor", "load": visitor.welcome["state"], "frames": visitor.frames}]
    fresh = [{"side": "visitor", "load": again.welcome["state"], "frames": []}]
    for who, device in devices.items():
        live.append({**before[who], "frames": device.frames})
        fresh.append(after[who])
    shown, expected = _shown(live), _shown(fresh)
    for side, mine, theirs in zip(("visitor", *devices), shown, expected, strict=True):
        assert mine == theirs, side
    for device in (visitor, again, *devices.values()):
        await device.leave()


@covers("R9")
@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_a_restriction_and_its_end_make_open_inboxes_load_anew(
    scene: Scene, ana: Membership
) -> None:
    load, inside = database_sync_to_async(_inbox_load), database_sync_to_async(_inside)
    before = await load(scene, "ben")
    ben = await _inbox_device(scene, "ben", before["load"]["rev"])
    visitor = await _visitor_device(scene)

    await inside(scene, lambda scene: _restrict(scene, by=ana))
    for device in (ben, visitor):
        await device.settle()
    restricted = await load(scene, "ben")
    assert _tells_nothing(ben.frames, scene.conversation)
    assert [frame["restart"] for frame in ben.frames] == [False, True]
    assert ben.frames[-1]["rev"] == restricted["load"]["rev"]
    assert "error" in restricted["thread"]
    rows = [row["id"] for page in restricted["pages"].values() for row in page["conversations"]]
    assert str(scene.conversation.pk) not in rows
    late = await _inbox_device(scene, "adi", before["load"]["rev"])
    again = await _visitor_device(scene)
    live = {"side": "visitor", "load": visitor.welcome["state"], "frames": visitor.frames}
    fresh = {"side": "visitor", "load": again.welcome["state"], "frames": []}
    shown, expected = await database_sync_to_async(_shown)([live, fresh])
    assert shown == expected
    assert shown["conversation"]["state"] == "closed"

    # From what it loaded after the word, an inbox follows again: what is written anew, as a load.
    ben.frames.clear()
    await inside(scene, _write_anew)
    await ben.settle()
    after = await load(scene, "ben")
    cases = [{**restricted, "thread": None, "frames": ben.frames}, {**after, "thread": None}]
    mine, theirs = await database_sync_to_async(_shown)(cases)
    assert mine["rev"] == theirs["rev"]
    assert mine["views"] == theirs["views"]
    assert mine["views"]["waiting"][-1]["visitor"]["is_restricted"]

    ben.frames.clear()
    await inside(scene, lambda scene: _lift(scene, by=ana))
    await ben.settle()
    assert [frame["restart"] for frame in ben.frames] == [True]
    lifted = await load(scene, "ben")
    assert lifted["thread"]["conversation"]["visitor"]["name"] == "Jan"
    for device in (ben, late, visitor, again):
        await device.leave()


def _restrict(scene: Scene, *, by: Membership) -> None:
    people = [scene.conversation.visitor_id]
    ground, now = RestrictionGround.ACCURACY, timezone.now()
    restrictions.place(people, ground=ground, by=by, now=now)


def _lift(scene: Scene, *, by: Membership) -> None:
    standing = restrictions.of(scene.conversation.visitor_id)
    assert standing
    restrictions.tell(standing, by=by, now=timezone.now())
    restrictions.lift(standing, by=by, now=timezone.now())


def _write_anew(scene: Scene) -> object:
    visitor = visitors.find(scene.conversation.visitor.public_id)
    assert visitor
    anew = conversations.open_for(visitor)
    author = Author.of_visitor(visitor)
    return messages.post(anew, author=author, body="Is somebody there?", client_id=uuid4())


def _tells_nothing(frames: list[Frame], conversation: Conversation) -> bool:
    return str(conversation.pk) not in json.dumps(frames)


def _inside(scene: Scene, act: Action) -> None:
    with tenant(scene.account.pk):
        act(scene)
