"""A copy of everything that is kept of a person, as JSON, a page to read and their files (Art. 15
and 20 GDPR). Built by a job, kept for a week, then deleted."""

import base64
import json
import secrets
import struct
import tempfile
import time
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import PurePosixPath
from typing import IO, Any, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.declarations import Subject
from accounts.models import Account, Membership
from privacy import subjects
from privacy.models import Restriction, SubjectCopy
from privacy.subjects import Row

KEPT = timedelta(days=7)
LIFETIME = 15 * 60
"""Seconds for which a signed address leads to a copy."""
FORMAT = "1"

_signer = Signer(salt="privacy.copies")


def ask(
    subject_id: UUID, *, account_id: UUID, by: Membership | None, is_requested: bool = False
) -> SubjectCopy:
    """Note that a copy is wanted. One that is being built, or is there already, is built anew:
    what was added since belongs in it. `by` None: the person themselves asked for it;
    `is_requested`: they asked that it is made for them.

    Raises ValidationError: `restricted` when nobody but a member wants it while the person's data
    are kept and not used (Art. 18 GDPR).
    """
    if by and not is_requested:
        standing = Restriction.objects.filter(subject_id=subject_id, lifted_at=None)
        if standing.exists():
            raise ValidationError(
                _("These data are restricted. A copy is made for a request of the person."),
                code="restricted",
            )
    copy = SubjectCopy.objects.create(
        account_id=account_id,
        subject_id=subject_id,
        requested_by=by,
        expires_at=timezone.now() + KEPT,
    )
    audit.record(account_id, audit.Event.PERSON_COPIED, by=by, target=("visitor", subject_id))
    return copy


def build(copy_id: UUID, language: str = "") -> None:
    """Write the file, its page in this language or the account's. Does nothing for a copy that is
    there, or whose person is gone."""
    copy = SubjectCopy.objects.select_for_update().filter(pk=copy_id, finished_at=None).first()
    person = subjects.find(Subject.VISITOR, copy.subject_id) if copy else None
    if copy is None or person is None:
        return
    account = Account.objects.get(pk=copy.account_id)
    place = f"copies/{copy.account_id.hex}/{secrets.token_hex(16)}.zip"
    with tempfile.TemporaryFile() as file:
        with translation.override(language or account.language):
            write(file, account, person)
        copy.size = file.tell()
        file.seek(0)
        copy.file.name = default_storage.save(place, File(file))
    copy.finished_at = timezone.now()
    copy.save(update_fields=["file", "size", "finished_at"])


@dataclass(frozen=True)
class Claim:
    """What a signed address says: this copy of this account, until then (seconds)."""

    account_id: UUID
    copy_id: UUID
    expires: int

    def sign(self) -> str:
        packed = struct.pack(">16s16sI", self.account_id.bytes, self.copy_id.bytes, self.expires)
        return _signer.sign(base64.urlsafe_b64encode(packed).decode().rstrip("="))

    @classmethod
    def read(cls, signed: str) -> Self | None:
        """The claim, or None when it is not ours or has ended (A7)."""
        try:
            packed = base64.urlsafe_b64decode(_signer.unsign(signed) + "==")
            account, copy, expires = struct.unpack(">16s16sI", packed)
        except (BadSignature, ValueError, struct.error):
            return None
        return (
            cls(UUID(bytes=account), UUID(bytes=copy), expires) if expires > time.time() else None
        )


def address(copy: SubjectCopy) -> str:
    """Where a finished copy can be had for some minutes by whoever holds the address."""
    claim = Claim(copy.account_id, copy.pk, int(time.time()) + LIFETIME)
    return reverse("copy", args=[claim.sign()])


def fetch(copy_id: UUID) -> SubjectCopy | None:
    """The copy, if its file is there and its time is not over."""
    there = SubjectCopy.objects.filter(expires_at__gt=timezone.now()).exclude(finished_at=None)
    return there.filter(pk=copy_id).first()


def fail(copy_id: UUID) -> None:
    """Note that it could not be built, so that nobody waits for it."""
    SubjectCopy.objects.filter(pk=copy_id, finished_at=None).update(failed_at=timezone.now())


def drop_expired(now: datetime) -> None:
    """Delete the copies whose time is over, with their files."""
    for copy in SubjectCopy.objects.filter(expires_at__lte=now):
        if copy.file:
            default_storage.delete(str(copy.file))
        copy.delete()


def of(subject_id: UUID) -> list[SubjectCopy]:
    """The copies of one person that are there or under way, the newest first."""
    return list(SubjectCopy.objects.filter(subject_id=subject_id).order_by("-requested_at"))


def write(file: IO[bytes], account: Account, person: Model) -> None:
    """The copy itself: `data.json`, `data.html` and `files/`."""
    told = subjects.told(Subject.VISITOR, person)
    write_rows(file, account, [row for row in told if is_theirs(row)])


def write_rows(file: IO[bytes], account: Account, rows: list[Row]) -> None:
    """These rows as a copy, in the order given."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        names = dict(_files(archive, rows))
        data = as_json(account, rows, names)
        archive.writestr(
            "data.json", json.dumps(data, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
        )
        page = {"account": account, "tables": tables(rows, names), "made_at": timezone.now()}
        archive.writestr("data.html", render_to_string("privacy/copy.html", page))


def as_json(account: Account, rows: list[Row], files: dict[str, str]) -> dict[str, Any]:
    """The rows by table: for each row its id, and each field with what it holds. A file's value
    is its name in the archive."""
    return {
        "format": FORMAT,
        "controller": account.name,
        "made_at": timezone.now(),
        "data": {
            model: [
                {
                    "id": row.id,
                    **{
                        fact.field: _shown(row, fact.field, fact.value, files) for fact in row.facts
                    },
                }
                for row in group
            ]
            for model, group in groupby(rows, key=lambda row: row.table.model)
        },
    }


def tables(rows: list[Row], files: dict[str, str]) -> list[dict[str, Any]]:
    """The rows as people read them: by table, the fields that hold something."""
    return [
        {
            "title": group[0].table.title,
            "purpose": group[0].table.purpose,
            "kept": group[0].table.kept,
            "rows": [
                [
                    (fact.personal.what, _shown(row, fact.field, fact.value, files))
                    for fact in row.facts
                    if fact.value not in (None, "", {}, [])
                ]
                for row in group
            ],
        }
        for model, group in _grouped(rows)
    ]


def _grouped(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    by_table = groupby(rows, key=lambda row: row.table.model)
    return [(model, list(group)) for model, group in by_table]


def is_theirs(row: Row) -> bool:
    """Not the copies themselves: each would hold all before it."""
    return row.table.model != SubjectCopy._meta.label


def _files(archive: zipfile.ZipFile, rows: list[Row]) -> Any:
    for row in rows:
        for field, name in row.files.items():
            said = next((str(f.value) for f in row.facts if f.field == "name" and f.value), "")
            ending = PurePosixPath(said).suffix if field == "file" else ".webp"
            place = f"files/{row.id}-{field}{ending}"
            with default_storage.open(name) as stored, archive.open(place, "w") as copied:
                while chunk := stored.read(1 << 20):
                    copied.write(chunk)
            yield name, place


def _shown(row: Row, field: str, value: Any, files: dict[str, str]) -> Any:
    return files.get(value, value) if field in row.files else value
