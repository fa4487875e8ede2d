"""The platform's registers: read from one file that staff keep, checked as a whole, and put in place.

A file has the tables `platform` and, each any number of times, `place`, `sub_processor`, `measure` and
`authority`; keys are the fields of the models in `privacy.models.platform`.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from privacy.measures import HEADINGS
from privacy.models.platform import Authority, Measure, Place, PlatformIdentity, SubProcessor

_TABLES: dict[str, type[models.Model]] = {
    "platform": PlatformIdentity,
    "place": Place,
    "sub_processor": SubProcessor,
    "measure": Measure,
    "authority": Authority,
}


class Unusable(Exception):
    """The file cannot be taken; `faults` says where and why. Nothing was changed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load(path: Path) -> dict[str, int]:
    """Put what the file says in the place of what the registers hold. Returns the rows of each
    table. Raises Unusable, and changes nothing then."""
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
    with transaction.atomic():
        for model, found in rows.items():
            model._default_manager.all().delete()
            model._default_manager.bulk_create(found)
    return {name: len(rows[model]) for name, model in _TABLES.items()}


def _row(model: type[models.Model], entry: Any) -> tuple[models.Model | None, list[str]]:
    if not isinstance(entry, Mapping):
        return None, ["not a table"]
    names = {field.name for field in model._meta.local_fields if field.editable}
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
