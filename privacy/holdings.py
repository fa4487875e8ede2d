"""Everything that belongs to one account: which tables, which rows, which files.

Nowhere is there a list of them. A table belongs to accounts if its rows name one, and whatever
walks an account (its export, its end) asks here, so a table that is added is walked too.
"""

from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Field, FileField, ForeignKey, Model, QuerySet

from accounts.declarations import Table
from accounts.models import Account, User
from privacy import data_map

# In quotes: Django's own class takes no parameters when the code runs.
Column: TypeAlias = "Field[Any, Any]"


def tables() -> list[type[Model]]:
    """Every table with rows that name an account, by name."""
    return sorted(
        (model for model in data_map.known().values() if account_field(model) is not None),
        key=lambda model: model._meta.label,
    )


def walked() -> list[type[Model]]:
    """The account's own row, the people who work in it, and every table of its own."""
    return [Account, User, *tables()]


def account_field(model: type[Model]) -> "ForeignKey[Any, Any] | None":
    """The field in which a row says whose it is."""
    for field in model._meta.local_concrete_fields:
        if isinstance(field, ForeignKey) and field.related_model is Account:
            return field
    return None


def rows(model: type[Model], account_id: UUID) -> QuerySet[Model]:
    """The account's rows of this table, the account's own row, or the people who work in it."""
    everything: QuerySet[Model] = model._default_manager.all()
    if model is Account:
        return everything.filter(pk=account_id)
    if model is User:
        return everything.filter(memberships__account=account_id).distinct()
    field = account_field(model)
    assert field is not None, model._meta.label
    return everything.filter(**{field.name: account_id})


def shown(model: type[Model]) -> list[Column]:
    """The fields that an export of this table tells."""
    declared = declaration(model)
    return [
        field for field in model._meta.local_concrete_fields if field.name not in declared.withheld
    ]


def stored(model: type[Model]) -> list[FileField]:
    """The fields that hold the name of a file in the storage."""
    return [one for one in model._meta.local_concrete_fields if isinstance(one, FileField)]


def declaration(model: type[Model]) -> Table:
    """What the data map says of the table."""
    return next(one for one in data_map.tables() if one.model == model._meta.label)
