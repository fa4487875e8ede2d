"""Opening a support session, by the platform's staff, in no account (S51).

What happens inside the account is in `accounts.support`. The row of the session, the staff's own trail
and the letters to the owners are one transaction: nobody can look in without the owners being told.
"""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import support
from accounts.models import Account, SupportSession, User
from privacy import letters, trail
from privacy.models import LetterKind

PERIODS = {
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
    "4h": SupportSession.LONGEST,
}
"""For how long a session can be opened."""


@transaction.atomic
def start(
    account: Account,
    period: timedelta,
    *,
    staff_name: str,
    reason: str,
    request_number: str = "",
    by: User,
) -> SupportSession:
    """Open a session, and write to the account's owners. Where the account lets support in only for a
    time, it lasts no longer than that.

    Raises ValidationError: the account does not let support in, the reason is too short, the time too
    long, or the person is in a session already."""
    if period > SupportSession.LONGEST or period <= timedelta(0):
        raise ValidationError({"period": _("A session lasts four hours at most.")})
    if len(reason.strip()) < SupportSession.SHORTEST_REASON:
        raise ValidationError({"reason": _("Say in a sentence why this is needed.")})
    # Locked with the account, so that an owner's word is not taken back in between; and the person,
    # so that two tabs do not open two.
    User.objects.select_for_update().get(pk=by.pk)
    one = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if one.is_blocked:
        raise ValidationError({"account": _("This account is blocked.")})
    if not support.is_let_in(one):
        raise ValidationError(
            {
                "account": _(
                    "This account lets support in only when an owner says so. Ask an owner to open "
                    "“Support access” in the settings."
                )
            }
        )
    if SupportSession.objects.running().filter(opened_by=by.pk).exists():
        raise ValidationError(_("You are in a session already. End it first."))
    now = timezone.now()
    ends_at = now + period
    if one.support_needs_grant and one.support_granted_until:
        ends_at = min(ends_at, one.support_granted_until)
    session = SupportSession.objects.create(
        account=one,
        opened_by=by.pk,
        staff_name=staff_name,
        reason=reason.strip(),
        request_number=request_number,
        started_at=now,
        ends_at=ends_at,
    )
    one.support_runs_until = max(ends_at, one.support_runs_until or ends_at)
    one.save(update_fields=["support_runs_until"])
    trail.record(trail.Event.SUPPORT_STARTED, by=by, target=session, account=str(one.pk))
    readers = letters.owners().filter(account_id=one.pk)
    letters.to_owners(LetterKind.SUPPORT, session.pk, readers)
    return session


@transaction.atomic
def end(session_id: UUID, *, by: User) -> SupportSession | None:
    """End a session before its time; None if none runs under this id."""
    found = SupportSession.objects.running().select_for_update(of=("self",))
    one = found.select_related("account").filter(pk=session_id).first()
    if one:
        one.ended_at = timezone.now()
        one.save(update_fields=["ended_at"])
        trail.record(trail.Event.SUPPORT_ENDED, by=by, target=one, account=str(one.account_id))
    return one


def newest(limit: int) -> QuerySet[SupportSession]:
    """The sessions of all staff, the newest first."""
    return SupportSession.objects.select_related("account").order_by("-started_at")[:limit]


def last_name(user: User) -> str:
    """The name under which this person was seen last; empty for the first time."""
    mine = SupportSession.objects.filter(opened_by=user.pk).order_by("-started_at")
    return mine.values_list("staff_name", flat=True).first() or ""
