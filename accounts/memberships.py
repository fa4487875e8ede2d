"""Memberships: who may do what in an account, and how they appear to visitors."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit, photos, plans
from accounts.models import Account, Invitation, Language, Membership, Role, User
from accounts.signals import access_changed, member_gone


def grantable(by: Membership) -> frozenset[Role]:
    """The roles that this member may give. Only an owner makes owners (A49)."""
    if by.role == Role.OWNER:
        return frozenset(Role)
    if by.role == Role.ADMIN:
        return frozenset({Role.ADMIN, Role.AGENT})
    return frozenset()


def change_role(member: Membership, *, to: Role, by: Membership) -> None:
    """Give the member another role; their open sockets look again.

    Raises ValidationError when `by` may not, and for the last owner.
    """
    with transaction.atomic():
        locked = _locked(member)
        _refuse_unless_above(locked, by)
        if to not in grantable(by):
            raise _not_yours()
        if locked.role == to:
            return
        _refuse_last_owner(locked)
        _record(locked, audit.Event.MEMBER_ROLE_CHANGED, by, old=locked.role, new=to.value)
        locked.role = to
        locked.save(update_fields=["role"])
        _tell(locked)


def deactivate(member: Membership, *, by: Membership) -> None:
    """Take the member's access away, at once. What they wrote stays theirs.

    Raises ValidationError when `by` may not, and for the last owner.
    """
    with transaction.atomic():
        locked = _locked(member)
        _refuse_unless_above(locked, by)
        if not locked.is_active:
            return
        _refuse_last_owner(locked)
        _record(locked, audit.Event.MEMBER_DEACTIVATED, by)
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        _tell_gone(locked, by)
        _tell(locked)


def activate(member: Membership, *, by: Membership) -> None:
    """Let a deactivated member in again. Raises ValidationError when no seat is free."""
    with transaction.atomic():
        locked = _locked(member)
        _refuse_unless_above(locked, by)
        if locked.is_active:
            return
        refuse_without_seat(locked.account)
        _record(locked, audit.Event.MEMBER_ACTIVATED, by)
        locked.is_active = True
        locked.save(update_fields=["is_active"])


def leave(member: Membership) -> None:
    """Take one's own access and everything that says who one is out of the account (S32). Without a
    place in another account the log-in goes too: address, password and sessions.

    What the member wrote to visitors stays, without a name. So does the trail, for whoever has to
    answer for what was done (Art. 17(3)(b) and (e)): it knows the place by a random number only,
    which leads to nobody any more. Raises ValidationError for the last owner.
    """
    with transaction.atomic():
        locked = _locked(member)
        _refuse_last_owner(locked)
        if locked.is_active:
            _record(locked, audit.Event.MEMBER_LEFT, locked)
        describe(locked, public_name="", description="", forget_photo=True)
        locked.is_active, locked.is_available = False, False
        locked.save(update_fields=["is_active", "is_available"])
        # Before the log-in goes: afterwards nobody knows the addresses.
        _tell_gone(locked, locked)
        user = locked.user
        Invitation.objects.filter(account=locked.account_id, email=user.email).delete()
        if not user.memberships.filter(is_active=True).exists() and not user.is_staff:
            _drop_login(user)
        _tell(locked)


def _drop_login(user: User) -> None:
    EmailAddress.objects.filter(user=user).delete()
    Invitation.objects.filter(email=user.email).delete()
    # An address that nobody can have: of a domain that is reserved for that (RFC 2606).
    user.email = f"{user.pk.hex}@gone.invalid"
    user.language = Language.ENGLISH
    user.last_login = None
    user.is_active = False
    # Ends every session: each carries a digest of the password.
    user.set_unusable_password()
    user.save()


def told(member: Membership, now: datetime) -> None:
    """Note that the member was told what is kept of them; the first time counts."""
    if member.told_at is None:
        member.told_at = now
        member.save(update_fields=["told_at"])


def describe(
    member: Membership,
    *,
    public_name: str,
    description: str,
    photo: BinaryIO | None = None,
    forget_photo: bool = False,
) -> None:
    """What visitors see of the member. A new photo replaces the old one, whose file goes.

    Raises ValidationError for a photo that is none.
    """
    before = member.photo.name
    member.public_name = public_name
    member.description = description
    if photo is not None:
        member.photo.save(photos.new_name(), photos.portrait(photo), save=False)
    elif forget_photo:
        member.photo.name = ""
    member.save(update_fields=["public_name", "description", "photo"])
    if before and before != member.photo.name:
        storage = member.photo.storage
        # After the commit: a rolled-back change would otherwise point at a file that is gone.
        transaction.on_commit(lambda: storage.delete(before), robust=True)


def prefer(
    member: Membership, *, wants_sound: bool | None = None, is_available: bool | None = None
) -> None:
    """Keep the member's own switches; None leaves one as it is."""
    if wants_sound is not None:
        member.wants_sound = wants_sound
    if is_available is not None:
        member.is_available = is_available
    member.save(update_fields=["wants_sound", "is_available"])


def speak(user: User, language: str) -> None:
    """Pages and mail speak this language to the person, in every account they are in."""
    user.language = language
    user.save(update_fields=["language"])


def seats_taken(account: Account) -> int:
    """Active members and open invitations."""
    members = Membership.objects.active().filter(account=account).count()
    return members + Invitation.objects.open().filter(account=account).count()


def refuse_without_seat(account: Account) -> None:
    """Raise ValidationError unless the plan has a seat free. Locks the account, so that two who
    ask at once cannot both get the last one."""
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if seats_taken(locked) >= plans.seats(locked):
        raise ValidationError(
            _("All seats of your plan are taken. Deactivate somebody or choose a larger plan."),
            code="no_seat",
        )


def _locked(member: Membership) -> Membership:
    """The member as stored now. The account is locked first: owners are counted under it."""
    Account.objects.select_for_update().get(pk=member.account_id)
    return Membership.objects.select_related("account", "user").get(pk=member.pk)


def _refuse_unless_above(member: Membership, by: Membership) -> None:
    if member.account_id != by.account_id or Role(member.role) not in grantable(by):
        raise _not_yours()


def _refuse_last_owner(member: Membership) -> None:
    if member.role != Role.OWNER or not member.is_active:
        return
    owners = Membership.objects.active().filter(account=member.account_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).exists():
        raise ValidationError(
            _("This is the last owner. Make somebody else an owner first."), code="last_owner"
        )


def _not_yours() -> ValidationError:
    return ValidationError(_("Only an owner can do this."), code="not_allowed")


def _record(member: Membership, event: audit.Event, by: Membership, **details: str) -> None:
    audit.record(member.account_id, event, by=by, target=("member", member.pk), **details)


def _tell(member: Membership) -> None:
    access_changed.send(Membership, account_id=member.account_id, member_id=member.pk)


def _tell_gone(member: Membership, by: Membership) -> None:
    known = EmailAddress.objects.filter(user=member.user).values_list("email", flat=True)
    addresses = frozenset(email.lower() for email in (member.user.email, *known))
    member_gone.send(Membership, account_id=member.account_id, addresses=addresses, by=by)


@dataclass(frozen=True)
class Ended:
    """Who is gone: how many people, and the photos that lie there without them."""

    people: int
    photos: tuple[str, ...]


def end_all(account: Account) -> Ended:
    """Delete the account's memberships and invitations, and the log-in of everybody who works in no
    other account and not for the platform. What hangs on memberships is the caller's to delete."""
    Invitation.objects.filter(account=account).delete()
    members = Membership.objects.filter(account=account)
    people = list(members.values_list("user_id", flat=True))
    photos = tuple(str(name) for name in members.values_list("photo", flat=True) if name)
    members._raw_delete(members.db)
    elsewhere = Membership.objects.filter(user_id__in=people).values("user_id")
    alone = User.objects.filter(pk__in=people, is_staff=False).exclude(pk__in=elsewhere)
    gone = {str(pk) for pk in alone.values_list("pk", flat=True)}
    _forget_in_sessions(gone, account.slug)
    alone.delete()
    return Ended(len(gone), photos)


def _forget_in_sessions(people: Set[str], slug: str) -> None:
    """Log these people out everywhere, and let nobody's browser be led to the account again."""
    for found in Session.objects.iterator():
        if not _concerns(found.get_decoded(), people, slug):
            continue
        # Again and held: whoever uses the session may have saved it since it was read, and what they
        # wrote must not go back to what it was.
        session = Session.objects.select_for_update().filter(pk=found.pk).first()
        said = session.get_decoded() if session else {}
        if session and said.get("_auth_user_id") in people:
            session.delete()
        elif session and said.get("last_account") == slug:
            del said["last_account"]
            session.session_data = Session.objects.encode(said)
            session.save(update_fields=["session_data"])


def _concerns(said: Mapping[str, Any], people: Set[str], slug: str) -> bool:
    return said.get("_auth_user_id") in people or said.get("last_account") == slug
