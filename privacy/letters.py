"""Letters of the platform: to owners of accounts, to subscribers, to whoever wrote to it.

A letter is written in the transaction of what it speaks of and sent in three steps, as those about
conversations are: claim, hand over, record. Writing the same one again changes nothing, so whatever
is cut short is simply done again. Nothing of what an account keeps is in one: they are sent by a
task that stands in no account.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Account, Membership, Role
from privacy.models import Letter, LetterKind, Subscriber, Ticket

CLAIM_LAPSES_AFTER = timedelta(minutes=5)
"""Longer than any hand-over takes: after it the process that claimed the letter is dead."""

LONGEST_PAUSE = timedelta(hours=4)
MAX_ATTEMPTS = 25
"""About three days with the pauses in between: as long as mail servers try by custom."""

KEPT_FOR = timedelta(days=365)

BATCH = 1_000

log = structlog.get_logger(__name__)


def owners(since: date | None = None) -> QuerySet[Membership]:
    """Every owner of an account that is not blocked; with `since`, who was one on that day."""
    found = Membership.objects.active().filter(role=Role.OWNER, account__is_blocked=False)
    return found.filter(joined_at__date__lte=since) if since else found


def owners_of(account: Account) -> QuerySet[Membership]:
    """Every owner of this account."""
    return Membership.objects.active().filter(role=Role.OWNER, account=account)


def to_owners(kind: LetterKind, about: UUID, readers: QuerySet[Membership]) -> None:
    """Write to these members. Whoever has this letter already gets no other."""
    _write(
        Letter(kind=kind, about_id=about, account_id=account_id, member_id=member_id)
        for member_id, account_id in readers.values_list("pk", "account_id").iterator(BATCH)
    )


def to_subscribers(kind: LetterKind, about: UUID, since: date) -> None:
    """Write to everybody who had confirmed by that day that they follow the changes."""
    readers = Subscriber.objects.filter(confirmed_at__date__lte=since)
    _write(
        Letter(kind=kind, about_id=about, subscriber_id=pk)
        for pk in readers.values_list("pk", flat=True).iterator(BATCH)
    )


def to_subscriber(kind: LetterKind, about: UUID, reader: Subscriber) -> None:
    """Write to one mailbox."""
    _write(iter([Letter(kind=kind, about_id=about, subscriber=reader)]))


def to_writer(kind: LetterKind, about: UUID, ticket: Ticket) -> None:
    """Write to whoever asked this question."""
    _write(iter([Letter(kind=kind, about_id=about, ticket=ticket)]))


def _write(new: Iterator[Letter]) -> None:
    while batch := list(islice(new, BATCH)):
        Letter.objects.bulk_create(batch, ignore_conflicts=True)


@transaction.atomic
def claim_next(now: datetime) -> Letter | None:
    """Take the next letter that is due, for this process alone; None when there is none."""
    letter = (
        # Skipping what another worker holds, so that two at once share the work.
        Letter.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("account", "member__user", "subscriber", "ticket")
        .filter(due_at__lte=now, sent_at=None, dropped_at=None)
        .filter(Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LAPSES_AFTER))
        .order_by("due_at", "pk")
        .first()
    )
    if letter:
        letter.claimed_at = now
        letter.attempts += 1
        letter.save(update_fields=["claimed_at", "attempts"])
    return letter


def record(letter: Letter, now: datetime) -> None:
    """It went out."""
    Letter.objects.filter(pk=letter.pk, sent_at=None).update(sent_at=now)


def drop(letter: Letter, now: datetime) -> None:
    """There is no more reason to send it, or nobody to get it."""
    Letter.objects.filter(pk=letter.pk, sent_at=None).update(dropped_at=now)


def retry_later(letter: Letter, now: datetime) -> None:
    """Handing over failed: again after a pause that doubles, or never after too many."""
    if letter.attempts >= MAX_ATTEMPTS:
        log.error("letter_given_up", kind=letter.kind, letter=str(letter.pk))
        drop(letter, now)
        return
    pause = min(timedelta(minutes=2 ** (letter.attempts - 1)), LONGEST_PAUSE)
    Letter.objects.filter(pk=letter.pk).update(claimed_at=None, due_at=now + pause)


def reader_is_there(letter: Letter) -> bool:
    """Whether the letter still has somebody to go to: an owner who left must not read on."""
    if letter.member is not None and letter.kind == LetterKind.BREACH:
        # Also where the account is blocked: the duty to tell does not end with that.
        members = Membership.objects.active()
        return members.filter(pk=letter.member.pk, role=Role.OWNER).exists()
    if letter.member is not None:
        return owners().filter(pk=letter.member.pk).exists()
    return letter.subscriber is not None or letter.ticket is not None


def delete_old(now: datetime) -> None:
    """Delete what went out, or was given up, a year ago."""
    old = Letter.objects.filter(written_at__lt=now - KEPT_FOR)
    old.exclude(sent_at=None, dropped_at=None).delete()


def delivery(kind: LetterKind, about: UUID) -> dict[str, int]:
    """How many letters of this kind went out, wait, and were given up."""
    found = Letter.objects.filter(kind=kind, about_id=about)
    return {
        "sent": found.filter(sent_at__isnull=False).count(),
        "waiting": found.filter(sent_at=None, dropped_at=None).count(),
        "failed": found.filter(sent_at=None, dropped_at__isnull=False).count(),
    }
