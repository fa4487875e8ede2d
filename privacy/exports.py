"""Everything that an account holds as one ZIP file, for its owners to take away (S49).

Each table is JSON for programs and CSV for people, with the files beside it; `manifest.json` names
every member with its SHA-256. Tables and fields are read from the running installation. It is
built in batches of rows, in short transactions, onto the disk: an account may be larger than
memory, and people go on talking meanwhile. Whoever is killed leaves a claim that lapses, and the
next one begins anew.
"""

import csv
import hashlib
import io
import json
import secrets
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, F, FileField, Model
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from accounts import audit, spreadsheets
from accounts.doors import Steps
from accounts.models import Account, Membership
from privacy import holdings, letters
from privacy.holdings import Column
from privacy.models import AccountExport, LetterKind

KEPT = timedelta(days=7)
FORMAT = 1

BATCH = 500
"""Rows that are in memory at once; of tables that hold files in their rows, a few."""

CLAIM_LAPSES_AFTER = timedelta(minutes=30)
"""Longer than a batch and its files take: after it the process that claimed the export is dead."""

MAX_ATTEMPTS = 20

_PIECE = 1 << 20


def ask(account: Account, *, by: Membership) -> AccountExport:
    """Note that an export is wanted. One at a time: while one is being built, it is the answer."""
    # Two clicks at once make one.
    Account.objects.select_for_update().get(pk=account.pk)
    under_way = AccountExport.objects.filter(**_OPEN).first()
    if under_way:
        return under_way
    audit.record(account.pk, audit.Event.ACCOUNT_EXPORTED, by=by)
    return AccountExport.objects.create(
        account=account, requested_by=by, expires_at=timezone.now() + KEPT
    )


def recent() -> list[AccountExport]:
    """The exports that are there or under way, newest first."""
    return list(AccountExport.objects.filter(expires_at__gt=timezone.now()).order_by("-pk"))


def find(export_id: UUID) -> AccountExport | None:
    """An export that can be downloaded."""
    ready = AccountExport.objects.exclude(finished_at=None).filter(expires_at__gt=timezone.now())
    return ready.filter(pk=export_id).first()


def take(export: AccountExport, *, by: Membership) -> IO[bytes]:
    """The file, and an entry that says who took it."""
    audit.record(export.account_id, audit.Event.EXPORT_TAKEN, by=by)
    return default_storage.open(str(export.file))


def build(step: Steps, export_id: UUID) -> None:
    """Build the file. Does nothing while somebody else does, and when it is there. Begins anew
    when what was built so far holds somebody who was erased meanwhile."""
    while plan := step(_begin, export_id):
        with tempfile.TemporaryFile() as file:
            if not _write(step, plan, file):
                continue
            size, digest = _measured(file)
            default_storage.save(plan.place, File(file))
            step(_finish, plan, size, digest)
            return


def fail(export_id: UUID) -> None:
    """Note that it could not be built, so that nobody waits for it."""
    AccountExport.objects.filter(pk=export_id, **_OPEN).update(failed_at=timezone.now())


def abandoned(now: datetime) -> list[UUID]:
    """The exports that nobody builds, though somebody began or was to begin."""
    lapsed = now - CLAIM_LAPSES_AFTER
    waiting = AccountExport.objects.filter(requested_at__lt=lapsed, **_OPEN)
    return [one.pk for one in waiting if one.claimed_at is None or one.claimed_at < lapsed]


def drop_expired(now: datetime) -> None:
    """Delete the exports whose time is over, with their files."""
    for export in AccountExport.objects.filter(expires_at__lte=now):
        _drop(export)


class ExportEraser:
    """An export holds everybody, so it goes when one of them is erased; one that is being built
    is built anew (`privacy.subjects.Eraser`)."""

    def outside(self, subject: Model) -> Any:
        return True

    def erase(self, account_id: UUID, outside: Any) -> None:
        for export in AccountExport.objects.select_for_update().exclude(finished_at=None):
            _drop(export)
        AccountExport.objects.filter(**_OPEN).update(attempt=F("attempt") + 1, claimed_at=None)


FILES = ExportEraser()


# --- Building -----------------------------------------------------------------------------------

_OPEN: Mapping[str, Any] = {"finished_at": None, "failed_at": None}


@dataclass(frozen=True)
class _Plan:
    """One attempt: which it is, where the file will lie, and what is walked."""

    export_id: UUID
    account_id: UUID
    attempt: int
    place: str
    tables: tuple[type[Model], ...]


@dataclass(frozen=True)
class _Member:
    """One member of the archive."""

    name: str
    sha256: str
    bytes: int


def _begin(export_id: UUID) -> _Plan | None:
    now = timezone.now()
    export = AccountExport.objects.select_for_update().filter(pk=export_id, **_OPEN).first()
    if export is None or (export.claimed_at and export.claimed_at > now - CLAIM_LAPSES_AFTER):
        return None
    if export.attempt >= MAX_ATTEMPTS:
        export.failed_at = now
        export.save(update_fields=["failed_at"])
        return None
    if export.file:
        default_storage.delete(str(export.file))
    tables = tuple(holdings.walked())
    export.attempt += 1
    export.claimed_at = now
    export.tables_done, export.tables_total, export.rows = 0, len(tables), 0
    export.file.name = f"exports/{export.account_id.hex}/{secrets.token_hex(16)}.zip"
    export.save()
    return _Plan(export.pk, export.account_id, export.attempt, str(export.file), tables)


def _write(step: Steps, plan: _Plan, file: IO[bytes]) -> bool:
    """Write the archive; False as soon as the attempt is no longer ours."""
    members: list[_Member] = []
    counts: dict[str, int] = {}
    began = timezone.now()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for done, model in enumerate(plan.tables):
            for member, written in _table(step, plan, archive, model):
                members.append(member)
                counts[model._meta.label] = max(written, counts.get(model._meta.label, 0))
            if not step(_note, plan, done + 1, sum(counts.values())):
                return False
        members.append(_text(archive, "README.txt", step(_readme, plan)))
        manifest = {
            "format": FORMAT,
            "account": str(plan.account_id),
            "begun_at": began,
            "finished_at": timezone.now(),
            "rows": counts,
            "members": [
                {"name": one.name, "sha256": one.sha256, "bytes": one.bytes} for one in members
            ],
        }
        _text(archive, "manifest.json", _json(manifest, indent=1))
    return True


def _table(
    step: Steps, plan: _Plan, archive: zipfile.ZipFile, model: type[Model]
) -> Iterator[tuple[_Member, int]]:
    """Write one table: its JSON, its CSV and its files, each with the number of rows.

    An archive has one open member at a time, and both texts must tell the same rows: the CSV and
    the list of files wait on the disk.
    """
    label, fields = model._meta.label, holdings.shown(model)
    written = 0
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as table,
        tempfile.TemporaryFile("w+", encoding="utf-8") as named,
    ):
        cells = csv.writer(table)
        cells.writerow([field.name for field in fields])
        with _member(archive, f"data/{label}.json") as (text, told):
            text.write(b"[")
            for row in _rows(step, plan, model, fields):
                files = dict(_files(row, model, fields))
                said = {
                    field.name: files[field.name]["name"] if field.name in files else value
                    for field, value in row.items()
                }
                text.write(b",\n" if written else b"\n")
                text.write(_json(said).encode())
                cells.writerow([_cell(value) for value in said.values()])
                for one in files.values():
                    named.write(_json(one) + "\n")
                written += 1
            text.write(b"\n]\n")
        yield told[0], written
        table.seek(0)
        with _member(archive, f"tables/{label}.csv") as (text, told):
            # Spreadsheets know by this mark that the text is UTF-8.
            text.write(b"\xef\xbb\xbf")
            while piece := table.read(_PIECE):
                text.write(piece.encode())
        yield told[0], written
        named.seek(0)
        for line in named:
            member = _copy_file(step, plan, archive, model, json.loads(line))
            if member:
                yield member, written


def _rows(
    step: Steps, plan: _Plan, model: type[Model], fields: Sequence[Column]
) -> Iterator[dict[Column, Any]]:
    size = 20 if any(isinstance(one, BinaryField) for one in fields) else BATCH
    names = ["pk", *(field.attname for field in fields if not isinstance(field, BinaryField))]
    after = None
    while batch := step(_batch, plan, model, names, after, size):
        after = batch[-1]["pk"]
        for row in batch:
            yield {field: row.get(field.attname, _ELSEWHERE) for field in fields}


_ELSEWHERE = "elsewhere"
"""Stands for bytes in a row, which are read when it is their turn."""


def _batch(
    plan: _Plan, model: type[Model], names: list[str], after: Any, size: int
) -> list[dict[str, Any]]:
    if not _is_ours(plan):
        return []
    found = holdings.rows(model, plan.account_id).order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.values(*names)[:size])


def _files(
    row: Mapping[Column, Any], model: type[Model], fields: Sequence[Column]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The files of a row by field: where each lies, and its name in the archive."""
    by_name = {field.name: value for field, value in row.items()}
    for field in fields:
        if not by_name[field.name] or not isinstance(field, FileField | BinaryField):
            continue
        pk = next(str(value) for one, value in row.items() if one.primary_key)
        inside = isinstance(field, BinaryField)
        stored = "" if inside else str(by_name[field.name])
        told = str(by_name.get("name") or "") if field.name == "file" else ""
        ending = f".{field.name}" if inside else PurePosixPath(told or stored).suffix
        name = f"files/{model._meta.label}/{pk}-{field.name}{ending[:12]}"
        yield field.name, {"name": name, "stored": stored, "pk": pk, "field": field.name}


def _copy_file(
    step: Steps, plan: _Plan, archive: zipfile.ZipFile, model: type[Model], one: Mapping[str, str]
) -> _Member | None:
    """Copy a file into the archive. None for one that is gone meanwhile."""
    if not one["stored"]:
        content = step(_bytes_of, model, one["pk"], one["field"])
        return _text(archive, one["name"], content) if content is not None else None
    try:
        stored = default_storage.open(one["stored"])
    except FileNotFoundError:
        return None
    with stored, _member(archive, one["name"]) as (copied, told):
        while piece := stored.read(_PIECE):
            copied.write(piece)
    # A large file takes its time: the claim must not lapse meanwhile.
    step(_is_ours, plan)
    return told[0]


def _bytes_of(model: type[Model], pk: str, field: str) -> bytes | None:
    found = model._default_manager.filter(pk=pk).values_list(field, flat=True).first()
    return bytes(found) if found is not None else None


def _readme(plan: _Plan) -> str:
    account = Account.objects.get(pk=plan.account_id)
    with override(account.language):
        return render_to_string("privacy/export_readme.txt", {"account": account}).strip() + "\n"


def _is_ours(plan: _Plan) -> bool:
    """Whether nobody else has begun since; says that we live."""
    ours = AccountExport.objects.filter(pk=plan.export_id, attempt=plan.attempt, **_OPEN)
    return bool(ours.update(claimed_at=timezone.now()))


def _note(plan: _Plan, done: int, rows: int) -> bool:
    ours = AccountExport.objects.filter(pk=plan.export_id, attempt=plan.attempt, **_OPEN)
    return bool(ours.update(claimed_at=timezone.now(), tables_done=done, rows=rows))


def _finish(plan: _Plan, size: int, digest: str) -> None:
    now = timezone.now()
    ours = AccountExport.objects.filter(pk=plan.export_id, attempt=plan.attempt, **_OPEN)
    if not ours.update(
        finished_at=now, expires_at=now + KEPT, claimed_at=None, size=size, digest=digest
    ):
        default_storage.delete(plan.place)
        return
    export = AccountExport.objects.select_related("account").get(pk=plan.export_id)
    if export.requested_by_id:
        asked = letters.owners_of(export.account).filter(pk=export.requested_by_id)
        letters.to_owners(LetterKind.EXPORT_READY, export.pk, asked)


def _drop(export: AccountExport) -> None:
    if export.file:
        default_storage.delete(str(export.file))
    export.delete()


# --- Bytes --------------------------------------------------------------------------------------


class _Hashing:
    """A file that knows what was written into it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._size += len(content)

    def as_member(self, name: str) -> _Member:
        return _Member(name, self._digest.hexdigest(), self._size)


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[_Hashing, list[_Member]]]:
    """A member to write into; what became of it is in the list afterwards."""
    told: list[_Member] = []
    with archive.open(name, "w", force_zip64=True) as opened:
        hashing = _Hashing(opened)
        yield hashing, told
    told.append(hashing.as_member(name))


def _text(archive: zipfile.ZipFile, name: str, content: str | bytes) -> _Member:
    with _member(archive, name) as (file, told):
        file.write(content.encode() if isinstance(content, str) else content)
    return told[0]


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder, indent=indent)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool | dict | list | int | float):
        return _json(value)
    return spreadsheets.harmless(value)


def _measured(file: IO[bytes]) -> tuple[int, str]:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size, digest
