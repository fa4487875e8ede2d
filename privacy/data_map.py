"""The data map: every field of every table, and whether it holds something of a person.

Apps declare (`settings.PERSONAL_DATA`); here the declarations are put together, checked against
the models, and written down. A field that nobody classified is a fault, and a test fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.db.models import Model
from django.utils.module_loading import import_string

from accounts.declarations import Personal, Subject, Table, Volatile

_HEAD = """\
# Data map

What chatapp keeps about whom: every field of every table, declared beside its model in `personal_data.py` and checked
by a test, which also compares this page. Written by `manage.py write_data_map`.
"""


@dataclass(frozen=True)
class Datum:
    """One personal field with all that is said of it."""

    table: Table
    field: str
    personal: Personal


@cache
def tables() -> tuple[Table, ...]:
    """What all apps declare."""
    found: list[Table] = []
    for module in settings.PERSONAL_DATA:
        found += import_string(f"{module}.TABLES")
    return tuple(found)


@cache
def volatile() -> tuple[Volatile, ...]:
    """What is kept outside the database."""
    found: list[Volatile] = []
    for module in settings.PERSONAL_DATA:
        try:
            found += import_string(f"{module}.VOLATILE")
        except ImportError:
            continue
    return tuple(found)


def data(subject: Subject | None = None) -> list[Datum]:
    """Every personal field, of one kind of person or of all."""
    return [
        Datum(table, name, personal)
        for table in tables()
        if subject in (None, table.subject)
        for name, personal in table.personal.items()
    ]


def known() -> dict[str, type[Model]]:
    """Every table of the installation by its name, those of libraries included."""
    return {model._meta.label: model for model in apps.get_models(include_auto_created=True)}


def faults(models: Sequence[type[Model]] | None = None) -> list[str]:
    """What does not fit, in these tables or in all: fields that nobody classified or that are not
    there, paths that lead nowhere, personal data of which something is not said."""
    declared = {table.model: table for table in tables()}
    found = [
        fault
        for model in (known().values() if models is None else models)
        for fault in faults_of(declared.get(model._meta.label, Table(model._meta.label)), model)
    ]
    if models is None:
        found += [f"{label} does not exist" for label in sorted(declared.keys() - known().keys())]
    return found


def faults_of(table: Table, model: type[Model]) -> list[str]:
    """What does not fit between this declaration and its table."""
    fields = {field.name for field in model._meta.local_concrete_fields}
    said = [*table.personal, *table.plain]
    return [
        *(f"{table.model}.{name} is not classified" for name in sorted(fields - set(said))),
        *(f"{table.model}.{name} does not exist" for name in sorted(set(said) - fields)),
        *(f"{table.model}.{name} is said twice" for name in set(said) if said.count(name) > 1),
        *_untold(table, model),
    ]


def _untold(table: Table, model: type[Model]) -> Iterator[str]:
    is_said = all((table.purpose, table.basis, table.kept, table.erased))
    if table.personal and not (is_said and table.subject is not Subject.NOBODY):
        yield f"{table.model}: purpose, basis, how long, erasure or subject is missing"
    if table.path:
        try:
            model._default_manager.filter(**{f"{table.path}__isnull": False})
        except FieldError:
            yield f"{table.model}: the path {table.path} leads nowhere"


def document() -> str:
    """The text of docs/data-map.md."""
    parts = [_HEAD]
    by_subject = sorted(data(), key=lambda one: list(Subject).index(one.table.subject))
    for subject, rows in groupby(by_subject, key=lambda one: one.table.subject):
        parts.append(f"\n## {subject.value[0].upper()}{subject.value[1:]}\n")
        for table, fields in groupby(rows, key=lambda one: one.table):
            parts += _section(table, list(fields))
    parts.append("\n## Outside the database\n")
    parts.append("\n| what | of whom | category | where | purpose | gone after | only if |\n")
    parts.append("|---|---|---|---|---|---|---|\n")
    parts += [
        f"| {one.what} | {one.subject} | {one.category} | {one.where} | {one.purpose} | "
        f"{_lasting(one)} | {_condition(one.when)} |\n"
        for one in volatile()
    ]
    parts.append("\n## Tables without personal data\n\n")
    parts.append(", ".join(f"`{one.model}`" for one in tables() if not one.personal) + "\n")
    return "".join(parts)


def _lasting(one: Volatile) -> str:
    days, minutes = one.lifetime.days, int(one.lifetime.total_seconds()) // 60
    return f"{days} days" if days else f"{minutes} min"


def _section(table: Table, fields: list[Datum]) -> Iterator[str]:
    yield f"\n### `{table.model}`\n\n"
    yield f"Processed {table.purpose} ({table.basis}). Kept {table.kept}.\n"
    yield f"When the person is erased: {table.erased}.\n\n"
    yield "| field | what it is | category | source | only if |\n|---|---|---|---|---|\n"
    for one in fields:
        personal = one.personal
        yield (
            f"| `{one.field}` | {personal.what} | {personal.category} | {personal.source} | "
            f"{_condition(personal.when)} |\n"
        )


def _condition(when: str) -> str:
    return f"`{when}`" if when else ""
