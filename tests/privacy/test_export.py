"""Everything that an account holds, taken away by its owner."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.db.models import BinaryField, FileField, Model
from django.utils import timezone
from pytest_django import Settings

from accounts import audit, invitations
from accounts.declarations import Subject
from accounts.models import Account, AuditEntry, Invitation, Membership, Role
from accounts.tenancy import tenant
from chat import conversations, files, identity, messages, visitors
from chat.authors import Author
from chat.models import Conversation, Visitor
from chat.visitors import VisitorDetails
from privacy import agreements, erasures, exports, holdings, prohibited
from privacy.models import AccountExport, Agreement
from privacy.tasks import build_export, finish_erasures, send_platform_letters, tidy_account
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/app/acme/settings/privacy/export/"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def populate(account: Account, owner: Membership, mark: str) -> Visitor:
    """Something in many tables of the account, each with `mark` in it."""
    with tenant(account.pk):
        visitor = visitors.ensure(
            account.pk,
            identity.new_visitor_id(),
            VisitorDetails(name=f"={mark}", email=f"{mark}@example.org", variables={"a": mark}),
        )
        conversation = conversations.open_for(visitor)
        upload = SimpleUploadedFile(f"{mark}.txt", f"{mark} file".encode())
        attachment = files.accept(upload, author=visitor.public_id)
        messages.post(
            conversation,
            author=Author.of_visitor(visitor),
            body=f"{mark} “words”",
            client_id=uuid4(),
            attachments=[attachment.pk],
        )
        agreements.record(Agreement.PROHIBITED, prohibited.document(), by=owner)
        audit.changed(account.pk, by=owner, setting="plan", old="free", new="pro")
        invitations.invite(account, email=f"{mark}.new@example.org", role=Role.AGENT, by=owner)
    return visitor


def exported(account: Account, by: Membership) -> AccountExport:
    with tenant(account.pk):
        export = exports.ask(account, by=by)
    build_export(account_id=str(account.pk), export_id=str(export.pk))
    with tenant(account.pk):
        return AccountExport.objects.get(pk=export.pk)


def opened(export: AccountExport) -> zipfile.ZipFile:
    return zipfile.ZipFile(default_storage.open(str(export.file)))


def _walked(account: Account) -> Iterator[tuple[type[Model], list[Model]]]:
    for model in holdings.walked():
        yield model, list(holdings.rows(model, account.pk).order_by("pk"))


@covers("S49", page="/app/<slug>/settings/privacy/export/")
def test_an_export_holds_every_row_of_every_table_of_the_account_and_of_no_other(
    acme: Account, ana: Membership, other: Account, gus: Membership
) -> None:
    populate(acme, ana, "acmemark")
    populate(other, gus, "othermark")
    export = exported(acme, ana)
    archive = opened(export)

    walked, filled = 0, set()
    with tenant(acme.pk):
        for model, rows in _walked(acme):
            label = model._meta.label
            told = {one["id"]: one for one in json.loads(archive.read(f"data/{label}.json"))}
            fields = holdings.shown(model)
            if label == "privacy.AccountExport":
                continue
            # The letter that says that it is ready was written afterwards.
            rows = [row for row in rows if getattr(row, "about_id", None) != export.pk]
            assert set(told) == {str(row.pk) for row in rows}, label
            table = list(
                csv.DictReader(io.StringIO(archive.read(f"tables/{label}.csv").decode("utf-8-sig")))
            )
            assert [row["id"] for row in table] == [str(row.pk) for row in rows], label
            for row in rows:
                walked += 1
                filled.add(label)
                assert set(told[str(row.pk)]) == {field.name for field in fields}
                for field in fields:
                    _compare(archive, told[str(row.pk)][field.name], row, field)
    assert {"chat.Message", "chat.Attachment", "accounts.AuditEntry", "privacy.Acceptance"} < filled
    assert walked == export.rows - 1
    everything = b"".join(archive.read(name) + name.encode() for name in archive.namelist())
    assert b"acmemark" in everything
    assert b"othermark" not in everything
    assert str(other.pk).encode() not in everything


def _compare(archive: zipfile.ZipFile, told: Any, row: Model, field: Any) -> None:
    value = getattr(row, field.attname)
    if isinstance(field, BinaryField):
        assert archive.read(told) == bytes(value)
    elif isinstance(field, FileField):
        assert (not value and not told) or archive.read(told) == value.read()
    elif isinstance(value, str | int | float | dict | list | None):
        assert told == value, field
    elif hasattr(value, "isoformat"):
        assert told[:19] == value.isoformat()[:19]
    else:
        assert told == str(value)


def test_the_manifest_names_every_other_file_of_the_archive_with_its_checksum(
    acme: Account, ana: Membership
) -> None:
    populate(acme, ana, "acmemark")
    export = exported(acme, ana)
    archive = opened(export)

    manifest = json.loads(archive.read("manifest.json"))

    said = {one["name"]: one for one in manifest["members"]}
    assert set(said) == set(archive.namelist()) - {"manifest.json"}
    for name, one in said.items():
        content = archive.read(name)
        assert (one["sha256"], one["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert manifest["rows"]["chat.Message"] == 1
    stored = default_storage.open(str(export.file)).read()
    assert (export.digest, export.size) == (hashlib.sha256(stored).hexdigest(), len(stored))
    assert "manifest.json" in archive.read("README.txt").decode()


def test_no_secret_leaves_with_an_export(acme: Account, ana: Membership) -> None:
    """Any field whose name sounds like a secret is withheld, or is known to be none."""
    harmless = {"public_key", "author_key", "session_key", "key", "wants_key"}
    suspicious = [
        f"{model._meta.label}.{field.name}"
        for model in holdings.walked()
        for field in holdings.shown(model)
        if any(word in field.name for word in ("password", "secret", "token", "hash", "key"))
        and field.name not in harmless
    ]

    populate(acme, ana, "acmemark")
    archive = opened(exported(acme, ana))

    assert suspicious == []
    with tenant(acme.pk):
        invitation = Invitation.objects.get(account=acme)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert invitation.token_hash.encode() not in everything
    assert ana.user.password.encode() not in everything


def test_a_cell_that_would_be_a_formula_is_none(acme: Account, ana: Membership) -> None:
    """A24"""
    populate(acme, ana, "acmemark")
    archive = opened(exported(acme, ana))

    assert "'=acmemark" in archive.read("tables/chat.Visitor.csv").decode("utf-8-sig")
    assert json.loads(archive.read("data/chat.Visitor.json"))[0]["name"] == "=acmemark"


def test_rows_are_read_in_batches(
    acme: Account, ana: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 2)
    with tenant(acme.pk):
        for number in range(5):
            audit.changed(acme.pk, by=ana, setting="plan", old=number, new=number + 1)

    archive = opened(exported(acme, ana))

    told = [
        one["details"].get("new")
        for one in json.loads(archive.read("data/accounts.AuditEntry.json"))
    ]
    assert told[:5] == [1, 2, 3, 4, 5]


def test_an_owner_asks_waits_and_downloads_and_the_trail_says_so(
    acme: Account,
    ana: Membership,
    adi: Membership,
    login: LogIn,
    mailoutbox: list[EmailMessage],
) -> None:
    owner = login(ana)
    assert "No export so far" in owner.get(PAGE).content.decode()
    owner.post(f"{PAGE}ask/")
    owner.post(f"{PAGE}ask/")
    assert "Waiting for its turn" in owner.get(f"{PAGE}progress/").content.decode()
    with tenant(acme.pk):
        export = AccountExport.objects.get()

    build_export(account_id=str(acme.pk), export_id=str(export.pk))

    assert "Download" in owner.get(f"{PAGE}progress/").content.decode()
    file = owner.get(f"{PAGE}{export.pk}/")
    content = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert login(adi).get(f"{PAGE}{export.pk}/").status_code == 403
    send_platform_letters()
    letter = mailoutbox[-1]
    assert letter.to == [ana.user.email]
    assert PAGE in letter.body
    with tenant(acme.pk):
        events = list(AuditEntry.objects.order_by("id").values_list("event", flat=True))
    assert events == ["account.exported", "account.export_taken"]


def test_after_a_week_the_file_is_gone(acme: Account, ana: Membership, login: LogIn) -> None:
    export = exported(acme, ana)

    with time_machine.travel(timezone.now() + exports.KEPT + timedelta(minutes=1), tick=False):
        assert login(ana).get(f"{PAGE}{export.pk}/").status_code == 404
        tidy_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert not AccountExport.objects.exists()
    assert not default_storage.exists(str(export.file))


def test_an_export_that_was_killed_is_built_anew_and_leaves_no_file_behind(
    acme: Account, ana: Membership, media: Path
) -> None:
    with tenant(acme.pk):
        export = exports.ask(acme, by=ana)
        plan = exports._begin(export.pk)
    assert plan is not None
    default_storage.save(plan.place, io.BytesIO(b"half of it"))

    build_export(account_id=str(acme.pk), export_id=str(export.pk))
    with tenant(acme.pk):
        building = AccountExport.objects.get()
        assert building.finished_at is None, "whoever builds it may still live"
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        with tenant(acme.pk):
            assert exports.abandoned(timezone.now()) == [export.pk]
        build_export(account_id=str(acme.pk), export_id=str(export.pk))

    with tenant(acme.pk):
        export.refresh_from_db()
    assert [one.name for one in (media / "exports").rglob("*.zip")] == [Path(str(export.file)).name]


def test_an_erasure_reaches_exports_that_are_there_or_being_built(
    acme: Account, ana: Membership, media: Path
) -> None:
    """A57"""
    visitor = populate(acme, ana, "acmemark")
    exported(acme, ana)
    with tenant(acme.pk):
        second = exports.ask(acme, by=ana)
        plan = exports._begin(second.pk)
        assert plan is not None
        erasures.erase(Subject.VISITOR, visitor, account_id=acme.pk, by=ana)
    finish_erasures(account_id=str(acme.pk))

    assert list((media / "exports").rglob("*.zip")) == []
    with tenant(acme.pk):
        assert not exports._is_ours(plan)
    build_export(account_id=str(acme.pk), export_id=str(second.pk))
    with tenant(acme.pk):
        export = AccountExport.objects.get()
        assert not Conversation.objects.exists()
    archive = opened(export)
    assert b"acmemark file" not in b"".join(archive.read(name) for name in archive.namelist())
    assert json.loads(archive.read("data/chat.Visitor.json")) == []
