"""Support sessions: how the platform's staff look into an account, and what owners say to it (S51).

Staff enter an account nowhere else. A session is opened by `privacy.support_sessions`, for a reason
and for four hours at most; here is what happens inside the account: an owner lets support in and ends
a session, and each look is written down before anything is given out. Where support waits for an owner's
word, no session outlasts it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Event
from accounts.models import Account, AuditEntry, Membership, Role, SupportSession, User

GRANTS = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
}
"""For how long an owner can let support in."""

KEPT_FOR = timedelta(days=365)


class OverError(Exception):
    """The session has ended meanwhile."""


# --- Staff ------------------------------------------------------------------------------------


def of_staff(slug: str, user_id: UUID) -> SupportSession | None:
    """The session of this person that runs in the account with this slug, if there is one. Read on
    the counter, in no account."""
    return (
        SupportSession.objects.running()
        .select_related("account")
        .filter(account__slug=slug, account__is_blocked=False, opened_by=user_id)
        .first()
    )


def seat(session: SupportSession, user: User) -> Membership:
    """What stands in for a membership while support looks. It is no row, and reads as an admin."""
    return Membership(
        account=session.account, user=user, role=Role.ADMIN, public_name=session.staff_name
    )


@transaction.atomic
def look(session: SupportSession, page: str, conversation_id: UUID | None = None) -> None:
    """Write a look at a page that is made into the account's trail, inside the account, before it is
    given out. Raises OverError for a session that no longer runs."""
    # Locked until that is committed: an owner who ends the session waits for it. So either the look
    # stands in the trail before the end, or the page is not given out.
    one = SupportSession.objects.running().select_for_update().filter(pk=session.pk).first()
    if one is None:
        raise OverError
    _note(one)
    if conversation_id:
        target = ("conversation", conversation_id)
        audit.by_platform(one, Event.CONVERSATION_READ, target=target)
    else:
        audit.by_platform(one, Event.SUPPORT_LOOKED, page=page)


def note_sessions() -> None:
    """Write what staff began and ended into the account's own trail, inside the account. Safe to run
    twice."""
    begun = SupportSession.objects.select_for_update().filter(start_noted_at=None)
    ended = SupportSession.objects.select_for_update().filter(
        ended_at__isnull=False, end_noted_at=None
    )
    for one in [*begun, *ended.exclude(start_noted_at=None)]:
        _note(one)


def _note(one: SupportSession) -> None:
    about = ("support", one.pk)
    if one.start_noted_at is None:
        one.start_noted_at = timezone.now()
        until = one.ends_at.isoformat(timespec="minutes")
        audit.by_platform(one, Event.SUPPORT_STARTED, target=about, until=until)
    if one.ended_at and one.end_noted_at is None:
        one.end_noted_at = timezone.now()
        audit.by_platform(one, Event.SUPPORT_ENDED, target=about)
    one.save(update_fields=["start_noted_at", "end_noted_at"])


# --- Owners -----------------------------------------------------------------------------------


@transaction.atomic
def let_in(account: Account, period: timedelta, *, by: Membership) -> datetime:
    """Let support in from now on, until the time that is returned; what runs for longer ends then.
    Raises ValidationError for anybody but an owner."""
    one = _locked(account, by)
    granted_until = timezone.now() + period
    one.support_granted_until = granted_until
    one.save(update_fields=["support_granted_until"])
    until = granted_until.isoformat(timespec="minutes")
    audit.record(one.pk, Event.SUPPORT_GRANTED, by=by, until=until)
    _keep_to_the_word(one, by)
    return granted_until


@transaction.atomic
def keep_out(account: Account, *, by: Membership) -> None:
    """Take the word back; whoever of support is in the account is out. Raises ValidationError for
    anybody but an owner."""
    one = _locked(account, by)
    if one.support_granted_until:
        one.support_granted_until = None
        one.save(update_fields=["support_granted_until"])
        audit.record(one.pk, Event.SUPPORT_WITHDRAWN, by=by)
    _end_all(by)


@transaction.atomic
def choose(account: Account, *, needs_grant: bool, by: Membership) -> None:
    """Whether support enters only while it is let in. Choosing that ends what runs without it; what
    runs for longer than support is let in ends then. Raises ValidationError for anybody but an
    owner."""
    one = _locked(account, by)
    audit.changed(
        one.pk,
        by=by,
        setting="support_needs_grant",
        old=one.support_needs_grant,
        new=needs_grant,
    )
    one.support_needs_grant = needs_grant
    one.save(update_fields=["support_needs_grant"])
    _keep_to_the_word(one, by)


@transaction.atomic
def end(session_id: UUID, *, by: Membership) -> bool:
    """End a session at once; False if it was over. The next request of support finds nothing. Raises
    ValidationError for anybody but an owner."""
    _refuse_others(by)
    one = SupportSession.objects.running().select_for_update().filter(pk=session_id).first()
    if one is None:
        return False
    _end(one, by)
    return True


def _keep_to_the_word(one: Account, by: Membership) -> None:
    """Where support waits for an owner's word, let what runs end with it. The account is locked."""
    if not one.support_needs_grant:
        return
    now = timezone.now()
    until = one.support_granted_until or now
    for session in SupportSession.objects.running().select_for_update():
        # A session lasts a moment at least, which the database holds.
        if until <= max(now, session.started_at):
            _end(session, by)
        elif until < session.ends_at:
            session.ends_at = until
            session.save(update_fields=["ends_at"])
    if one.support_runs_until and until < one.support_runs_until:
        one.support_runs_until = until
        one.save(update_fields=["support_runs_until"])


def _end_all(by: Membership) -> None:
    for one in SupportSession.objects.running().select_for_update():
        _end(one, by)


def _end(one: SupportSession, by: Membership) -> None:
    _note(one)
    one.ended_at = one.end_noted_at = timezone.now()
    one.was_ended_by_owner = True
    one.save(update_fields=["ended_at", "end_noted_at", "was_ended_by_owner"])
    audit.record(one.account_id, Event.SUPPORT_ENDED, by=by, target=("support", one.pk))


def is_let_in(account: Account) -> bool:
    """Whether support may open a session now."""
    until = account.support_granted_until
    return not account.support_needs_grant or bool(until and until > timezone.now())


def running(account: Account) -> QuerySet[SupportSession]:
    """The sessions that run in the account; asks the database only if one may."""
    until = account.support_runs_until
    if until is None or until <= timezone.now():
        return SupportSession.objects.none()
    found = SupportSession.objects.running().filter(account=account)
    return found.order_by("started_at")


def looks(session: SupportSession) -> QuerySet[AuditEntry]:
    """What was read in a session, in order. Inside the account."""
    seen = (Event.SUPPORT_LOOKED, Event.CONVERSATION_READ)
    return audit.find(audit.Wanted(actor_id=session.pk)).filter(event__in=seen).order_by("id")


def delete_old(now: datetime) -> None:
    """Delete sessions a year after their end, in no account. The accounts' trails stay."""
    SupportSession.objects.filter(ends_at__lt=now - KEPT_FOR).delete()


def _locked(account: Account, by: Membership) -> Account:
    _refuse_others(by)
    # The row of the account is what opening a session locks too. Without the key: whoever holds a
    # session and writes into the trail need not wait, and so waits in no circle.
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _refuse_others(by: Membership) -> None:
    if by.role != Role.OWNER:
        raise ValidationError(_("Only an owner can do this."), code="not_allowed")
