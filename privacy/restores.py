"""After a restore: what was purged and erased since the backup is there again, and goes again (S57).

Two things make that happen by itself. The database knows where it is by marks that no backup can
bring along (`place`), so a restored one is noticed within a minute, and every account is purged at
once instead of at night. And each erasure leaves a line outside the database, a keyed hash of the
person's number, kept somewhat longer than backups are: each purge looks for people whose number is
there, and erases them again.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.declarations import Subject
from accounts.tenancy import current_account
from privacy import erasures, subjects
from privacy.models import Whereabouts

KEPT_FOR = timedelta(days=31)
"""Of the lines: backups are gone within 30 days (S57)."""

log = structlog.get_logger(__name__)


# --- Where the database is -------------------------------------------------------------------------


def place() -> str:
    """Marks of this database. The cluster's number and the table's are others after a dump is
    restored, the timeline is another after a recovery from a base backup."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.system_identifier, c.timeline_id, d.oid, %s::regclass::oid "
            "FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d "
            "WHERE d.datname = current_database()",
            [Whereabouts._meta.db_table],
        )
        return ".".join(str(mark) for mark in cursor.fetchone())


def is_elsewhere() -> bool:
    """Whether the database was restored since `arrived`, or has never been anywhere. Another machine
    that takes over looks the same; then a purge too many finds nothing to do."""
    return not Whereabouts.objects.filter(place=place()).exists()


def arrived() -> None:
    """Remember where the database is."""
    Whereabouts.objects.update_or_create(
        pk=Whereabouts.ONLY, defaults={"place": place(), "since": timezone.now()}
    )


# --- Who was erased --------------------------------------------------------------------------------


class ErasedPeople:
    """The lines outside the database: a file for each account and day, in `settings.ERASURES_DIR`."""

    def outside(self, subject: Model) -> Any:
        account_id = current_account()
        assert account_id is not None
        return [_hash(account_id, subject.pk)]

    def erase(self, account_id: UUID, outside: Any) -> None:
        path = _path(account_id, _today(timezone.now()))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            # In one piece, so that two who write at once do not mix.
            os.write(file, "".join(f"{one}\n" for one in outside).encode())
            os.fsync(file)
        finally:
            os.close(file)


ERASED_PEOPLE = ErasedPeople()


def returned() -> list[UUID]:
    """The people of this account who were erased and are there again. Inside the account."""
    account_id = current_account()
    assert account_id is not None
    noted = set(_lines(account_id))
    if not noted:
        return []
    return [
        pk for pk in subjects.ids(Subject.VISITOR) if not noted.isdisjoint(_hashes(account_id, pk))
    ]


def erase_again(person_id: UUID) -> None:
    """Erase somebody whom a restore has brought back. A legal hold from before the erasure keeps
    them: somebody has to look."""
    person = subjects.find(Subject.VISITOR, person_id)
    account_id = current_account()
    if person is None or account_id is None:
        return
    try:
        erasures.erase(Subject.VISITOR, person, account_id=account_id, by=None)
    except ValidationError as refused:
        log.error("not_erased_again", code=refused.code)
    else:
        log.info("erased_again")


def delete_old(now: datetime) -> None:
    """Delete lines that no backup reaches back to."""
    for path in Path(settings.ERASURES_DIR).glob("????-??-??.*.txt"):
        if date.fromisoformat(path.name[:10]) < _today(now) - KEPT_FOR:
            path.unlink(missing_ok=True)


def _lines(account_id: UUID) -> Iterator[str]:
    # By their names, not by a look through the folder, in which every account has its files.
    today = _today(timezone.now())
    for age in range(KEPT_FOR.days + 1):
        with suppress(FileNotFoundError):
            yield from _path(account_id, today - timedelta(days=age)).read_text().splitlines()


def _path(account_id: UUID, day: date) -> Path:
    return Path(settings.ERASURES_DIR) / f"{day.isoformat()}.{account_id}.txt"


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _hash(account_id: UUID, person_id: UUID, secret: str | None = None) -> str:
    mac = salted_hmac(f"privacy.restores:{account_id}", str(person_id), secret, algorithm="sha256")
    return mac.hexdigest()


def _hashes(account_id: UUID, person_id: UUID) -> list[str]:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_hash(account_id, person_id, secret) for secret in secrets]
