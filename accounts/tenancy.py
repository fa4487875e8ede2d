"""The wall between accounts, and the one way in.

Every table that belongs to an account is hidden by PostgreSQL's row-level security unless the
transaction names the account. `tenant` names it. Only the doors (`accounts.doors`,
`chat.doors`) call it; a test holds them to that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, models, transaction

from accounts.ids import uuid7

SETTING = "app.account_id"


class AnotherAccount(RuntimeError):
    """Code inside one account tried to enter another one."""


def current_account() -> UUID | None:
    """The account that this transaction may see, as PostgreSQL knows it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting(%s, true), '')", [SETTING])
        (value,) = cursor.fetchone()
    return UUID(value) if value else None


@contextmanager
def tenant(account_id: UUID) -> Iterator[None]:
    """A transaction that sees the rows of one account and no others.

    Entering the same account again is harmless; entering another one raises AnotherAccount.
    """
    nested = connection.in_atomic_block
    before = current_account() if nested else None
    if before is not None and before != account_id:
        raise AnotherAccount("finish the work in one account before entering another")
    in_log = structlog.contextvars.bound_contextvars(account=str(account_id))
    with in_log, transaction.atomic():
        _see(str(account_id))
        yield
        if nested:
            # A setting made inside a savepoint outlives its release: without this line, code
            # after the block would still see the account.
            _see(str(before) if before else "")


@contextmanager
def reading_only() -> Iterator[None]:
    """PostgreSQL itself refuses every write until the block ends. Inside an account."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def _see(account_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, account_id])


class TenantModel(models.Model):
    """A row that belongs to one account and stands behind the wall.

    The migration that creates the table must also build the wall (`accounts.walls.BuildWall`);
    a test reads the catalogue and fails for a table without one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class CounterModel(TenantModel):
    """A row of one account that lies on the counter between it and the platform's staff.

    Another account sees it as little as any other row. Code that stands in no account, such as the
    staff's, sees it: what lies here is what both sides say to each other. The migration builds the
    counter (`accounts.walls.BuildCounter`) instead of the wall.
    """

    class Meta:
        abstract = True


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference to a row of the same account.

    Foreign keys do not heed row-level security, so a plain one could point across accounts.
    Django's own constraint is therefore left out, and the migration adds one that carries the
    account too (`accounts.walls.TieWithinAccount`).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)
