"""What a visitor decided on the purposes of an account, with a receipt of each decision, and what
they may still agree to (Art. 7 GDPR; S42, R4). Whose it is, their signed number says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.utils import timezone

from chat import telling
from chat.models import Visitor
from privacy import consent_records, consents
from privacy.consents import Origin
from privacy.documents.facts import Incomplete
from privacy.models import ConsentRecord

FIELD = "my_data"
"""Where the box stood that was ticked, as the record names it."""


class EventRow(TypedDict):
    """Something that happened to a consent; each has a receipt."""

    id: str
    state: str
    at: str


class ConsentRow(TypedDict):
    """What the visitor decided on a purpose, in the words that they read. `state` is that of the
    newest record; `events`: all of them, in order."""

    id: str
    title: str
    text: str
    state: str
    at: str
    until: str | None
    events: list[EventRow]


class ReceiptRow(TypedDict):
    """One record to look at, and as files: `receipt` in the fields of ISO/IEC TS 27560, `kantara`
    as a Consent Receipt. Both are null while facts are missing that they must name. `entry` and
    `sha256` are its link in the account's chain, empty until it is linked."""

    id: str
    title: str
    text: str
    state: str
    at: str
    until: str | None
    entry: int | None
    sha256: str
    words_sha256: str
    receipt: dict[str, Any] | None
    kantara: dict[str, Any] | None


class Decisions(TypedDict):
    """All that a visitor decided, and the boxes of what they did not agree to."""

    consents: list[ConsentRow]
    boxes: list[dict[str, Any]]


def told(visitor: Visitor | None, language: str) -> Decisions:
    """Where the visitor stands with each purpose; None: nothing is stored of them."""
    return {
        "consents": _rows(visitor) if visitor else [],
        "boxes": [box.model_dump(mode="json") for box in telling.boxes(language, visitor)],
    }


def give(visitor: Visitor, purpose_id: UUID, *, version: str, language: str, site: str) -> None:
    """Agree to what the box of this version says. Raises ValidationError as `consents.give`."""
    origin = Origin(page_url=site, form_field=FIELD)
    consents.give(visitor.pk, purpose_id, version=version, language=language, origin=origin)


def receipt(visitor: Visitor, record_id: UUID) -> ReceiptRow | None:
    """The receipt of one of the visitor's own records; None for any other."""
    found = ConsentRecord.objects.filter(pk=record_id, principal__subject_id=visitor.pk)
    record = found.select_related("version").first()
    if record is None:
        return None
    title, text = _words(record)
    file, kantara = _files(record)
    return {
        "id": str(record.pk),
        "title": title,
        "text": text,
        "state": record.state,
        "at": _iso(record.at) or "",
        "until": _iso(record.valid_until),
        "entry": record.number,
        "sha256": record.digest,
        "words_sha256": record.text_digest,
        "receipt": file,
        "kantara": kantara,
    }


def _rows(visitor: Visitor) -> list[ConsentRow]:
    rows: list[ConsentRow] = []
    for consent in consents.of(visitor.pk):
        happened: Sequence[ConsentRecord] = list(consents.records(consent))
        if not happened:
            continue
        title, text = _words(happened[-1])
        rows.append(
            {
                "id": str(consent.purpose_id),
                "title": title,
                "text": text,
                "state": consent.state_at(timezone.now()),
                "at": consent.changed_at.isoformat(),
                "until": _iso(consent.valid_until),
                "events": [
                    {"id": str(one.pk), "state": one.state, "at": _iso(one.at) or ""}
                    for one in happened
                ],
            }
        )
    return rows


def _files(record: ConsentRecord) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    try:
        return consent_records.receipt(record), consent_records.kantara(record)
    except Incomplete:
        # What is written down can be looked at all the same.
        return None, None


def _words(record: ConsentRecord) -> tuple[str, str]:
    title, _, text = record.text.partition("\n")
    return title, text


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
