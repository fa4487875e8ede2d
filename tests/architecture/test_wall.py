"""The wall, read from PostgreSQL's own catalogue."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from accounts.models import Account, Membership, Site
from accounts.tenancy import AnotherAccount, TenantForeignKey, current_account, tenant
from accounts.walls import POLICY
from chat.models import Conversation, Visitor

GLOBAL_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "accounts_account",
    "accounts_invitation",
    "accounts_membership",
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "privacy_agreementversion",
    "privacy_authority",
    "privacy_breach",
    "privacy_breachentry",
    "privacy_measure",
    "privacy_closure",
    "privacy_place",
    "privacy_platformidentity",
    "privacy_processingentry",
    "privacy_publication",
    "privacy_staffentry",
    "privacy_subprocessor",
    "privacy_subscriber",
    "privacy_ticket",
    "privacy_whereabouts",
    "django_migrations",
    "django_session",
}
"""Tables that are read before any account is known. Each has tests of its own."""

ON_THE_COUNTER = {
    "accounts_supportsession",
    "privacy_breachaccount",
    "privacy_customagreement",
    "privacy_letter",
    "privacy_objection",
}
"""Tables of accounts that code in no account sees too: what both sides say to each other."""


def _rows(sql: str, *parameters: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _tables() -> list[str]:
    return [
        str(name)
        for (name,) in _rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    ]


def test_every_table_is_either_known_as_global_or_behind_the_wall(db: None) -> None:
    walled = {
        str(name)
        for (name,) in _rows(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        )
    }

    assert set(_tables()) - walled == GLOBAL_TABLES


def test_every_walled_table_has_the_one_policy_for_reading_and_writing(db: None) -> None:
    policies = _rows(
        "SELECT tablename, policyname, permissive, cmd, qual, with_check FROM pg_policies"
    )
    walled = set(_tables()) - GLOBAL_TABLES

    assert {str(row[0]) for row in policies} == walled
    assert len(policies) == len(walled)
    for name, tables in (("wall", walled - ON_THE_COUNTER), ("counter", ON_THE_COUNTER)):
        found = [row for row in policies if row[0] in tables]
        assert {(row[1], row[2], row[3]) for row in found} == {(name, "PERMISSIVE", "ALL")}
        texts = {row[4] for row in found} | {row[5] for row in found}
        assert len(texts) == 1
        assert "app.account_id" in str(texts.pop())
    assert "app.account_id" in POLICY


def test_every_table_with_an_account_column_is_walled_or_a_table_of_the_way_in(db: None) -> None:
    with_account = {
        str(name)
        for (name,) in _rows(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'account_id'"
        )
    }

    assert with_account & GLOBAL_TABLES == {"accounts_invitation", "accounts_membership"}


def _tenant_references() -> list[tuple[type[Model], str]]:
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    ]


@pytest.mark.parametrize(
    ("model", "field"), _tenant_references(), ids=lambda value: getattr(value, "__name__", value)
)
def test_a_reference_between_tenant_tables_carries_the_account(
    db: None, model: type[Model], field: str
) -> None:
    column = str(model._meta.get_field(field).column)  # type: ignore[union-attr]
    found = _rows(
        """
        SELECT array_agg(a.attname::text ORDER BY k.place), c.condeferrable, c.condeferred
        FROM pg_constraint c
        CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
        WHERE c.contype = 'f' AND c.conrelid = %s::regclass
        GROUP BY c.oid, c.condeferrable, c.condeferred
        """,
        model._meta.db_table,
    )

    assert (["account_id", column], True, False) in [tuple(row) for row in found]


def test_no_tenant_model_points_at_another_one_without_the_account() -> None:
    walled = {model for model in apps.get_models() if model._meta.db_table not in GLOBAL_TABLES} | {
        Membership
    }
    loose = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.db_table not in GLOBAL_TABLES
        for field in model._meta.local_fields
        if field.related_model in walled and not isinstance(field, TenantForeignKey)
    ]

    assert loose == []


def test_no_many_to_many_table_exists_without_an_account() -> None:
    automatic = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in {"accounts", "chat", "privacy", "widget"}
        for field in model._meta.local_many_to_many
        if model._meta.db_table not in GLOBAL_TABLES
    ]

    assert automatic == []


def test_the_role_of_the_application_can_neither_bypass_the_wall_nor_is_superuser(db: None) -> None:
    (row,) = _rows("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")

    assert row == (False, False)


@pytest.mark.django_db(transaction=True)
def test_a_raw_query_without_a_tenant_sees_no_rows(
    conversation: Conversation, acme: Account
) -> None:
    """A4."""
    with tenant(acme.pk):
        assert _rows("SELECT count(*) FROM chat_conversation") == [(1,)]

    for table in sorted(set(_tables()) - GLOBAL_TABLES - ON_THE_COUNTER):
        assert _rows(f"SELECT count(*) FROM {table}") == [(0,)], table  # noqa: S608


@pytest.mark.django_db(transaction=True)
def test_a_raw_query_of_another_account_sees_no_rows(
    conversation: Conversation, other: Account
) -> None:
    """A4."""
    with tenant(other.pk):
        assert _rows("SELECT count(*) FROM chat_message") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_a_row_cannot_be_written_into_another_account(acme: Account, other: Account) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), tenant(acme.pk):
        Site.objects.create(account=other, origin="https://evil.test")


@pytest.mark.django_db(transaction=True)
def test_a_row_cannot_point_at_a_row_of_another_account(
    acme: Account, other: Account, new_visitor: Callable[..., Visitor]
) -> None:
    visitor = new_visitor()

    with pytest.raises(IntegrityError), tenant(other.pk):
        Conversation.objects.create(account=other, visitor_id=visitor.pk)


@pytest.mark.django_db(transaction=True)
def test_a_member_of_another_account_cannot_be_assigned(
    conversation: Conversation, acme: Account, gus: Membership
) -> None:
    with pytest.raises(IntegrityError), tenant(acme.pk):
        Conversation.objects.filter(pk=conversation.pk).update(assignee=gus)


def test_leaving_the_account_forgets_it_even_inside_an_outer_transaction(
    acme: Account,
) -> None:
    with tenant(acme.pk):
        assert current_account() == acme.pk

    assert current_account() is None


def test_an_error_inside_the_account_also_leaves_it(acme: Account) -> None:
    with pytest.raises(ZeroDivisionError), tenant(acme.pk):
        raise ZeroDivisionError

    assert current_account() is None


def test_entering_a_second_account_from_within_is_refused(acme: Account, other: Account) -> None:
    with tenant(acme.pk), pytest.raises(AnotherAccount), tenant(other.pk):
        raise AssertionError("entered")


def test_an_unknown_account_shows_nothing(conversation: Conversation) -> None:
    with transaction.atomic(), tenant(uuid4()):
        assert not Conversation.objects.exists()
