"""Files of the register of consents, and of the people who agreed to a purpose (R4, S42)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import IO, Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import audit
from accounts.declarations import Subject
from accounts.models import Account, Membership
from accounts.spreadsheets import harmless
from privacy import consent_records, consents, subjects, suppressions, withdrawals
from privacy.consents import Wanted
from privacy.models import Consent, Purpose, RequestPerson, Restriction
from privacy.models.requests import RequestKind, RequestState

FORMATS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "jsonld": "application/ld+json",
}
BATCH = 500

SILENCING = (RequestKind.RESTRICTION, RequestKind.OBJECTION, RequestKind.WITHDRAWAL)
"""Whoever asks for one of these is left alone from then on, also while nobody has decided yet (Art. 7(3),
18, 21 GDPR). Agreeing anew counts again."""


def write(file: IO[bytes], account: Account, wanted: Wanted, form: str, *, by: Membership) -> None:
    """The wanted records in one of `FORMATS`, and an entry in the trail. Inside the account. Raises
    Incomplete before anything is written."""
    place = consent_records.setting(account)
    found = consents.find(wanted).iterator(BATCH)
    written = consent_records.rows(found, place)
    match form:
        case "csv":
            _as_csv(file, written)
        case "jsonld":
            _as_json(
                file,
                {"@context": consent_records.CONTEXT},
                "@graph",
                (consent_records.as_dpv(one) for one in written),
            )
        case _:
            head = {"schema_version": consent_records.SCHEMA, "exported_at": timezone.now()}
            _as_json(file, head, "records", written)
    about = ("purpose", wanted.purpose_id) if wanted.purpose_id else None
    details = {"format": form, "state": wanted.state} if wanted.state else {"format": form}
    audit.record(account.pk, audit.Event.CONSENTS_EXPORTED, by=by, target=about, **details)


def contacts(file: IO[bytes], purpose: Purpose, *, by: Membership, now: datetime) -> int:
    """Those who agree to this purpose now and left a way to reach them, as CSV: whoever has not,
    or no longer, or has asked to be left alone or objected since, is in no line (S42). Each has the link by
    which they take it back, for the mails that are sent. Returns how many; the trail tells of it."""
    asked_us_not_to = RequestPerson.objects.filter(
        subject_id=OuterRef("principal__subject_id"),
        request__kind__in=SILENCING,
        request__received_at__gte=OuterRef("changed_at"),
    ).exclude(request__state=RequestState.REFUSED)
    restricted = Restriction.objects.filter(lifted_at=None).values("subject_id")
    agreeing = (
        consents.counting(now)
        .filter(~Exists(asked_us_not_to), purpose=purpose, principal__subject_id__isnull=False)
        .exclude(principal__subject_id__in=restricted)
        .select_related("principal")
    )
    names, ways = subjects.contact_fields(Subject.VISITOR)
    out = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    table = csv.writer(out)
    table.writerow([*names, "agreed_at", "record", "withdrawal_link"])
    number = 0
    read = {*names, *suppressions.key_fields()}
    for batch in _batches(agreeing.order_by("pk").iterator(BATCH)):
        people = subjects.values(Subject.VISITOR, [_subject(one) for one in batch], read)
        keys = {pk: suppressions.keys_in(said) for pk, said in people.items()}
        objected = suppressions.standing({key for some in keys.values() for key in some})
        for one in batch:
            said = people.get(_subject(one), {})
            if not any(said.get(name) for name in ways):
                continue
            # Agreeing anew after an objection counts again.
            theirs = keys[_subject(one)] & objected.keys()
            if any(objected[key] >= one.changed_at for key in theirs):
                continue
            link = withdrawals.address(one)
            cells = [*(said[name] for name in names), one.changed_at.isoformat(), one.pk, link]
            table.writerow([harmless(cell) for cell in cells])
            number += 1
    out.detach()
    audit.record(
        by.account_id,
        audit.Event.CONTACTS_EXPORTED,
        by=by,
        target=("purpose", purpose.pk),
        number=number,
    )
    return number


def _subject(consent: Consent) -> UUID:
    found = consent.principal.subject_id
    assert isinstance(found, UUID)
    return found


def _batches(found: Iterator[Consent]) -> Iterator[list[Consent]]:
    while batch := list(islice(found, BATCH)):
        yield batch


def _as_csv(file: IO[bytes], written: Iterable[dict[str, Any]]) -> None:
    out = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    table = csv.writer(out)
    has_head = False
    for one in written:
        cells = consent_records.flat(one)
        if not has_head:
            table.writerow([name for name, _value in cells])
            has_head = True
        table.writerow([harmless(value) for _name, value in cells])
    out.detach()


def _as_json(
    file: IO[bytes], head: dict[str, Any], name: str, written: Iterable[dict[str, Any]]
) -> None:
    """One record after the other, so that a register of any size takes the same memory."""
    begin = _json(head)[:-1]
    file.write(f"{begin}, {_json(name)}: [".encode())
    for index, one in enumerate(written):
        file.write((",\n" if index else "\n").encode() + _json(one).encode())
    file.write(b"\n]}\n")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
