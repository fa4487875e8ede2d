"""The audit trail is only added to, and what was altered shows."""

import io
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts import audit, chains
from accounts.models import Account, AuditEntry, ChainHead, Membership
from accounts.tasks import seal_chains_of
from tests.coverage import covers

pytestmark = pytest.mark.usefixtures("inside_acme")


def _three(account: Account, by: Membership) -> list[AuditEntry]:
    for number in range(3):
        audit.changed(account.pk, by=by, setting="months", old=number, new=number + 1)
    chains.seal(AuditEntry, account.pk)
    return list(AuditEntry.objects.order_by("number"))


def _run(sql: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _as_intruder(sql: str, *values: str) -> None:
    """Somebody with the database in hand, who has taken the guard away."""
    _run("SET CONSTRAINTS ALL IMMEDIATE")
    _run("ALTER TABLE accounts_auditentry DISABLE TRIGGER keep_as_written")
    _run(sql, *values)
    _run("ALTER TABLE accounts_auditentry ENABLE TRIGGER keep_as_written")


@covers("S52")
def test_an_entry_says_who_changed_what_from_what_to_what(acme: Account, ana: Membership) -> None:
    first, *_ = _three(acme, ana)

    assert (first.event, first.actor_kind, first.actor_id) == ("setting.changed", "member", ana.pk)
    assert first.details == {"setting": "months", "old": 0, "new": 1}


def test_a_setting_that_stays_what_it_is_leaves_no_entry(acme: Account, ana: Membership) -> None:
    audit.changed(acme.pk, by=ana, setting="months", old=3, new=3)

    assert not AuditEntry.objects.exists()


def test_entries_are_linked_in_the_order_in_which_they_came(acme: Account, ana: Membership) -> None:
    entries = _three(acme, ana)

    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.details["new"] for entry in entries] == [1, 2, 3]
    assert chains.seal(AuditEntry, acme.pk) == 0
    assert chains.verify(AuditEntry, acme.pk) == []


@pytest.mark.parametrize("column", ["event", "details", "at", "actor_mark", "digest", "number"])
def test_the_database_refuses_to_change_an_entry(
    acme: Account, ana: Membership, column: str
) -> None:
    _three(acme, ana)
    value = {"details": "'{}'", "at": "now()", "number": "9"}.get(column, "'x'")

    with pytest.raises(IntegrityError, match="kept as written"), transaction.atomic():
        _run(f"UPDATE accounts_auditentry SET {column} = {value}")  # noqa: S608


@covers("R7")
@pytest.mark.parametrize(
    ("crime", "number"),
    [
        ("UPDATE accounts_auditentry SET details = '{}' WHERE number = 2", 2),
        ("UPDATE accounts_auditentry SET target_mark = 'x' WHERE number = 1", 1),
        ("DELETE FROM accounts_auditentry WHERE number = 2", 2),
        ("DELETE FROM accounts_auditentry WHERE number = 3", 3),
        ("DELETE FROM accounts_chainhead", 1),
    ],
)
def test_what_an_intruder_altered_or_took_out_shows(
    acme: Account, ana: Membership, crime: str, number: int
) -> None:
    _three(acme, ana)

    _as_intruder(crime)

    (fault,) = chains.verify(AuditEntry, acme.pk)
    assert fault.number == number


def test_cutting_off_the_end_shows_although_the_head_was_turned_back(
    acme: Account, ana: Membership
) -> None:
    entries = _three(acme, ana)

    _as_intruder("DELETE FROM accounts_auditentry WHERE number = 3")
    ChainHead.objects.update(number=2, digest=entries[1].digest)

    (fault,) = chains.verify(AuditEntry, acme.pk)
    assert fault.problem == "the head was not sealed by this installation"


def test_forgetting_a_person_takes_the_id_out_and_the_chain_still_holds(
    acme: Account, ana: Membership
) -> None:
    visitor = uuid4()
    audit.record(acme.pk, audit.Event.SETTING_CHANGED, by=ana, target=("visitor", visitor))
    chains.seal(AuditEntry, acme.pk)

    audit.forget([visitor, ana.pk])

    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.target_id) == (None, None)
    assert (entry.actor_salt, entry.target_salt) == ("", "")
    assert chains.verify(AuditEntry, acme.pk) == []


def test_a_forgotten_id_cannot_be_put_back(acme: Account, ana: Membership) -> None:
    _three(acme, ana)
    audit.forget([ana.pk])

    with pytest.raises(IntegrityError, match="kept as written"), transaction.atomic():
        AuditEntry.objects.update(actor_id=ana.pk)


def test_the_task_links_what_is_not_linked_yet(acme: Account, ana: Membership) -> None:
    audit.changed(acme.pk, by=ana, setting="months", old=3, new=1)

    seal_chains_of(account_id=str(acme.pk))

    assert AuditEntry.objects.get().number == 1


def test_the_command_counts_chains_that_hold_and_names_one_that_does_not(
    acme: Account, ana: Membership
) -> None:
    _three(acme, ana)
    out, err = io.StringIO(), io.StringIO()
    call_command("verify_chains", account="acme", stdout=out)
    assert "chains hold" in out.getvalue()

    _as_intruder("UPDATE accounts_auditentry SET event = 'x' WHERE number = 2")

    with pytest.raises(CommandError, match="do not hold"):
        call_command("verify_chains", account="acme", stderr=err)
    assert "acme: accounts.AuditEntry, entry 2: the entry was altered" in err.getvalue()
