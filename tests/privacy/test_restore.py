"""A database that comes out of a backup: what was purged and erased since goes again by itself."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
import pytest
import structlog
import time_machine
from django.db import connection, connections
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.declarations import Subject
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat.models import Conversation, Message, Visitor
from chatapp import logs
from chatapp.embedded.binaries import find_postgres
from privacy import erasures, holds, restores
from privacy.models import ErasureReceipt, PurgeReceipt, Whereabouts
from privacy.models.history import HoldKind
from privacy.tasks import finish_erasures, look_for_restore, purge_account, tidy_account, tidy_up
from tests.coverage import covers

NewConversation = Callable[..., Conversation]


@pytest.fixture(autouse=True)
def erasures_dir(tmp_path: Path, settings: Settings) -> Path:
    settings.ERASURES_DIR = tmp_path / "erasures"
    return tmp_path / "erasures"


def _erased(account: Account, visitor: Visitor) -> UUID:
    with tenant(account.pk):
        receipt = erasures.erase(Subject.VISITOR, visitor, account_id=account.pk, by=None)
    finish_erasures(account_id=str(account.pk))
    return receipt


def _returned(account: Account, visitor: Visitor) -> None:
    """What a restore does, for tests that need no real one."""
    with tenant(account.pk):
        Visitor.objects.bulk_create([visitor])


def _long_ago(account: Account, conversation: Conversation) -> None:
    with tenant(account.pk):
        longer_ago = timezone.now() - timedelta(days=4_000)
        Conversation.objects.filter(pk=conversation.pk).update(last_message_at=longer_ago)
        Message.objects.filter(conversation=conversation).update(sent_at=longer_ago)


@pytest.mark.django_db
def test_every_account_is_purged_once_when_the_database_is_another_one(
    acme: Account,
    other: Account,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    started = []
    for mark in (None, "1.1.1.1", ""):
        if mark:
            Whereabouts.objects.update(place=mark)
        with django_capture_on_commit_callbacks() as callbacks:
            look_for_restore()
        started.append(len(callbacks))

    assert started == [2, 2, 0]
    assert not restores.is_elsewhere()


@pytest.mark.django_db
@covers("S57")
def test_whoever_was_erased_and_is_there_again_goes_with_the_next_purge(
    acme: Account, other: Account, new_visitor: Callable[..., Visitor], erasures_dir: Path
) -> None:
    nell, ned = new_visitor(name="Nell"), new_visitor(name="Ned")
    _erased(acme, nell)
    _returned(acme, nell)

    purge_account(account_id=str(acme.pk))
    purge_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert list(Visitor.objects.all()) == [ned]
        assert ErasureReceipt.objects.count() == 2
    (file,) = erasures_dir.iterdir()
    assert str(nell.pk) not in file.read_text()
    assert nell.public_id not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_an_erasure_that_cannot_be_finished_stops_neither_the_others_nor_the_purge(
    acme: Account,
    new_visitor: Callable[..., Visitor],
    new_conversation: NewConversation,
    erasures_dir: Path,
) -> None:
    for person in (new_visitor(), new_visitor()):
        _erased(acme, person)
        _returned(acme, person)
    _long_ago(acme, new_conversation("old"))
    (file,) = erasures_dir.iterdir()
    tomorrow = timezone.now() + timedelta(days=1)
    unwritable = erasures_dir / file.name.replace(file.name[:10], tomorrow.date().isoformat())
    unwritable.symlink_to(erasures_dir / "missing" / "disk")

    with time_machine.travel(tomorrow, tick=False):
        purge_account(account_id=str(acme.pk))

        with tenant(acme.pk):
            assert not Conversation.objects.exists()
            assert PurgeReceipt.objects.count() == 1
            assert not restores.returned()
            assert len(erasures.unfinished()) == 2, "without their lines they have no receipts"
        unwritable.unlink()
        tidy_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert not erasures.unfinished()
        assert ErasureReceipt.objects.count() == 4


@pytest.mark.django_db
def test_a_list_that_cannot_be_read_stops_no_purge_and_no_other_account(
    acme: Account,
    other: Account,
    new_visitor: Callable[..., Visitor],
    new_conversation: NewConversation,
    erasures_dir: Path,
) -> None:
    nell = new_visitor()
    _erased(acme, nell)
    _returned(acme, nell)
    (file,) = erasures_dir.iterdir()
    theirs = erasures_dir / file.name.replace(str(acme.pk), str(other.pk))
    theirs.write_bytes(b"\xff")
    with tenant(acme.pk):
        assert restores.returned() == [nell.pk]

    file.write_bytes(b"\xff")
    _long_ago(acme, new_conversation("old"))
    purge_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert not Conversation.objects.exists()


@pytest.mark.django_db
def test_a_hold_that_is_there_again_keeps_the_person(
    acme: Account, ana: Membership, new_visitor: Callable[..., Visitor]
) -> None:
    nell = new_visitor(name="Nell")
    _erased(acme, nell)
    _returned(acme, nell)
    with tenant(acme.pk):
        holds.place(HoldKind.VISITOR, nell.pk, reason="A case", by=ana)

    with structlog.testing.capture_logs() as lines:
        purge_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert Visitor.objects.get() == nell
    (told,) = (one for one in lines if one["event"] == "not_erased_again")
    assert told["code"] == "held"
    assert set(told) <= logs.FIELDS | {"log_level"}


@pytest.mark.django_db
def test_an_old_key_still_finds_them_and_another_account_does_not(
    acme: Account,
    other: Account,
    new_visitor: Callable[..., Visitor],
    settings: Settings,
) -> None:
    nell = new_visitor(name="Nell")
    _erased(acme, nell)
    _returned(acme, nell)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]

    with tenant(acme.pk):
        assert restores.returned() == [nell.pk]
    with tenant(other.pk):
        assert restores.returned() == []


@pytest.mark.django_db
def test_the_list_is_kept_a_day_longer_than_backups(
    acme: Account, new_visitor: Callable[..., Visitor], erasures_dir: Path
) -> None:
    _erased(acme, new_visitor())

    for days, left in ((31, 1), (32, 0)):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            tidy_up()
        assert len(list(erasures_dir.iterdir())) == left


def _tool(name: str, *arguments: str, account: Account | None = None) -> None:
    database = connection.settings_dict
    environment = {
        **os.environ,
        "PGPASSWORD": database["PASSWORD"],
        # The tests' role is no superuser: it dumps what one account sees.
        "PGOPTIONS": f"-c app.account_id={account.pk}" if account else "",
    }
    subprocess.run(
        [
            str(find_postgres().postgres.parent / name),
            f"--host={database['HOST']}",
            f"--port={database['PORT']}",
            f"--username={database['USER']}",
            *arguments,
        ],
        env=environment,
        check=True,
        capture_output=True,
    )


@contextmanager
def _speaking_to(name: str) -> Iterator[None]:
    """The installation's database is this one meanwhile."""
    database: Any = connections["default"]  # with a pool, as only PostgreSQL's has
    before = database.settings_dict["NAME"]
    try:
        for one in (name, before):
            database.close()
            database.close_pool()
            database.settings_dict["NAME"] = one
            if one == name:
                yield
    finally:
        database.close()
        database.close_pool()
        database.settings_dict["NAME"] = before


@pytest.fixture
def empty_database() -> Iterator[str]:
    """Another database of the same cluster."""
    database = connection.settings_dict
    name = f"{database['NAME']}_restored"
    address = (
        f"postgres://{database['USER']}:{quote(database['PASSWORD'])}"
        f"@{database['HOST']}:{database['PORT']}/postgres"
    )
    with psycopg.connect(address, autocommit=True) as root:
        root.execute(f'CREATE DATABASE "{name}"'.encode())
        yield name
        root.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.mark.django_db(transaction=True)
@covers("S57")
def test_a_real_backup_is_restored_and_deleted_things_are_gone_again(
    acme: Account,
    ana: Membership,
    new_conversation: NewConversation,
    empty_database: str,
    tmp_path: Path,
) -> None:
    old, erased, stays = (new_conversation(said) for said in ("old", "erased", "stays"))
    _long_ago(acme, old)
    look_for_restore()
    dump = str(tmp_path / "chatapp.dump")
    name = connection.settings_dict["NAME"]
    _tool(
        "pg_dump", "--format=custom", "--enable-row-security", f"--file={dump}", name, account=acme
    )
    _erased(acme, erased.visitor)
    purge_account(account_id=str(acme.pk))
    with tenant(acme.pk):
        assert list(Conversation.objects.all()) == [stays]
    assert not restores.is_elsewhere()

    _tool("pg_restore", "--no-owner", "--no-comments", f"--dbname={empty_database}", dump)

    with _speaking_to(empty_database):
        with tenant(acme.pk):
            assert set(Conversation.objects.all()) == {old, erased, stays}
        assert restores.is_elsewhere()
        look_for_restore()
        assert not restores.is_elsewhere()
        # What a worker does with what was started.
        purge_account(account_id=str(acme.pk))
        with tenant(acme.pk):
            assert list(Conversation.objects.all()) == [stays]
            assert ErasureReceipt.objects.count() == 1
            assert PurgeReceipt.objects.count() == 1
