"""A person is told everything that is kept of them, and nothing of anybody else; and erased, without
a trace in any table, file, key, mail, copy or log."""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.db.models import FileField
from django.utils import timezone
from pytest_django import Settings

from accounts import audit, chains
from accounts.declarations import Erased, Subject
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import (
    conversations,
    files,
    letters,
    messages,
    presence,
    redactions,
    visitors,
    wire,
)
from chat.asking import Filed
from chat.authors import Author
from chat.identity import new_visitor_id
from chat.models import Conversation, ConversationMail, FormPoint, Group, Message, Visitor
from chat.tasks import send_letters
from chat.visitors import VisitorDetails
from privacy import (
    consents,
    copies,
    erasures,
    holds,
    notices,
    purposes,
    requests,
    restrictions,
    subjects,
)
from privacy.consents import Origin
from privacy.models import (
    ConsentRecord,
    Erasure,
    ErasureReceipt,
    NoticePoint,
    PurposeCategory,
    RestrictionGround,
    SubjectCopy,
)
from privacy.models.history import HoldKind
from privacy.models.requests import Channel, RequestKind
from privacy.purposes import Words
from privacy.tasks import build_copy, finish_erasures, send_request_letters, tidy_account
from tests.conftest import LogIn
from tests.coverage import covers
from tests.e2e import sinks

pytestmark = pytest.mark.django_db(transaction=True)

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "00000301010018dd8db00000000049454e44ae426082"
)


def _person(account: Account, member: Membership, mark: str) -> Visitor:
    """A visitor of whom something is kept in every place, each with `mark` in it as far as the
    place can hold words."""
    public_id = new_visitor_id()
    with tenant(account.pk):
        visitor = visitors.ensure(
            account.pk,
            public_id,
            VisitorDetails(
                name=f"{mark} name",
                email=f"{mark}-mail@example.org",
                phone=f"+420 {mark}"[:50],
                variables={f"{mark}-key": f"{mark} variable"},
                language="cs",
                browser=f"{mark} browser",
                os=f"{mark} os",
                device="phone",
                screen="390x844",
                time_zone=f"{mark}/zone",
            ),
        )
        shop = Group.objects.get_or_create(account=account, key="shop", defaults={"name": "Shop"})
        conversation = conversations.open_for(visitor, group=shop[0])
        said = Author.of_visitor(visitor)
        attachment = files.accept(_upload(f"{mark}-picture.png", PIXEL), author=public_id)
        files.accept(_upload(f"{mark}-unsent.txt", f"{mark} unsent".encode()), author=public_id)
        messages.post(
            conversation,
            author=said,
            body=f"{mark} words",
            client_id=uuid4(),
            attachments=[attachment.pk],
            filed=Filed(FormPoint.OFFLINE, {}, [_answer(mark)]),
        )
        sent = files.accept(
            _upload(f"{mark}-manual.pdf", b"%PDF-1.7 " + mark.encode()), author=member
        )
        messages.post(
            conversation,
            author=Author.of_member(member),
            body="",
            client_id=uuid4(),
            attachments=[sent.pk],
        )
        messages.post(
            conversation,
            author=Author.of_member(member),
            body=f"{mark} answer",
            client_id=uuid4(),
        )
        letters.transcript(
            Conversation.objects.get(visitor=visitor),
            email=f"{mark}-letter@example.org",
            by=Author.of_member(member),
        )
        # One letter is sent, and one waits.
        ConversationMail.objects.filter(kind="transcript").update(
            due_at=timezone.now() - timedelta(minutes=1)
        )
    send_letters(account_id=str(account.pk))
    with tenant(account.pk):
        found = Conversation.objects.get(visitor=visitor)
        taken_back = Message.objects.filter(conversation=found, member=member).latest("seq")
        redactions.redact(found, message_id=taken_back.pk, by=member)
        visitors.block(visitor, by=member)
        conversations.close(found, by=Author.of_member(member))
        Visitor.objects.filter(pk=visitor.pk).update(
            ip_address="203.0.113.9", blocked_address="203.0.113.9"
        )
        visitor.refresh_from_db()
        _restrict(visitor, member)
        letters.transcript(
            Conversation.objects.get(visitor=visitor),
            email=f"{mark}-later@example.org",
            by=Author.of_visitor(visitor),
        )
        audit.looked(member, audit.Event.CONVERSATION_READ, ("conversation", conversation.pk))
        hold = holds.place(HoldKind.VISITOR, visitor.pk, reason=f"{mark} reason", by=member)
        holds.lift(hold, by=member)
        _agrees(account, member, visitor, mark)
        copy = copies.ask(visitor.pk, account_id=account.pk, by=member, is_requested=True)
        _request(visitor, mark, member)
    build_copy(account_id=str(account.pk), copy_id=str(copy.pk))
    send_request_letters(account_id=str(account.pk))
    return visitor


def _restrict(visitor: Visitor, member: Membership) -> None:
    """The visitor's data were restricted once, and are again."""
    now, ground = timezone.now(), RestrictionGround.ACCURACY
    restrictions.place([visitor.pk], ground=ground, by=member, now=now)
    standing = restrictions.of(visitor.pk)
    assert standing
    restrictions.tell(standing, by=member, now=now)
    restrictions.lift(standing, by=member, now=now)
    restrictions.place([visitor.pk], ground=ground, by=member, now=now)


def _agrees(account: Account, member: Membership, visitor: Visitor, mark: str) -> None:
    """The visitor was told, agreed to a newsletter for a year, and took it back."""
    said = Words("Newsletter", "Write to me once a month.", "your e-mail address")
    if not purposes.consent_boxes("en"):
        purposes.declare_further(
            {"en": said},
            account_id=account.pk,
            category=PurposeCategory.NEWSLETTER,
            months_valid=12,
            by=member,
        )
    (box,) = purposes.consent_boxes("en")
    told = notices.wording(account, "en")
    notices.record_shown(account, visitor.pk, told.version_hash, "en", NoticePoint.CHAT)
    consents.give(
        visitor.pk,
        box.id,
        version=box.version,
        language="en",
        origin=Origin(page_url=f"https://shop.test/{mark}?{mark}"),
    )
    consents.withdraw(visitor.pk, box.id)


def _answer(mark: str) -> dict[str, str | bool]:
    return {"form": "offline", "key": "order", "label": "Order", "value": f"{mark} order"}


def _request(visitor: Visitor, mark: str, member: Membership) -> None:
    """A request that was answered today: for a week more the desk knows who asked."""
    now = timezone.now()
    request = requests.receive(
        RequestKind.ACCESS,
        Channel.WIDGET,
        subject_id=visitor.pk,
        name=f"{mark} asks",
        email=f"{mark}-desk@example.org",
        words=f"{mark} wants to know",
        now=now,
    )
    requests.answer(request, subject=f"{mark} subject", body=f"{mark} answer", by=member, now=now)


def _upload(name: str, content: bytes) -> Any:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def kept(tmp_path: Path, settings: Settings) -> Path:
    """Where files and mail lie during the test, and nowhere else."""
    settings.EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


@pytest.fixture
def nell(acme: Account, ana: Membership, kept: Path) -> Visitor:
    return _person(acme, ana, "canarynell")


@pytest.fixture
def omar(acme: Account, ana: Membership, kept: Path) -> Visitor:
    return _person(acme, ana, "canaryomar")


def _traces(visitor: Visitor) -> set[bytes]:
    """The visitor's mark, and every id and name of a file that leads to them."""
    found = {visitor.public_id.encode(), visitor.email.split("-")[0].encode()}
    for table in subjects.reached(Subject.VISITOR):
        for row in subjects.rows(table, visitor):
            if table.erased is Erased.DELETED:
                found |= {str(row.pk).encode(), row.pk.hex.encode()}
            for field in table.personal:
                if isinstance(row._meta.get_field(field), FileField):
                    found.add(str(getattr(row, field)).encode())
    return {one.lower() for one in found if one}


def _everything(account: Account, kept: Path) -> Iterator[tuple[str, bytes]]:
    """Every row, key, file and line of PostgreSQL's log."""
    yield from sinks.rows(account)
    yield from sinks.redis_values()
    yield from sinks.files(kept)
    servers = Path(os.environ["VAR_DIR"]).parent / "servers"
    logs = [log for log in servers.rglob("*.log") if log.is_file()]
    assert logs, "PostgreSQL writes no log"
    yield from ((str(log), log.read_bytes()) for log in logs)


def _found(traces: set[bytes], account: Account, kept: Path) -> set[tuple[str, bytes]]:
    return {
        (where, trace)
        for where, content in _everything(account, kept)
        for trace in traces
        if trace in content.lower()
    }


@covers("S73")
def test_there_is_a_canary_in_every_field_that_is_a_visitors(acme: Account, nell: Visitor) -> None:
    with tenant(acme.pk):
        empty = {
            f"{table.model}.{name}"
            for table in subjects.reached(Subject.VISITOR)
            for name in table.personal
            if not any(
                getattr(row, name) not in (None, "", {}) for row in subjects.rows(table, nell)
            )
        }

    assert empty == set()


@covers("S73", "R10")
def test_after_an_erasure_no_trace_of_the_person_is_anywhere(
    acme: Account, ana: Membership, nell: Visitor, omar: Visitor, kept: Path
) -> None:
    """A57"""
    async_to_sync(presence.visitor_here)(
        acme.pk,
        nell.public_id,
        "one",
        wire.Page(url="https://shop.test/canarynell", title="canarynell"),
    )
    async_to_sync(presence.remember_details)(acme.pk, nell.public_id, {"name": "canarynell"})
    with tenant(acme.pk):
        hers, his = _traces(nell), _traces(omar)
    before = {where for where, _ in _found(hers, acme, kept)}
    assert {"chat_visitor", "chat_message", "privacy_subjectcopy", "zset", "string"} <= before
    assert any(".eml" in where for where in before)
    assert any("/copies/" in where for where in before)
    untouched = _found(his, acme, kept)

    with tenant(acme.pk):
        receipt_id = erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=ana)
    finish_erasures(account_id=str(acme.pk))

    assert _found(hers, acme, kept) == set()
    assert _found(his, acme, kept) == untouched
    with tenant(acme.pk):
        receipt = ErasureReceipt.objects.get(pk=receipt_id)
        assert receipt.counts["chat.Visitor"] == 1
        assert receipt.counts["chat.Attachment"] == 3
        assert all(isinstance(number, int) for number in receipt.counts.values())
        assert chains.verify(ErasureReceipt, acme.pk) == []
        chains.seal(ConsentRecord, acme.pk)
        assert chains.verify(ConsentRecord, acme.pk) == []
        chains.seal(AuditEntry, acme.pk)
        assert chains.verify(AuditEntry, acme.pk) == []
        assert AuditEntry.objects.filter(event="person.erased", actor_id=ana.pk).count() == 1


@covers("S73")
def test_a_copy_holds_exactly_what_the_data_map_says_is_the_persons(
    acme: Account, nell: Visitor, omar: Visitor
) -> None:
    """A58"""
    with tenant(acme.pk):
        file = io.BytesIO()
        copies.write(file, acme, nell)
        archive = zipfile.ZipFile(file)
        data = json.loads(archive.read("data.json"))["data"]
        for table in subjects.reached(Subject.VISITOR):
            rows = {str(row.pk): row for row in subjects.rows(table, nell)}
            if table.model == "privacy.SubjectCopy":
                assert table.model not in data
                continue
            told = {one["id"]: one for one in data[table.model]}
            assert set(told) == set(rows), table.model
            for pk, row in rows.items():
                assert set(told[pk]) == {"id", *table.personal}
                for name in table.personal:
                    field = row._meta.get_field(name)
                    if isinstance(field, FileField):
                        stored = getattr(row, name)
                        assert not stored or archive.read(told[pk][name]) == stored.read()
                    elif isinstance(getattr(row, name), str | dict | bool | int):
                        assert told[pk][name] == getattr(row, name), name
                    else:
                        assert (told[pk][name] is None) == (getattr(row, name) is None), name
        everything = b"".join(archive.read(name) + name.encode() for name in archive.namelist())
        page = archive.read("data.html").decode()
    assert b"canaryomar" not in everything
    assert "canarynell words" in page
    assert "canarynell-mail@example.org" in page


def test_an_erasure_that_was_killed_in_between_is_finished_by_the_next_round(
    acme: Account, nell: Visitor, kept: Path
) -> None:
    with tenant(acme.pk):
        hers = _traces(nell)
        receipt_id = erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=None)
        assert Erasure.objects.count() == 1
    # A first try reached some of it.
    for letter in (kept / "mail").glob("*.eml"):
        letter.unlink()

    tidy_account(account_id=str(acme.pk))
    tidy_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert [one.pk for one in ErasureReceipt.objects.all()] == [receipt_id]
        assert not Erasure.objects.exists()
    assert _found(hers, acme, kept) == set()


def test_what_a_legal_hold_keeps_is_not_erased(
    acme: Account, ana: Membership, nell: Visitor
) -> None:
    with tenant(acme.pk):
        conversation = Conversation.objects.get(visitor=nell)
        hold = holds.place(HoldKind.CONVERSATION, conversation.pk, reason="A case", by=ana)
        with pytest.raises(ValidationError) as refused:
            erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=ana)
        assert refused.value.code == "held"
        assert Message.objects.filter(conversation=conversation).exists()

        holds.lift(hold, by=ana)
        erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=ana)
        assert not Message.objects.exists()
        with pytest.raises(ValidationError) as gone:
            erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=ana)
        assert gone.value.code == "gone"


def test_an_altered_receipt_is_noticed(acme: Account, nell: Visitor) -> None:
    with tenant(acme.pk):
        erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=None)
    finish_erasures(account_id=str(acme.pk))

    with tenant(acme.pk), pytest.raises(IntegrityError, match="kept as written"):
        ErasureReceipt.objects.update(counts={})


def test_a_copy_is_gone_after_a_week_with_its_file(acme: Account, nell: Visitor) -> None:
    with tenant(acme.pk):
        name = str(SubjectCopy.objects.get().file)
        assert default_storage.exists(name)

    with time_machine.travel(timezone.now() + copies.KEPT + timedelta(minutes=1), tick=False):
        tidy_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert not SubjectCopy.objects.exists()
    assert not default_storage.exists(name)


@covers("S73", page="/app/<slug>/settings/privacy/people/")
def test_an_admin_finds_a_person_hands_over_a_copy_and_erases_them(
    acme: Account, adi: Membership, nell: Visitor, omar: Visitor, login: LogIn
) -> None:
    with tenant(acme.pk):
        for one in (nell, omar):
            restrictions.take_back(one.pk, now=timezone.now())
    browser = login(adi)
    people = "/app/acme/settings/privacy/people/"
    listed = browser.get(people, {"q": "canarynell"}).content.decode()
    assert "canarynell name · canarynell-mail@example.org" in listed
    assert "canaryomar" not in listed
    assert "Nobody like that" in browser.get(people, {"q": "nobody"}).content.decode()
    with tenant(acme.pk):
        conversation = Conversation.objects.get(visitor=nell)
    person = browser.get(people, {"conversation": str(conversation.pk)}).headers["Location"]
    assert "canarynell browser" in browser.get(person).content.decode()

    browser.post(f"{person}copy/")
    with tenant(acme.pk):
        copy = SubjectCopy.objects.latest("requested_at")
    build_copy(account_id=str(acme.pk), copy_id=str(copy.pk))
    assert "Download" in browser.get(f"{person}copies/").content.decode()
    file = browser.get(f"/app/acme/settings/privacy/copies/{copy.pk}/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content)))  # type: ignore[attr-defined]
    assert {"data.json", "data.html"} < set(archive.namelist())

    assert browser.post(f"{person}erase/").status_code == 422
    done = browser.post(f"{person}erase/", {"understood": "on"}, follow=True).content.decode()
    assert "1 erasure is being finished." in done
    finish_erasures(account_id=str(acme.pk))

    assert browser.get(person).status_code == 404
    with tenant(acme.pk):
        reference = ErasureReceipt.objects.get().reference
    after = browser.get(people, {"q": "canarynell"}).content.decode()
    assert reference in after
    assert "Nobody like that" in after
    assert browser.get(f"/app/acme/settings/privacy/copies/{copy.pk}/").status_code == 404
