"""Every field of every table is classified, and the page says what the declarations say."""

import pytest
from django.conf import settings
from django.db import models

from accounts import declarations
from accounts.declarations import Subject, Table
from privacy import data_map
from tests.coverage import covers


@covers("S22")
def test_every_field_of_every_table_is_classified() -> None:
    assert data_map.faults() == []


def test_the_page_is_what_the_declarations_say() -> None:
    written = (settings.BASE_DIR / "docs" / "data-map.md").read_text(encoding="utf-8")

    assert written == data_map.document(), "run: manage.py write_data_map"


def test_a_field_that_nobody_classified_is_named() -> None:
    class Undeclared(models.Model):
        nickname = models.TextField()

        class Meta:
            app_label = "tests"
            managed = False

        def __str__(self) -> str:
            return self.nickname

    found = data_map.faults([Undeclared])

    assert found == [
        "tests.Undeclared.id is not classified",
        "tests.Undeclared.nickname is not classified",
    ]


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (Table("accounts.Site", plain=("id", "account", "origin", "created_at", "x")), "does not"),
        (Table("accounts.Site", plain=("id", "account", "origin")), "created_at is not classified"),
        (
            Table("accounts.Site", path="x", plain=("id", "account", "origin", "created_at")),
            "leads nowhere",
        ),
        (
            Table(
                "accounts.Site",
                subject=Subject.VISITOR,
                personal={"origin": declarations.Personal("x", declarations.Category.CONTENT, "x")},
                plain=("id", "account", "created_at"),
            ),
            "is missing",
        ),
    ],
)
def test_a_declaration_that_does_not_fit_its_table_is_a_fault(table: Table, fault: str) -> None:
    found = data_map.faults_of(table, data_map.known()[table.model])

    assert any(fault in each for each in found), found


def test_what_visitors_write_and_say_of_themselves_is_on_the_map() -> None:
    found = {(one.table.model, one.field) for one in data_map.data(Subject.VISITOR)}

    assert {
        ("chat.Visitor", "name"),
        ("chat.Visitor", "email"),
        ("chat.Visitor", "phone"),
        ("chat.Visitor", "variables"),
        ("chat.Message", "body"),
        ("chat.Attachment", "file"),
    } <= found


@covers("S32")
def test_what_is_kept_of_members_is_on_the_map() -> None:
    found = {(one.table.model, one.field) for one in data_map.data(Subject.MEMBER)}

    assert {
        ("accounts.User", "email"),
        ("accounts.Membership", "public_name"),
        ("accounts.Membership", "photo"),
        ("accounts.Membership", "description"),
    } <= found
