"""The purge: what is older than the account keeps goes, in small steps, with a receipt (S57).

What there is to delete is known to the apps above, which name it in `settings.PURGES`. A step is
one transaction under the account's lock; it deletes a bounded number of rows and writes down how
far it got, so a purge that is killed goes on where it was and counts nothing twice. Files lie
outside the database: their names are written down in the step that deletes their rows, and the
files go in the next one. A purge killed in between deletes them when it goes on.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import audit, chains
from accounts.models import Account
from accounts.tenancy import current_account
from privacy import consents, holds, notices, restrictions, retention
from privacy.models import Period, PurgeReceipt, PurgeRun
from privacy.retention import CutOff

STEP = 2_000
"""Rows that one step deletes, about."""


@dataclass(frozen=True)
class Gone:
    """What a step deleted: how many rows of each table, which ids, and which files are left over."""

    counts: Mapping[str, int] = field(default_factory=dict)
    ids: frozenset[UUID] = frozenset()
    files: tuple[str, ...] = ()


class Purge(Protocol):
    """One kind of history. Both stand inside the account."""

    def due(self, cut_off: CutOff, held: Set[UUID]) -> Mapping[str, int]:
        """How many of each would go."""

    def step(self, cut_off: CutOff, held: Set[UUID], limit: int) -> Gone | None:
        """Delete about `limit` rows; None when nothing is due any more."""


@cache
def _purges() -> list[Purge]:
    return [import_string(name) for name in settings.PURGES]


def preview(account: Account, period: Period, now: datetime) -> dict[str, int]:
    """How many of each the next purge would delete if the account kept this period."""
    held, cut_off = _staying(), retention.cut_off(period, now)
    found: Counter[str] = Counter()
    for purge in _purges():
        found.update(purge.due(cut_off, held))
    return dict(found)


def holdable(found: UUID, *, is_whole_visitor: bool) -> tuple[str, UUID] | None:
    """What a hold on this conversation would exempt: ("conversation", its id), or ("visitor", the
    visitor's); None when there is no such conversation in the account. Until the transaction ends
    no purge of the account takes a step, so that it is still there when it is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_turn()])
    find: Callable[[UUID], UUID | None] = import_string(settings.VISITOR_OF)
    visitor_id = find(found)
    if visitor_id is None:
        return None
    return ("visitor", visitor_id) if is_whole_visitor else ("conversation", found)


def begin(account: Account, now: datetime) -> UUID | None:
    """The run to go on with: one that was cut short, or a new one. None: nothing is due, or an
    account from before has not had its days of grace (S53)."""
    if account.defaults_at is None or (account.purge_after and now < account.purge_after):
        return None
    unfinished = PurgeRun.objects.filter(finished_at=None).first()
    if unfinished:
        return unfinished.pk
    period = retention.effective(account, now)
    if not any(preview(account, period, now).values()):
        return None
    cut_off = retention.cut_off(period, now)
    run = PurgeRun(
        account=account,
        cut_off=cut_off.history or _NEVER,
        idle_cut_off=cut_off.idle,
        started_at=now,
    )
    PurgeRun.objects.bulk_create([run], ignore_conflicts=True)
    return PurgeRun.objects.get(finished_at=None).pk


def advance(run_id: UUID) -> bool:
    """One step. Returns whether there is more to do.

    Somebody else at it: nothing is done here, and there is nothing more to do.
    """
    run = PurgeRun.objects.filter(pk=run_id, finished_at=None).first()
    if run is None or not _locked():
        return False
    # Read again under the lock: another process may have taken a step in between.
    run.refresh_from_db()
    for name in run.doomed_files:
        default_storage.delete(name)
    _wait_for_turn()
    gone = _step(_still_due(run))
    if gone is None:
        _finish(run)
        return False
    run.counts = dict(Counter(run.counts) + Counter(gone.counts))
    run.doomed_files = list(gone.files)
    run.save(update_fields=["counts", "doomed_files"])
    audit.forget(gone.ids)
    consents.forget(gone.ids)
    notices.forget(gone.ids)
    restrictions.forget(gone.ids)
    return True


def receipts(limit: int = 10) -> list[PurgeReceipt]:
    """The last purges, newest first."""
    return list(PurgeReceipt.objects.order_by("-pk")[:limit])


# A run of an account that keeps everything deletes only idle visitors.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _still_due(run: PurgeRun) -> CutOff:
    """What the run began with, unless the account has chosen to keep more since."""
    account = Account.objects.get(pk=run.account_id)
    period = retention.effective(account, max(timezone.now(), run.started_at))
    today = retention.cut_off(period, run.started_at)
    history = min(run.cut_off, today.history) if today.history and run.cut_off != _NEVER else None
    return CutOff(history, min(run.idle_cut_off, today.idle))


def _staying() -> set[UUID]:
    """What is held, and whose data are restricted: they may be needed for claims."""
    return holds.held() | restrictions.subject_ids()


def _step(cut_off: CutOff) -> Gone | None:
    held = _staying()
    for purge in _purges():
        gone = purge.step(cut_off, held, STEP)
        if gone is not None:
            return gone
    return None


def _finish(run: PurgeRun) -> None:
    now = timezone.now()
    PurgeReceipt.objects.create(
        account_id=run.account_id,
        cut_off=run.cut_off,
        idle_cut_off=run.idle_cut_off,
        started_at=run.started_at,
        finished_at=now,
        counts=run.counts,
    )
    chains.seal(PurgeReceipt, run.account_id)
    run.finished_at, run.doomed_files = now, []
    run.save(update_fields=["finished_at", "doomed_files"])


def _wait_for_turn() -> None:
    """One step at a time in the whole installation, so that the purges of several accounts take no
    more from the people who talk than one does: who waits here also pauses longer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('purge', 0))")


def _turn() -> str:
    return f"purge:{current_account()}"


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_turn()])
        return bool(cursor.fetchone()[0])
