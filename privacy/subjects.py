"""One person, wherever their data are: found by the data map, told, and erased (Art. 15-20 GDPR).

Which tables, fields and files are a person's is nowhere written a second time: the declarations
lead from the person's own row to everything else. What lies outside the database the apps above
know themselves and name in `settings.ERASERS`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import FileField, ForeignKey, Model, Q, QuerySet, UUIDField
from django.utils.module_loading import import_string

from accounts.declarations import Category, Erased, Personal, Subject, Table
from privacy import data_map

BATCH = 500
"""Rows that are read at once."""


class Eraser(Protocol):
    """What an app keeps of a person outside the database. Both stand inside the account."""

    def outside(self, subject: Model) -> Any:
        """What has to be reached, as JSON, while the rows are still there."""

    def erase(self, account_id: UUID, outside: Any) -> None:
        """Reach it, after the rows are gone. Called again after a fault: twice is once."""


@cache
def erasers() -> Mapping[str, Eraser]:
    return {name: import_string(name) for name in settings.ERASERS}


@dataclass(frozen=True)
class Fact:
    """One personal field of one row, and what it holds: text, a number, JSON, a time, or the name
    of a file."""

    field: str
    personal: Personal
    value: Any


@dataclass(frozen=True)
class Row:
    """One row that is the person's. `files` leads from fields to names in the storage."""

    table: Table
    id: str
    facts: tuple[Fact, ...]
    files: Mapping[str, str]


def root(subject: Subject) -> Table:
    """The table of which a row is the person."""
    return next(one for one in data_map.tables() if one.subject == subject and one.path == "")


def find(subject: Subject, pk: UUID) -> Model | None:
    """The person's own row in this account."""
    return _model(root(subject))._default_manager.filter(pk=pk).first()


def ids(subject: Subject) -> Iterator[UUID]:
    """The id of every such person in this account."""
    found = _model(root(subject))._default_manager.order_by("pk")
    return found.values_list("pk", flat=True).iterator(BATCH)


def hold(subject: Subject, pk: UUID) -> Model | None:
    """The person's own row, which nobody erases until the transaction ends; None if it is gone."""
    rows = _model(root(subject))._default_manager
    return rows.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()


def search(subject: Subject, words: str, limit: int) -> list[Model]:
    """People by what they are called, where they are reached, or their number, the newest first.
    Somebody without a name is found by their number alone."""
    table = root(subject)
    wanted = Q()
    for name, personal in table.personal.items():
        if personal.category in {Category.IDENTITY, Category.CONTACT}:
            wanted |= Q(**{f"{name}__icontains": words})
        elif personal.is_number:
            wanted |= Q(**{name: words})
    return list(_model(table)._default_manager.filter(wanted).order_by("-pk")[:limit])


def names(subject: Subject, person: Model) -> tuple[list[str], str]:
    """What the person is called and where they are reached, and their number."""
    facts = own_facts(subject, person)
    told = {Category.IDENTITY, Category.CONTACT}
    said = [str(fact.value) for fact in facts if fact.personal.category in told]
    number = next((str(fact.value) for fact in facts if fact.personal.is_number), str(person.pk))
    return said, number


def contact_fields(subject: Subject) -> tuple[list[str], list[str]]:
    """The fields of a person's own row that say what they are called or where they are reached,
    and of these the latter."""
    personal = root(subject).personal
    told = {Category.IDENTITY, Category.CONTACT}
    names = [name for name, one in personal.items() if one.category in told]
    return names, [name for name in names if personal[name].category == Category.CONTACT]


def values(
    subject: Subject, ids: Iterable[UUID], names: Iterable[str]
) -> dict[UUID, dict[str, Any]]:
    """These fields of these people's own rows, by their ids; who is gone is missing."""
    found = _model(root(subject))._default_manager.filter(pk__in=list(ids))
    return {one.pop("pk"): one for one in found.values("pk", *names)}


def counts(
    subject: Subject, person: Model, *, within: UUID | None = None
) -> list[tuple[Table, int]]:
    """How many rows of each table are the person's, besides their own; `within` as in `told`."""
    found = [
        (table, _within(rows(table, person), within).count())
        for table in reversed(reached(subject))
    ]
    return [(table, count) for table, count in found if count and table.path != ""]


def own_facts(subject: Subject, person: Model) -> list[Fact]:
    """What stands in the person's own row, as far as it says anything."""
    said = [
        Fact(name, personal, _value(person, name))
        for name, personal in root(subject).personal.items()
    ]
    return [fact for fact in said if fact.value not in (None, "", {}, [])]


def reached(subject: Subject) -> list[Table]:
    """The tables in which a person's rows are found, those that hang on others first."""
    found = [
        one
        for one in data_map.tables()
        if one.subject == subject and (one.path is not None or one.also)
    ]
    return sorted(found, key=lambda one: -_depth(one))


def rows(table: Table, person: Model) -> QuerySet[Any]:
    """The person's rows of this table."""
    wanted = Q()
    if table.path == "":
        wanted |= Q(pk=person.pk)
    elif table.path:
        wanted |= Q(**{table.path: person.pk})
    own = type(person)._default_manager.filter(pk=person.pk)
    for lookup, attribute in table.also:
        # Not through a join: a row that two ways lead to is one row.
        wanted |= Q(**{f"{lookup}__in": own.values(attribute)})
    model = _model(table)
    return model._default_manager.filter(pk__in=model._default_manager.filter(wanted).values("pk"))


def told(
    subject: Subject, person: Model, *, newest: int | None = None, within: UUID | None = None
) -> Iterator[Row]:
    """Everything that is kept of the person, the person's own row first; with `newest`, of each
    table only so many rows; `within`: of tables that belong to accounts, only this one's rows. Rows
    of a table come in the order in which they were made."""
    for table in reversed(reached(subject)):
        referring = [name for name in table.personal if _is_reference(table, name)]
        found = _within(rows(table, person), within).select_related(*referring)
        # Not all of them in memory: of a diligent agent there are as many as they opened chats.
        all_of_them = found.order_by("pk").iterator(BATCH)
        for row in all_of_them if newest is None else found.order_by("-pk")[:newest][::-1]:
            facts = tuple(
                Fact(name, personal, "" if _is_others(row, personal) else _value(row, name))
                for name, personal in table.personal.items()
            )
            files = {
                field.name: str(getattr(row, field.name))
                for field in _file_fields(table)
                if getattr(row, field.name)
            }
            yield Row(table, str(row.pk), facts, files)


def _within(found: QuerySet[Any], account_id: UUID | None) -> QuerySet[Any]:
    belongs = any(field.name == "account" for field in found.model._meta.local_fields)
    return found.filter(account=account_id) if account_id and belongs else found


def readable(row: Row, person: Model) -> list[Fact]:
    """What a row says to people: without numbers of rows, without the names under which files are
    stored, and without saying of each row that it is the person's."""
    meta = _model(row.table)._meta
    return [
        fact
        for fact in row.facts
        if fact.value not in (None, "", {}, [])
        and not isinstance(meta.get_field(fact.field), (FileField, UUIDField))
        and meta.get_field(fact.field).related_model is not type(person)
    ]


@dataclass(frozen=True)
class Removed:
    """What went: rows by table, the ids of all of them, and files that lie there without a row."""

    counts: Mapping[str, int]
    ids: frozenset[UUID]
    files: tuple[str, ...]


def remove(subject: Subject, person: Model) -> Removed:
    """Delete every row that is the person's. The caller holds the person's rows locked."""
    counts: dict[str, int] = {}
    ids: set[UUID] = set()
    files: list[str] = []
    for table in reached(subject):
        if table.erased is not Erased.DELETED:
            continue
        names = [field.name for field in _file_fields(table)]
        gone = list(rows(table, person).values_list("pk", *names))
        ids.update(row[0] for row in gone)
        files += [name for row in gone for name in row[1:] if name]
        chosen = _model(table)._default_manager.filter(pk__in=[row[0] for row in gone])
        # Without looking for what hangs on them: that went before.
        deleted = chosen._raw_delete(chosen.db)
        if deleted:
            counts[table.model] = deleted
    return Removed(counts, frozenset(ids), tuple(files))


def lock(subject: Subject, person: Model) -> None:
    """Hold the rows that others write under, and the person's own, until the transaction ends."""
    near = [one for one in reached(subject) if one.path and "__" not in one.path]
    for table in near:
        _held(rows(table, person))
    _held(type(person)._default_manager.filter(pk=person.pk))
    # What began before the person's row was held is there now, and nothing more can begin.
    for table in near:
        _held(rows(table, person))


def _held(found: QuerySet[Any]) -> None:
    list(found.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _depth(table: Table) -> int:
    # Found by a value and by no reference: nothing hangs on it.
    return table.path.count("__") + bool(table.path) if table.path is not None else 99


def _model(table: Table) -> type[Model]:
    return data_map.known()[table.model]


def _is_reference(table: Table, name: str) -> bool:
    return isinstance(_model(table)._meta.get_field(name), ForeignKey)


def _file_fields(table: Table) -> list[FileField]:
    found = (_model(table)._meta.get_field(name) for name in table.personal)
    return [field for field in found if isinstance(field, FileField)]


def _is_others(row: Model, personal: Personal) -> bool:
    return personal.others is not None and getattr(row, personal.others[0]) == personal.others[1]


def _value(row: Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if isinstance(field, ForeignKey):
        other = getattr(row, name)
        # A colleague's name, as visitors were shown it; of anything else its id says enough.
        shown = getattr(other, "public_name", "") or getattr(other, "name", "")
        return shown or (str(other.pk) if other else None)
    value = getattr(row, name)
    if isinstance(field, FileField):
        return str(value) or None
    return str(value) if isinstance(value, UUID) else value
