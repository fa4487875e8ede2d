"""The platform's registers: written entry by entry, or read as a whole from a file that staff keep.

Nothing in a register is deleted. An entry ends on a day, and the trail says who changed what.

A file has the tables `platform` and, each any number of times, `place`, `sub_processor`, `measure` and
`authority`; keys are the fields of the models in `privacy.models.platform`.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from privacy import data_map, trail
from privacy.measures import HEADINGS
from privacy.models.platform import Authority, Measure, Place, PlatformIdentity, SubProcessor

_TABLES: dict[str, type[models.Model]] = {
    "platform": PlatformIdentity,
    "place": Place,
    "sub_processor": SubProcessor,
    "measure": Measure,
    "authority": Authority,
}

_KEYS: dict[type[models.Model], tuple[str, ...]] = {
    PlatformIdentity: (),
    Place: ("service", "city"),
    SubProcessor: ("legal_name", "service"),
    Measure: ("position",),
    Authority: ("position",),
}
"""By what an entry of a file is known again in the register."""

_LAST_DAY: dict[type[models.Model], str] = {
    Place: "until",
    SubProcessor: "ended_on",
    Authority: "ended_on",
}
"""Which field says that an entry has ended."""

R = TypeVar("R", bound=models.Model)


@transaction.atomic
def write(row: R, *, by: User | None) -> R:
    """Add this entry to its register, or change it there. Nothing happens if it says what it said.

    The caller has validated it. `by` None: a command."""
    model = type(row)
    old = model._default_manager.select_for_update().filter(pk=row.pk).first()
    changes = _changes(old, row)
    if old is None:
        row.save(force_insert=True)
        trail.record(trail.Event.ADDED, by=by, target=row, fields=changes)
    elif changes:
        row.save(force_update=True)
        trail.record(trail.Event.CHANGED, by=by, target=row, fields=changes)
    return row


@transaction.atomic
def end(row: R, *, last_day: date, by: User | None) -> R:
    """End an entry: it counts until this day and stays in the register. Raises ValidationError for
    one that has ended, or that would end before it began."""
    model = type(row)
    row = model._default_manager.select_for_update().get(pk=row.pk)
    field = _LAST_DAY[model]
    if getattr(row, field):
        raise ValidationError(_("This has ended already."))
    if last_day < (_first_day(row) or last_day):
        raise ValidationError(_("This is before the first day."))
    setattr(row, field, last_day)
    row.save(update_fields=[field])
    trail.record(trail.Event.ENDED, by=by, target=row, last_day=str(last_day))
    return row


def _first_day(row: models.Model) -> date | None:
    match row:
        case Place():
            return row.since
        case SubProcessor():
            return row.effective_on
        case _:
            return None


def _changes(old: models.Model | None, new: models.Model) -> dict[str, list[str] | None]:
    """The fields that differ, each with what it was and is; of a person's only the name."""
    personal = {one.field for one in data_map.data() if one.table.model == new._meta.label}
    found: dict[str, list[str] | None] = {}
    for field in new._meta.local_concrete_fields:
        if field.primary_key:
            continue
        was = field.value_to_string(old) if old else ""
        said = field.value_to_string(new)
        was, said = ("" if value in (None, "None") else str(value) for value in (was, said))
        if was != said:
            found[field.name] = None if field.name in personal else [was, said]
    return found


class Unusable(Exception):
    """The file cannot be taken; `faults` says where and why. Nothing was changed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load(path: Path) -> dict[str, int]:
    """Make the registers say what the file says: its entries are added or changed, and those that it
    does not name ended yesterday. Drafts stay. Returns how many entries the file has of each kind.
    Raises Unusable, and changes nothing then."""
    try:
        said = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unusable([f"{path}: {error}"]) from error
    faults = [f"{name}: no such table" for name in said if name not in _TABLES]
    rows: dict[type[models.Model], list[models.Model]] = {}
    for name, model in _TABLES.items():
        entries = said.get(name, [])
        rows[model] = []
        for index, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
            row, wrong = _row(model, entry)
            faults += [f"{name} {index}, {fault}" for fault in wrong]
            if row:
                rows[model].append(row)
    faults += _faults_as_a_whole(rows)
    if faults:
        raise Unusable(faults)
    counts = {name: len(rows[model]) for name, model in _TABLES.items()}
    with transaction.atomic():
        changed = [_put(model, found) for model, found in rows.items()]
        if any(changed):
            trail.record(trail.Event.LOADED, by=None, counts=counts)
    return counts


def _put(model: type[models.Model], found: list[models.Model]) -> bool:
    """Whether anything of this register has changed."""
    before = {row.pk: row for row in model._default_manager.all()}
    named, has_changed = set(), False
    for row in found:
        old = _known_as(row, [one for pk, one in before.items() if pk not in named])
        if old is not None:
            row.pk = old.pk
            for kept in _KEPT.get(model, ()):
                setattr(row, kept, getattr(old, kept))
        has_changed |= old is None or bool(_changes(old, row))
        named.add(write(row, by=None).pk)
    yesterday = timezone.now().date() - timedelta(days=1)
    for pk, row in before.items():
        if pk not in named and model in _LAST_DAY and _is_in_force(row):
            end(row, last_day=max(yesterday, _first_day(row) or yesterday), by=None)
            has_changed = True
    return has_changed


_KEPT: dict[type[models.Model], tuple[str, ...]] = {SubProcessor: ("replaces", "dropped_on")}
"""What a file cannot say."""


def _known_as(row: models.Model, among: list[models.Model]) -> models.Model | None:
    """The entry that has the same key; if several have, one that has not ended."""
    key = [getattr(row, name) for name in _KEYS[type(row)]]
    same = [one for one in among if [getattr(one, name) for name in _KEYS[type(one)]] == key]
    return min(same, key=lambda one: not _is_in_force(one), default=None)


def _is_in_force(row: models.Model) -> bool:
    if isinstance(row, SubProcessor) and (row.announced_on is None or row.dropped_on):
        return False
    field = _LAST_DAY.get(type(row))
    return field is None or getattr(row, field) is None


def _row(model: type[models.Model], entry: Any) -> tuple[models.Model | None, list[str]]:
    if not isinstance(entry, Mapping):
        return None, ["not a table"]
    names = {
        field.name for field in model._meta.local_fields if field.editable and not field.is_relation
    }
    if unknown := sorted(set(entry) - names):
        return None, [f"{name}: no such key" for name in unknown]
    row = model(**entry)
    try:
        row.clean_fields()
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return None, [
            f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
        ]
    return row, []


def _faults_as_a_whole(rows: dict[type[models.Model], list[models.Model]]) -> list[str]:
    found = []
    if len(rows[PlatformIdentity]) > 1:
        found.append("platform: more than one")
    positions = [row.position for row in rows[Measure] if isinstance(row, Measure)]
    if sorted(positions) != list(range(1, len(HEADINGS) + 1)):
        found.append(f"measure: each position from 1 to {len(HEADINGS)} must stand there once")
    ranks = [row.position for row in rows[Authority] if isinstance(row, Authority)]
    if len(ranks) != len(set(ranks)):
        found.append("authority: two have the same position")
    names = {row.legal_name for row in rows[SubProcessor] if isinstance(row, SubProcessor)}
    found += [
        f"sub_processor {row.legal_name}, parent: no such sub-processor"
        for row in rows[SubProcessor]
        if isinstance(row, SubProcessor) and row.parent and row.parent not in names
    ]
    return found
