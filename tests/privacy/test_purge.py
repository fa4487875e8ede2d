"""The purge deletes what is due and nothing else, however often it is interrupted."""

import io
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import audit, chains
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import conversations, messages, visitors
from chat.authors import Author
from chat.identity import new_visitor_id
from chat.models import (
    Attachment,
    Conversation,
    ConversationMail,
    ConversationState,
    Message,
    Visitor,
)
from chat.visitors import VisitorDetails
from privacy import holds, purges, retention
from privacy.models import HistoryPolicy, LegalHold, Period, PurgeReceipt, PurgeRun
from privacy.models.history import HoldKind
from privacy.tasks import purge_account
from tests.coverage import covers

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
YEAR = retention.cut_off(Period.ONE_YEAR, NOW)
assert YEAR.history


def _conversation(account: Account, at: datetime, words: int = 1) -> Conversation:
    """One of a new visitor, with this many messages, the last of them at this time."""
    visitor = visitors.ensure(account.pk, new_visitor_id(), VisitorDetails(name="Nell"))
    found = conversations.open_for(visitor)
    for _word in range(words):
        author = Author.of_visitor(visitor)
        messages.post(found, author=author, body="Good evening", client_id=uuid4())
    Conversation.objects.filter(pk=found.pk).update(last_message_at=at, created_at=at)
    Visitor.objects.filter(pk=visitor.pk).update(last_seen_at=at)
    found.refresh_from_db()
    return found


def _purge(account: Account, now: datetime = NOW) -> Counter[str]:
    run = purges.begin(account, now)
    while run and purges.advance(run):
        pass
    return Counter(PurgeReceipt.objects.latest("pk").counts) if run else Counter()


def _kept() -> set[UUID]:
    return set(Conversation.objects.values_list("pk", flat=True))


@covers("S57", "S59")
@pytest.mark.parametrize(
    ("age", "stays"),
    [(timedelta(0), True), (timedelta(microseconds=1), False), (-timedelta(seconds=1), True)],
)
def test_history_goes_when_its_last_message_is_older_than_the_period(
    acme: Account, inside_acme: None, age: timedelta, stays: bool
) -> None:
    assert YEAR.history
    conversation = _conversation(acme, YEAR.history - age)

    _purge(acme)

    assert (conversation.pk in _kept()) == stays


@covers("S57")
@pytest.mark.parametrize(
    ("now", "boundary"),
    [
        # Midnight in UTC, at the end of a long month and of a leap February.
        ("2026-03-31T00:00:00+00:00", "2026-02-28T00:00:00+00:00"),
        ("2028-03-31T00:00:00+00:00", "2028-02-29T00:00:00+00:00"),
        # Midnight in Prague: the night's purge counts in UTC all the same.
        ("2026-05-01T00:00:00+02:00", "2026-03-30T22:00:00+00:00"),
        # The purge begins in the hour that Prague leaves out, and in the one that comes twice.
        ("2026-03-29T01:00:00+00:00", "2026-02-28T01:00:00+00:00"),
        ("2026-10-25T00:30:00+00:00", "2026-09-25T00:30:00+00:00"),
        ("2026-10-25T01:30:00+00:00", "2026-09-25T01:30:00+00:00"),
        # What is due was said in such an hour.
        ("2026-04-29T01:30:00+00:00", "2026-03-29T01:30:00+00:00"),
        ("2026-11-25T00:30:00+00:00", "2026-10-25T00:30:00+00:00"),
    ],
)
def test_at_midnight_and_when_clocks_change_exactly_what_is_older_goes(
    acme: Account, ana: Membership, inside_acme: None, now: str, boundary: str
) -> None:
    acme.time_zone = "Europe/Prague"
    acme.save()
    retention.choose(acme, Period.ONE_MONTH, by=ana)
    end, moment = datetime.fromisoformat(boundary), timedelta(microseconds=1)
    older, just, newer = (
        _conversation(acme, end + shift) for shift in (-moment, 0 * moment, moment)
    )

    with time_machine.travel(datetime.fromisoformat(now), tick=False):
        _purge(acme, datetime.fromisoformat(now))

    assert _kept() == {just.pk, newer.pk}, older


def test_everything_that_hangs_on_a_conversation_goes_and_the_files_with_it(
    acme: Account, inside_acme: None
) -> None:
    old = _conversation(acme, NOW - timedelta(days=400), words=3)
    names = [default_storage.save("old/file", ContentFile(b"x")) for _ in range(2)]
    Attachment.objects.create(
        account=acme,
        message=old.messages.first(),
        visitor=old.visitor,
        name="a.png",
        content_type="image/png",
        size=1,
        file=names[0],
        thumbnail=names[1],
    )

    counts = _purge(acme)

    assert not Message.objects.exists()
    assert not ConversationMail.objects.exists()
    assert not Attachment.objects.exists()
    assert not Visitor.objects.exists()
    assert not any(default_storage.exists(name) for name in names)
    assert (counts["conversations"], counts["messages"], counts["files"]) == (1, 3, 1)
    assert counts["visitors"] == 1


def test_a_conversation_that_nobody_closed_goes_as_one_that_was(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    live, closed = (_conversation(acme, NOW - timedelta(days=400)) for _ in range(2))
    conversations.close(closed, by=Author.of_member(ana))
    assert live.is_open

    counts = _purge(acme)

    assert _kept() == set()
    assert (counts["conversations"], counts["visitors"]) == (2, 2)


@covers("R11")
def test_a_visitor_goes_with_the_last_conversation_and_stays_with_another_one(
    acme: Account, inside_acme: None
) -> None:
    old = [_conversation(acme, NOW - timedelta(days=400)) for _ in range(2)]
    Conversation.objects.filter(pk=old[0].pk).update(
        state=ConversationState.CLOSED, closed_at=NOW - timedelta(days=400), waiting_since=None
    )
    again = conversations.open_for(old[0].visitor)
    assert again.pk != old[0].pk

    counts = _purge(acme)

    assert (counts["conversations"], counts["visitors"]) == (2, 1)
    assert Visitor.objects.get().pk == again.visitor_id


@covers("S57")
def test_what_an_owner_holds_stays_until_the_hold_is_lifted(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    """A59."""
    first, second, third = (_conversation(acme, NOW - timedelta(days=400)) for _ in range(3))
    hold = holds.place(HoldKind.CONVERSATION, first.pk, reason="Lawsuit", by=ana)
    holds.place(HoldKind.VISITOR, second.visitor_id, reason="Lawsuit", by=ana)

    _purge(acme)
    assert _kept() == {first.pk, second.pk}
    assert third.pk not in _kept()

    holds.lift(hold, by=ana)
    _purge(acme)
    assert _kept() == {second.pk}
    assert Visitor.objects.get().pk == second.visitor_id
    events = list(AuditEntry.objects.order_by("pk").values_list("event", flat=True))
    assert events == ["hold.placed", "hold.placed", "hold.lifted"]


def test_nothing_of_another_account_goes(
    acme: Account, other: Account, ana: Membership, db: None
) -> None:
    with tenant(other.pk):
        theirs = _conversation(other, NOW - timedelta(days=4_000))
    with tenant(acme.pk):
        _conversation(acme, NOW - timedelta(days=400))
        _purge(acme)
    with tenant(other.pk):
        assert _kept() == {theirs.pk}


@covers("R11")
def test_visitors_without_a_conversation_go_half_a_year_after_their_last_visit(
    acme: Account, inside_acme: None
) -> None:
    for days in (10, 181, 183):
        visitor = visitors.ensure(acme.pk, new_visitor_id(), VisitorDetails())
        Visitor.objects.filter(pk=visitor.pk).update(last_seen_at=NOW - timedelta(days=days))

    assert _purge(acme) == {"visitors": 1}

    assert Visitor.objects.count() == 2


def test_an_account_that_keeps_everything_loses_only_idle_visitors(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    retention.choose(acme, Period.UNLIMITED, by=ana, reason="By law")
    old = _conversation(acme, NOW - timedelta(days=4_000))
    idle = visitors.ensure(acme.pk, new_visitor_id(), VisitorDetails())
    Visitor.objects.filter(pk=idle.pk).update(last_seen_at=NOW - timedelta(days=400))

    _purge(acme)

    assert _kept() == {old.pk}
    assert not Visitor.objects.filter(pk=idle.pk).exists()


@covers("S57")
def test_the_receipt_says_how_many_of_each_and_nothing_else(
    acme: Account, inside_acme: None
) -> None:
    for _ in range(3):
        _conversation(acme, NOW - timedelta(days=400), words=2)
    told = purges.preview(acme, Period.ONE_YEAR, NOW)

    counts = _purge(acme)

    assert (told["conversations"], told["messages"]) == (3, 6)
    assert {name: counts[name] for name in ("conversations", "messages")} == {
        "conversations": 3,
        "messages": 6,
    }
    receipt = PurgeReceipt.objects.get()
    assert receipt.cut_off == YEAR.history
    assert "Good evening" not in str(receipt.committed())
    assert chains.verify(PurgeReceipt, acme.pk) == []


def test_a_run_that_goes_on_later_spares_what_the_account_keeps_by_then(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    retention.choose(acme, Period.ONE_MONTH, by=ana)
    old = _conversation(acme, NOW - timedelta(days=60))
    run = purges.begin(acme, NOW)
    assert run

    retention.choose(acme, Period.ONE_YEAR, by=ana)
    while purges.advance(run):
        pass

    assert _kept() == {old.pk}


def test_holding_what_is_held_changes_nothing(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    old = _conversation(acme, NOW)
    first = holds.place(HoldKind.CONVERSATION, old.pk, reason="A case", by=ana)

    assert holds.place(HoldKind.CONVERSATION, old.pk, reason="Another", by=ana).pk == first.pk

    assert LegalHold.objects.get().reason == "A case"
    assert AuditEntry.objects.count() == 1


def test_a_purge_with_nothing_to_do_leaves_no_receipt(acme: Account, inside_acme: None) -> None:
    _conversation(acme, NOW)

    _purge(acme)

    assert not PurgeReceipt.objects.exists()
    assert not PurgeRun.objects.exists()


def test_the_trail_forgets_whom_an_entry_was_about(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    old = _conversation(acme, NOW - timedelta(days=400))
    holds.lift(holds.place(HoldKind.CONVERSATION, old.pk, reason="x", by=ana), by=ana)

    _purge(acme)

    assert set(AuditEntry.objects.values_list("target_id", flat=True)) == {None}
    chains.seal(AuditEntry, acme.pk)
    assert chains.verify(AuditEntry, acme.pk) == []
    assert audit.Event.HOLD_LIFTED in AuditEntry.objects.values_list("event", flat=True)


def test_no_table_points_at_what_the_purge_deletes_without_the_purge_knowing() -> None:
    gone = {Visitor, Conversation, Message, Attachment}
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.related_model in gone
    }

    assert pointing == {Conversation, Message, Attachment, ConversationMail}


Ages = st.lists(
    st.tuples(
        st.integers(min_value=-3, max_value=3),  # hours around the boundary
        st.integers(min_value=1, max_value=3),  # messages
        st.booleans(),  # held
        st.booleans(),  # closed
    ),
    max_size=8,
)


@covers("S57")
@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ages=Ages, period=st.sampled_from([Period.ONE_MONTH, Period.SIX_MONTHS]), data=st.data())
def test_exactly_what_is_due_goes_wherever_the_purge_is_killed(
    acme: Account,
    ana: Membership,
    ages: list[tuple[int, int, bool, bool]],
    period: Period,
    data: st.DataObject,
) -> None:
    boundary = retention.cut_off(period, NOW).history
    assert boundary
    with tenant(acme.pk):
        for model in (ConversationMail, Message, Conversation, Visitor, LegalHold, PurgeRun):
            model.objects.all().delete()
        HistoryPolicy.objects.all().delete()
        retention.choose(acme, period, by=ana)
        made = [
            (_conversation(acme, boundary + timedelta(hours=hours), words), words, hours, is_held)
            for hours, words, is_held, _is_closed in ages
        ]
        ended = [row[0].pk for row, age in zip(made, ages, strict=True) if age[3]]
        Conversation.objects.filter(pk__in=ended).update(
            state=ConversationState.CLOSED, closed_at=NOW, waiting_since=None
        )
        for conversation, _words, _hours, is_held in made:
            if is_held:
                holds.place(HoldKind.CONVERSATION, conversation.pk, reason="x", by=ana)
    due = [row for row in made if row[2] < 0 and not row[3]]

    steps = 0
    with tenant(acme.pk):
        run = purges.begin(acme, NOW)
    while run and steps < 50:
        steps += 1
        if data.draw(st.booleans(), label="killed"):
            _die_after(acme, run)
            continue
        with tenant(acme.pk):
            if not purges.advance(run):
                break
            # Whoever comes after a kill begins again, and is given the same run.
            assert purges.begin(acme, NOW) == run

    with tenant(acme.pk):
        if steps < 50:
            assert _kept() == {row[0].pk for row in made if row not in due}
            if due:
                counts = PurgeReceipt.objects.latest("pk").counts
                assert counts["conversations"] == len(due)
                assert counts["messages"] == sum(row[1] for row in due)
        assert chains.verify(PurgeReceipt, acme.pk) == []


class Killed(Exception):
    """The process died here."""


def _die_after(account: Account, run: UUID) -> None:
    """One step whose transaction never commits."""

    def step() -> None:
        with tenant(account.pk):
            purges.advance(run)
            raise Killed

    with pytest.raises(Killed):
        step()


@pytest.mark.django_db(transaction=True)
def test_the_task_purges_and_two_at_once_do_not_count_twice(acme: Account) -> None:
    with tenant(acme.pk):
        _conversation(acme, timezone.now() - timedelta(days=800))

    purge_account(account_id=str(acme.pk))
    purge_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert PurgeReceipt.objects.get().counts["conversations"] == 1


@pytest.mark.django_db(transaction=True)
def test_no_step_is_taken_while_somebody_places_a_hold(acme: Account, ana: Membership) -> None:
    with tenant(acme.pk):
        old = _conversation(acme, timezone.now() - timedelta(days=800))
        run = purges.begin(acme, timezone.now())
        assert run
    found, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with tenant(acme.pk):
                target = purges.holdable(old.pk, is_whole_visitor=False)
                found.set()
                go_on.wait(10)
                assert target
                holds.place(HoldKind(target[0]), target[1], reason="A case", by=ana)
        finally:
            connection.close()

    placing = threading.Thread(target=hold)
    placing.start()
    assert found.wait(10)
    with tenant(acme.pk):
        assert not purges.advance(run)
    go_on.set()
    placing.join(10)
    purge_account(account_id=str(acme.pk))

    with tenant(acme.pk):
        assert Conversation.objects.filter(pk=old.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_counts_first_and_deletes_when_asked(
    acme: Account, new_visitor: Callable[..., Visitor]
) -> None:
    with tenant(acme.pk):
        _conversation(acme, timezone.now() - timedelta(days=800))
    out = io.StringIO()

    call_command("purge_history", account="acme", dry_run=True, stdout=out)
    assert "1 conversations" in out.getvalue()
    with tenant(acme.pk):
        assert Conversation.objects.count() == 1

    call_command("purge_history", account="acme", stdout=out)
    with tenant(acme.pk):
        assert Conversation.objects.count() == 0
    with pytest.raises(CommandError):
        call_command("purge_history", account="nobody")
