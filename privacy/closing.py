"""The end of an account: closed by an owner, readable for a while, then deleted with a certificate
(R14, Art. 28(3)(g) GDPR).

Deleting walks every table that belongs to accounts in small steps, as the purge does, and writes
down after each how far it got: whoever is killed is followed by the next round. The people go
last, because the certificate must reach the owners before their addresses are gone.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from graphlib import TopologicalSorter
from typing import Literal, Protocol
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import F, ForeignKey, Model
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import audit, mail, memberships
from accounts.models import Account, Invitation, Membership, Role
from accounts.signals import account_closed
from privacy import holdings, holds, letters, platform, trail
from privacy.documents import closure as certificate
from privacy.documents import rendering
from privacy.models import Closure, LetterKind, PurgeRun

log = structlog.get_logger(__name__)

WINDOW = timedelta(days=30)
"""How long a closed account can be read, exported and opened again."""

BACKUPS = timedelta(days=30)
"""How long after the deletion the last backup with the data in it is gone (S57)."""

STEP = 2_000
"""Rows that one step deletes, at most."""

MAX_MAIL_ATTEMPTS = 72
"""Tries, one each hour, to hand the certificate over. After them the account ends without."""

Progress = Literal["more", "done", "busy"]


class Leaver(Protocol):
    """What an app keeps of an account outside its tables. Stands inside the account."""

    def step(self, limit: int) -> Mapping[str, int] | None:
        """Reach what about `limit` rows lead to, and delete those rows; None: there are none."""

    def forget(self, account_id: UUID) -> None:
        """Reach what no row leads to. Called again after a fault: twice is once."""


@cache
def _leavers() -> list[Leaver]:
    return [import_string(name) for name in settings.LEAVERS]


# --- Closing ------------------------------------------------------------------------------------


def close(account: Account, *, by: Membership) -> None:
    """Close the account at once: the chat is gone, members can look and export, and after `WINDOW`
    everything is deleted. Closing a closed account changes nothing.

    Raises ValidationError for anybody but an owner.
    """
    account = _locked_account(account, by)
    if account.closed_at:
        return
    account.closed_at = timezone.now()
    account.ends_at = account.closed_at + WINDOW
    account.save(update_fields=["closed_at", "ends_at"])
    audit.record(account.pk, audit.Event.ACCOUNT_CLOSED, by=by)
    account_closed.send(Account, account_id=account.pk)
    _write(LetterKind.ACCOUNT_CLOSED, account, account.closed_at)
    log.info("account_closed")


def reopen(account: Account, *, by: Membership) -> None:
    """Open a closed account again. Raises ValidationError for anybody but an owner, and `ended`
    once its deletion has begun."""
    account = _locked_account(account, by)
    if account.closed_at is None:
        return
    if Closure.objects.filter(ending_id=account.pk).exclude(begun_at=None).exists():
        raise ValidationError(_("It is too late: the deletion has begun."), code="ended")
    was_closed_at, account.closed_at, account.ends_at = account.closed_at, None, None
    account.save(update_fields=["closed_at", "ends_at"])
    Closure.objects.filter(ending_id=account.pk).delete()
    audit.record(account.pk, audit.Event.ACCOUNT_REOPENED, by=by)
    account_closed.send(Account, account_id=account.pk)
    _write(LetterKind.ACCOUNT_REOPENED, account, was_closed_at)
    log.info("account_reopened")


def is_held() -> bool:
    """Whether a legal hold keeps something in the account."""
    return bool(holds.held())


def _locked_account(account: Account, by: Membership) -> Account:
    if by.role != Role.OWNER:
        raise ValidationError(_("Only an owner can do this."), code="not_allowed")
    return Account.objects.select_for_update().get(pk=account.pk)


def _write(kind: LetterKind, account: Account, closed_at: datetime) -> None:
    # An account may be closed more than once, and each time its owners are told.
    about = uuid5(account.pk, closed_at.isoformat())
    letters.to_owners(kind, about, letters.owners_of(account))


# --- The end ------------------------------------------------------------------------------------


def begin(account_id: UUID) -> UUID | None:
    """Begin to delete the account, or go on with it. None: it is not time, or a legal hold stands in
    the way, of which the owners are told once."""
    now = timezone.now()
    account = Account.objects.select_for_update().filter(pk=account_id, ends_at__lte=now).first()
    if account is None or account.closed_at is None:
        return None
    closure, _made = Closure.objects.get_or_create(
        ending_id=account_id, defaults={"closed_at": account.closed_at}
    )
    if closure.begun_at:
        return closure.pk
    if is_held():
        if closure.held_told_at is None:
            closure.held_told_at = now
            closure.save(update_fields=["held_told_at"])
            _write(LetterKind.ACCOUNT_HELD, account, account.closed_at)
        return None
    closure.begun_at = now
    closure.save(update_fields=["begun_at"])
    # Every door is shut: whoever reads while the rows go would see half of it.
    account.is_blocked = True
    account.save(update_fields=["is_blocked"])
    account_closed.send(Account, account_id=account_id)
    return closure.pk


def advance(closure_id: UUID) -> Progress:
    """Take one step. "busy": somebody else is at it."""
    closure = Closure.objects.get(pk=closure_id)
    if closure.ending_id is None or not _locked(closure.ending_id):
        return "busy"
    # Read again under the lock: another process may have taken a step in between.
    closure.refresh_from_db()
    assert closure.ending_id is not None
    for name in closure.doomed_files:
        default_storage.delete(name)
    closure.doomed_files = []
    gone = _step(closure)
    if gone is None:
        for leaver in _leavers():
            leaver.forget(closure.ending_id)
        closure.emptied_at = closure.emptied_at or timezone.now()
        people = {
            model._meta.label: holdings.rows(model, closure.ending_id).count()
            for model in (Membership, Invitation, Account)
        }
        # Counted once: after a fault the people may be gone already.
        closure.counts = {**people, **closure.counts}
    elif closure.mailed_at is None:
        # Also where all was empty before: what still ran has written something.
        closure.emptied_at = None
        closure.counts = dict(Counter(closure.counts) + Counter(gone))
    closure.save(update_fields=["counts", "doomed_files", "emptied_at"])
    return "done" if gone is None else "more"


def attempt(closure_id: UUID) -> bool:
    """Whether the certificate may be tried once more. Counted by itself, so that a fault while the
    letters are written does not undo it."""
    open_ones = Closure.objects.filter(pk=closure_id, mail_attempts__lt=MAX_MAIL_ATTEMPTS)
    return bool(open_ones.update(mail_attempts=F("mail_attempts") + 1))


def certificates(closure_id: UUID) -> list[tuple[str, EmailMessage]]:
    """The certificate, made out to each owner who is not settled, with the number of whom it is for.
    Its checksum is in the register before it leaves."""
    closure = Closure.objects.select_for_update().get(pk=closure_id)
    assert closure.ending_id is not None
    account = Account.objects.get(pk=closure.ending_id)
    people = [one for one in mail.owners(account) if str(one.pk) not in closure.settled]
    if closure.pdf_digest and not people:
        return []
    document = certificate.build(
        closure, account_name=account.name, processor=_processor(), backups=BACKUPS
    )
    file = rendering.pdf(document)
    closure.content_digest = document.digest
    closure.pdf_digest = hashlib.sha256(file).hexdigest()
    closure.save(update_fields=["content_digest", "pdf_digest"])
    written: list[tuple[str, EmailMessage]] = []
    for person in people:
        letter = mail.compose(
            person,
            "privacy/mail/account_ended",
            account=account,
            reference=closure.reference,
            backups=BACKUPS.days,
        )
        letter.attach(f"{closure.reference}.pdf", file, "application/pdf")
        written.append((str(person.pk), letter))
    return written


def settle(closure_id: UUID, owner: str, *, has_it: bool) -> None:
    """Note that this owner has the certificate, or that their mailbox does not exist."""
    closure = Closure.objects.select_for_update().get(pk=closure_id)
    closure.settled = [*closure.settled, owner]
    closure.mailed_at = timezone.now() if has_it else closure.mailed_at
    closure.save(update_fields=["settled", "mailed_at"])


def let_people_go(closure_id: UUID) -> None:
    """Delete memberships and invitations, and the log-ins of people who work nowhere else."""
    closure = Closure.objects.select_for_update().get(pk=closure_id)
    assert closure.ending_id is not None
    ended = memberships.end_all(Account.objects.get(pk=closure.ending_id))
    closure.doomed_files = [*closure.doomed_files, *ended.photos]
    closure.counts = dict(Counter(closure.counts) + Counter({"accounts.User": ended.people}))
    closure.save(update_fields=["doomed_files", "counts"])


def finish(closure_id: UUID) -> None:
    """Delete the last files and the account's own row; what stays is the register's row. What came
    since the tables were empty goes too: one row would hold the account for ever."""
    closure = Closure.objects.select_for_update().get(pk=closure_id)
    account_id = closure.ending_id
    assert account_id is not None
    # From here on nothing can be added.
    Account.objects.select_for_update().get(pk=account_id)
    while _step(closure):
        pass
    for leaver in _leavers():
        leaver.forget(account_id)
    for name in closure.doomed_files:
        default_storage.delete(name)
    closure.ending_id, closure.doomed_files, closure.settled = None, [], []
    closure.finished_at = timezone.now()
    closure.save(update_fields=["ending_id", "doomed_files", "settled", "finished_at"])
    own = Account.objects.filter(pk=account_id)
    own._raw_delete(own.db)
    trail.record(trail.Event.ACCOUNT_ENDED, by=None, target=closure, certificate=closure.pdf_digest)
    log.info("account_ended", reference=closure.reference, number=sum(closure.counts.values()))


def due(now: datetime) -> list[UUID]:
    """The accounts whose time is over."""
    return list(Account.objects.filter(ends_at__lte=now).values_list("pk", flat=True))


def _processor() -> str:
    return platform.party().company_name or settings.PLATFORM_NAME


def _step(closure: Closure) -> Mapping[str, int] | None:
    for leaver in _leavers():
        if gone := leaver.step(STEP):
            return gone
    assert closure.ending_id is not None
    for model in _in_order():
        # The newest first: a row may point at an older one of its own table.
        found = holdings.rows(model, closure.ending_id).order_by("-pk")
        ids = list(found.values_list("pk", flat=True)[:STEP])
        if not ids:
            continue
        chosen = model._default_manager.filter(pk__in=ids)
        if model is PurgeRun:
            # A purge that was under way had files left over.
            for names in chosen.values_list("doomed_files", flat=True):
                closure.doomed_files += names
        for field in holdings.stored(model):
            named = chosen.exclude(**{field.name: ""}).values_list(field.name, flat=True)
            closure.doomed_files += [str(name) for name in named if name]
        return {model._meta.label: chosen._raw_delete(chosen.db) or 0}
    return None


@cache
def _in_order() -> list[type[Model]]:
    """Every table of accounts, those that point at others before them; people come at the end."""
    belonging = [one for one in holdings.tables() if one not in {Membership, Invitation}]
    before: dict[type[Model], set[type[Model]]] = {one: set() for one in belonging}
    for model in belonging:
        for field in model._meta.local_concrete_fields:
            target = field.related_model if isinstance(field, ForeignKey) else None
            if target in before and target is not model:
                before[target].add(model)
    return list(TopologicalSorter(before).static_order())


def _locked(account_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"end:{account_id}"]
        )
        return bool(cursor.fetchone()[0])
