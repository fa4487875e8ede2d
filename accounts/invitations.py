"""Invitations: a link by e-mail that makes its reader a member, once."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.memberships import grantable, refuse_without_seat
from accounts.models import Account, Invitation, Membership, Role, User
from accounts.signals import access_changed
from accounts.tenancy import tenant

VALID_FOR = timedelta(days=7)


def invite(account: Account, *, email: str, role: Role, by: Membership) -> Invitation:
    """Invite whoever reads this mailbox, and write to it after the commit.

    Raises ValidationError when `by` may not give the role, no seat is free, or the address is a
    member or invited already. An expired invitation of the same address is used again.
    """
    email = email.strip().lower()
    _refuse_role(role, by)
    with transaction.atomic():
        refuse_without_seat(account)
        if Membership.objects.active().filter(account=account, user__email=email).exists():
            raise ValidationError(_("This person is in the team already."), code="member")
        invitation = Invitation.objects.filter(
            account=account, email=email, accepted_at=None, cancelled_at=None
        ).first()
        if invitation and not invitation.is_expired:
            raise ValidationError(_("This address is invited already."), code="invited")
        invitation = invitation or Invitation(account=account, email=email)
        invitation.role = role
        _send(invitation, by=by)
        return invitation


def resend(invitation: Invitation, *, by: Membership) -> None:
    """Write again, with a new link; the one sent before opens nothing any more.

    Raises ValidationError for an invitation that was accepted or cancelled, and, once it has
    expired, when no seat is free.
    """
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        _refuse_role(Role(invitation.role), by)
        if invitation.accepted_at or invitation.cancelled_at:
            raise _gone()
        if invitation.is_expired:
            refuse_without_seat(invitation.account)
        _send(invitation, by=by)


def cancel(invitation: Invitation, *, by: Membership) -> None:
    """Make the link worthless and free its seat. An accepted invitation stays accepted."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        _refuse_role(Role(invitation.role), by)
        if invitation.accepted_at is None and invitation.cancelled_at is None:
            invitation.cancelled_at = timezone.now()
            invitation.save(update_fields=["cancelled_at"])
            _record(audit.Event.INVITATION_CANCELLED, ("invitation", invitation.pk), by=by)


_OPEN_ACCOUNT = {"account__is_blocked": False, "account__closed_at": None}


def find(token: str) -> Invitation | None:
    """The open invitation that this link belongs to, if there is one."""
    return (
        Invitation.objects.open()
        .select_related("account", "invited_by")
        .filter(token_hash=_hashed(token), **_OPEN_ACCOUNT)
        .first()
    )


def has_login(email: str) -> bool:
    """Whether somebody who has proved to read this mailbox can log in with it."""
    return bool(EmailAddress.objects.filter(email=email, verified=True).exists())


def accept(token: str, *, user: User) -> Membership:
    """Use the link up and make the person a member with the role it carries.

    Raises ValidationError when the link is used, expired or cancelled, or made out to somebody
    else (A49). Somebody who is a member already keeps the role they have.
    """
    with transaction.atomic():
        invitation = _taken(token)
        if user.email != invitation.email:
            raise ValidationError(_("This invitation is for somebody else."), code="mismatch")
        return _join(invitation, user)


def accept_as_new(token: str, *, password: str, public_name: str, language: str) -> Membership:
    """Use the link up for a person without a log-in, who gets one with this password.

    The link has proved the address. Somebody else may have signed up with it before without being
    able to prove it: what they set, the password above all, is overwritten (A43). Raises
    ValidationError as `accept`, and when the address has a log-in by now.
    """
    with transaction.atomic():
        invitation = _taken(token)
        if has_login(invitation.email):
            raise ValidationError(_("Log in to accept this invitation."), code="log_in")
        user = User.objects.filter(email=invitation.email).first()
        if user is None:
            user = User.objects.create_user(invitation.email, password, language=language)
        else:
            user.set_password(password)
            user.language = language
            user.save(update_fields=["password", "language"])
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        return _join(invitation, user, public_name=public_name)


def _taken(token: str) -> Invitation:
    """The open invitation, locked: a link opened twice at once makes one member."""
    invitation = (
        Invitation.objects.open()
        .select_for_update(of=("self",))
        .select_related("account")
        .filter(token_hash=_hashed(token), **_OPEN_ACCOUNT)
        .first()
    )
    if invitation is None:
        raise _gone()
    return invitation


def _join(invitation: Invitation, user: User, *, public_name: str = "") -> Membership:
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    account = invitation.account
    member = Membership.objects.filter(account=account, user=user).first()
    if member and member.is_active:
        return member
    member = _made_member(invitation, user, member, public_name)
    _record(audit.Event.MEMBER_JOINED, ("member", member.pk), by=member, role=member.role)
    return member


def _made_member(
    invitation: Invitation, user: User, member: Membership | None, public_name: str
) -> Membership:
    account = invitation.account
    # The invitation held a seat until this line; after a change of plan it may be gone.
    refuse_without_seat(account)
    if member is None:
        return Membership.objects.create(
            account=account,
            user=user,
            role=invitation.role,
            public_name=public_name or account.name[:60],
        )
    member.role = invitation.role
    member.is_active = True
    member.save(update_fields=["role", "is_active"])
    access_changed.send(Membership, account_id=account.pk, member_id=member.pk)
    return member


def _send(invitation: Invitation, *, by: Membership) -> None:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hashed(token)
    invitation.invited_by = by
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + VALID_FOR
    invitation.save()
    about = ("invitation", invitation.pk)
    _record(audit.Event.MEMBER_INVITED, about, by=by, role=invitation.role)
    letter = _letter(invitation, token)
    # Robust: the invitation stands, and can be sent again from the team page.
    transaction.on_commit(letter.send, robust=True)


def _record(event: audit.Event, about: tuple[str, UUID], *, by: Membership, **details: str) -> None:
    # Whoever follows a link stands in no account yet.
    with tenant(by.account_id):
        audit.record(by.account_id, event, by=by, target=about, **details)


def _letter(invitation: Invitation, token: str) -> EmailMessage:
    """The e-mail, in the language of whoever invites: the reader's is not known yet.

    The link is built from the installation's own address and never from the request's Host (A42).
    """
    context = {
        "account": invitation.account,
        "days": VALID_FOR.days,
        "link": settings.PUBLIC_URL + reverse("invitation_accept", args=[token]),
        "platform_name": settings.PLATFORM_NAME,
    }
    with override(get_language() or settings.LANGUAGE_CODE):
        subject = render_to_string("accounts/mail/invitation_subject.txt", context)
        body = render_to_string("accounts/mail/invitation.txt", context)
    return EmailMessage(" ".join(subject.split()), body, to=[invitation.email])


def _refuse_role(role: Role, by: Membership) -> None:
    if role not in grantable(by):
        raise ValidationError(_("You cannot give this role."), code="not_allowed")


def _hashed(token: str) -> str:
    # A plain hash is enough: the token is 256 random bits, so there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()


def _gone() -> ValidationError:
    return ValidationError(_("This invitation is no longer valid."), code="gone")
