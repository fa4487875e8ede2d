"""Records of processing: an account's own (Art. 30(1)) and the platform's (Art. 30(2); R5)."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from uuid import UUID

from django.utils import timezone

from accounts import audit, companies, spreadsheets
from accounts.models import Account, Membership
from privacy import platform, versions
from privacy.documents import record
from privacy.documents.record import LABELS, Activity, Record
from privacy.models import DocumentVersion, OwnActivity, ProcessingEntry, RecordNotes

KIND = "record"


def of(account: Account) -> Record:
    """The record as it is now. Inside the account."""
    said = notes(account.pk)
    return Record(
        facts=platform.facts(account),
        own=tuple(_activity(one) for one in OwnActivity.objects.order_by("added_at", "pk")),
        joint_controllers=said.joint_controllers,
        remarks=said.remarks,
    )


def notes(account_id: UUID) -> RecordNotes:
    """What the account adds for the record as a whole; empty while it adds nothing."""
    return RecordNotes.objects.first() or RecordNotes(account_id=account_id)


def note(account_id: UUID, *, joint_controllers: str, remarks: str, by: Membership) -> None:
    """Say this beside what is computed."""
    said = notes(account_id)
    new = {"joint_controllers": joint_controllers, "remarks": remarks}
    changed = [name for name, text in new.items() if getattr(said, name) != text]
    if changed:
        RecordNotes.objects.update_or_create(account_id=account_id, defaults=new)
        audit.record(account_id, audit.Event.RECORD_CHANGED, by=by, fields=changed)


def enter(
    account_id: UUID,
    texts: Mapping[str, str],
    *,
    activity_id: UUID | None = None,
    by: Membership,
) -> OwnActivity:
    """Enter an activity of the account's own, or change the one with this id. `texts` are the fields
    of `Activity`. Raises OwnActivity.DoesNotExist."""
    one = (
        OwnActivity.objects.get(pk=activity_id)
        if activity_id
        else OwnActivity(account_id=account_id)
    )
    changed = [
        field.name for field in fields(Activity) if getattr(one, field.name) != texts[field.name]
    ]
    if changed:
        for name in changed:
            setattr(one, name, texts[name])
        one.save()
        audit.record(account_id, audit.Event.RECORD_CHANGED, by=by, fields=changed)
    return one


def remove(one: OwnActivity, *, by: Membership) -> None:
    """Take an activity out of the record; versions that have it stay as they are."""
    account_id = one.account_id
    one.delete()
    audit.record(account_id, audit.Event.RECORD_CHANGED, by=by, fields=["removed"])


def keep(account: Account) -> DocumentVersion | None:
    """Keep a dated version if the record has changed. Raises Incomplete."""
    now = of(account)
    return versions.keep(account.pk, KIND, lambda number, day: record.build(now, number, day))


def as_csv(one: Record) -> str:
    """A row for each activity. Raises nothing for a record with gaps: it shows them."""
    head = ("Activity", *LABELS.values())
    return spreadsheets.as_csv(
        head,
        ([row.title, *(getattr(row, name) for name in LABELS)] for row in one.activities()),
    )


def as_json(one: Record) -> dict[str, object]:
    """For programs: the parties and the activities by the letters of Art. 30(1)."""
    return {
        "controller": asdict(one.facts.account) if one.facts.account else None,
        "joint_controllers": one.joint_controllers,
        "processor": asdict(one.facts.platform),
        "activities": [asdict(row) for row in one.activities()],
        "measures": [asdict(measure) for measure in one.facts.measures],
        "remarks": one.remarks,
    }


def contribute(account: Account) -> ProcessingEntry | None:
    """Write the account's line in the platform's record; none while no company is named. Inside the
    account; again: the same line, as things are now."""
    company = companies.of(account.pk)
    if company is None:
        return None
    facts = platform.facts(account)
    assert facts.account is not None
    chat, team = Record(facts).activities()
    line, _is_new = ProcessingEntry.objects.update_or_create(
        account_ref=account.pk,
        defaults={
            "controller": facts.account.company_name,
            "registration": ", ".join(
                part for part in (facts.account.registration_no, facts.account.vat_id) if part
            ),
            "address": facts.account.address,
            "country": facts.account.country,
            "contact": facts.account.contact,
            "dpo": facts.account.dpo,
            "representative": facts.account.representative,
            "categories": [f"{one.title}: {one.categories}" for one in (chat, team)],
            "transfers": chat.transfers,
            "written_at": timezone.now(),
            "ended_at": None,
        },
    )
    return line


def end_lines() -> int:
    """Write down the day for lines whose account is gone. Returns how many. Outside any account."""
    there = Account.objects.values("pk")
    gone = ProcessingEntry.objects.filter(ended_at=None).exclude(account_ref__in=there)
    return gone.update(ended_at=timezone.now())


def register_json() -> dict[str, object]:
    """The platform's record for programs: the processor, its measures, and each controller."""
    return {
        "processor": asdict(platform.party()),
        "measures": [asdict(one) for one in platform.measures()],
        "controllers": [
            {
                **{name: getattr(one, name) for name in _COLUMNS.values()},
                "categories": one.categories,
                "transfers": one.transfers,
                "written_at": one.written_at.isoformat(timespec="seconds"),
                "ended_at": one.ended_at.isoformat(timespec="seconds") if one.ended_at else None,
            }
            for one in ProcessingEntry.objects.order_by("controller", "pk").iterator()
        ],
    }


def register_csv() -> str:
    """The platform's record, a row for each controller."""
    return spreadsheets.as_csv(
        (*_COLUMNS, "Categories of processing", "Transfers", "As of", "Ended"),
        (
            (
                *(getattr(one, name) for name in _COLUMNS.values()),
                " | ".join(one.categories),
                one.transfers,
                f"{one.written_at:%Y-%m-%d}",
                f"{one.ended_at:%Y-%m-%d}" if one.ended_at else "",
            )
            for one in ProcessingEntry.objects.order_by("controller", "pk").iterator()
        ),
    )


_COLUMNS = {
    "Controller": "controller",
    "Registration": "registration",
    "Address": "address",
    "Country": "country",
    "Contact": "contact",
    "Data protection officer": "dpo",
    "Representative": "representative",
}


def _activity(one: OwnActivity) -> Activity:
    return Activity(**{field.name: getattr(one, field.name) for field in fields(Activity)})
