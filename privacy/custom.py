"""Agreements negotiated with one account: from an owner's request to being in force (S37).

Staff never enter the account. They put the negotiated file on the counter; an owner countersigns it
there, by a click or with a signed copy of their own, and from then on it stands in for the standard
agreement. Each step stands in a trail: the owner's in the account's, the staff's in theirs.
"""

import hashlib
import json
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, chains
from accounts.models import Account, Membership, Role, User
from privacy import acceptance_addresses, letters, trail
from privacy.models import (
    Acceptance,
    Agreement,
    CustomAgreement,
    CustomState,
    LetterKind,
    Method,
)

LARGEST_FILE = 5 * 1024 * 1024
"""Of an agreement, in bytes."""

VERSION = "custom"
"""How the version of an acceptance of one's own agreement begins."""

_ACTIVE_CONTENT = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/Encrypt")


def checked_pdf(content: bytes) -> bytes:
    """The file, if it is a PDF that only shows pages. Raises ValidationError."""
    if len(content) > LARGEST_FILE:
        raise ValidationError(_("The file is larger than 5 MB."))
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1_024:]:
        raise ValidationError(_("This is not a PDF file."))
    if any(word in content for word in _ACTIVE_CONTENT):
        raise ValidationError(
            _("The file holds scripts, attachments or a password. Save it as a plain PDF.")
        )
    return content


def current(account: Account) -> CustomAgreement | None:
    """What is on the way, else what is in force, else nothing; without the files."""
    mine = CustomAgreement.objects.defer("pdf", "signed_pdf").filter(account=account)
    on_the_way = mine.filter(state__in=CustomAgreement.ON_THE_WAY).first()
    return on_the_way or mine.filter(state=CustomState.IN_FORCE).first()


def in_force(account: Account) -> CustomAgreement | None:
    """The one that stands in for the standard agreement, without its files."""
    mine = CustomAgreement.objects.defer("pdf", "signed_pdf")
    return mine.filter(account=account, state=CustomState.IN_FORCE).first()


def has_left_a_gap(account: Account) -> bool:
    """Whether the account's own agreement has ended, and it never accepted the standard one: nothing
    binds then (Art. 28(3)). Inside the account."""
    ended = CustomAgreement.objects.filter(account=account, state=CustomState.SUPERSEDED)
    standard = Acceptance.objects.filter(kind=Agreement.DPA).exclude(version__startswith=VERSION)
    return ended.exists() and in_force(account) is None and not standard.exists()


@transaction.atomic
def request(account: Account, words: str, *, by: Membership) -> CustomAgreement:
    """Ask for an agreement of one's own, inside the account. While one is on the way, that one."""
    _refuse_others(by)
    mine = CustomAgreement.objects.select_for_update().filter(account=account)
    if known := mine.filter(state__in=CustomAgreement.ON_THE_WAY).first():
        return known
    one = CustomAgreement.objects.create(
        account=account, words=words, noted_state=CustomState.REQUESTED
    )
    _noted(one, audit.Event.AGREEMENT_REQUESTED, by)
    return one


@transaction.atomic
def negotiate(one: CustomAgreement, *, by: User) -> None:
    """Staff have taken it up."""
    _move(_locked(one, CustomState.REQUESTED), CustomState.NEGOTIATING, by=by)


@transaction.atomic
def upload(one: CustomAgreement, *, title: str, content: bytes, by: User) -> None:
    """Offer the negotiated file, which carries the platform's signature, to the account; its owners
    get an e-mail. Another file replaces one that nobody has countersigned. Raises ValidationError."""
    checked_pdf(content)
    one = _locked(one, CustomState.REQUESTED, CustomState.NEGOTIATING, CustomState.UPLOADED)
    one.title, one.pdf, one.pdf_digest = title, content, hashlib.sha256(content).hexdigest()
    one.offer_id, one.uploaded_at = uuid4(), timezone.now()
    one.save(update_fields=["title", "pdf", "pdf_digest", "offer_id", "uploaded_at"])
    _move(one, CustomState.UPLOADED, by=by, digest=one.pdf_digest)
    readers = letters.owners().filter(account_id=one.account_id)
    letters.to_owners(LetterKind.AGREEMENT_OFFERED, one.offer_id, readers)


@transaction.atomic
def countersign(
    one: CustomAgreement,
    signed: bytes | None,
    *,
    offer_id: UUID,
    by: Membership,
    address: str = "",
) -> Acceptance:
    """Countersign the file of this offer, inside the account. By a click (`signed` None) it is in
    force at once; a signed copy is looked at by staff first. `address` is where that is done: used
    and forgotten, unless the account stores addresses. Raises ValidationError, also when
    another file lies there by now: nobody signs what they have not read."""
    _refuse_others(by)
    if signed is not None:
        checked_pdf(signed)
    one = _locked(one, CustomState.UPLOADED)
    if one.offer_id != offer_id:
        raise ValidationError(_("The file has been replaced meanwhile. Please read the new one."))
    assert one.pdf is not None
    now = timezone.now()
    one.countersigned_at, one.countersigned_by = now, by.pk
    one.state = one.noted_state = CustomState.COUNTERSIGNED
    if signed is not None:
        one.signed_pdf, one.signed_digest = signed, hashlib.sha256(signed).hexdigest()
    one.save()
    acceptance = _accepted(one, by, address)
    _noted(one, audit.Event.AGREEMENT_COUNTERSIGNED, by, digest=acceptance.pdf_digest)
    if signed is None:
        _supersede(one)
        one.state = one.noted_state = CustomState.IN_FORCE
        one.in_force_at = now
        one.save(update_fields=["state", "noted_state", "in_force_at"])
    return acceptance


@transaction.atomic
def put_in_force(one: CustomAgreement, *, by: User) -> None:
    """Staff have looked at the signed copy: from now on it holds."""
    one = _locked(one, CustomState.COUNTERSIGNED)
    _supersede(one)
    one.in_force_at = timezone.now()
    one.save(update_fields=["in_force_at"])
    _move(one, CustomState.IN_FORCE, by=by, digest=one.signed_digest or one.pdf_digest)
    readers = letters.owners().filter(account_id=one.account_id)
    letters.to_owners(LetterKind.AGREEMENT_IN_FORCE, one.pk, readers)


@transaction.atomic
def end(one: CustomAgreement, *, by: User) -> None:
    """Staff end it: what is on the way is cancelled; what is in force gives way to the standard
    agreement, which owners are asked by e-mail to accept."""
    one = _locked(one, *CustomAgreement.ON_THE_WAY, CustomState.IN_FORCE)
    was_in_force = one.state == CustomState.IN_FORCE
    one.ended_at = timezone.now()
    one.save(update_fields=["ended_at"])
    _move(one, CustomState.SUPERSEDED if was_in_force else CustomState.CANCELLED, by=by)
    if was_in_force:
        readers = letters.owners().filter(account_id=one.account_id)
        letters.to_owners(LetterKind.AGREEMENT_ENDED, one.pk, readers)


@transaction.atomic
def cancel(one: CustomAgreement, *, by: Membership) -> None:
    """An owner takes the request back, inside the account. Raises ValidationError."""
    _refuse_others(by)
    one = _locked(one, CustomState.REQUESTED, CustomState.NEGOTIATING, CustomState.UPLOADED)
    one.state = one.noted_state = CustomState.CANCELLED
    one.ended_at = timezone.now()
    one.save(update_fields=["state", "noted_state", "ended_at"])
    _noted(one, audit.Event.AGREEMENT_CANCELLED, by)


def note_moves() -> None:
    """Write what staff did into the account's own trail, inside the account. Safe to run twice."""
    for one in CustomAgreement.objects.defer("pdf", "signed_pdf").select_for_update():
        if one.noted_state != one.state:
            _noted(one, audit.Event.AGREEMENT_MOVED, None, state=one.state)
            CustomAgreement.objects.filter(pk=one.pk).update(noted_state=one.state)


def _accepted(one: CustomAgreement, by: Membership, address: str) -> Acceptance:
    """The acceptance that keeps the file to the byte, as every other agreement's does."""
    content = json.dumps(
        {"custom": str(one.pk), "title": one.title, "pdf": one.pdf_digest}, sort_keys=True
    )
    file = bytes(one.signed_pdf if one.signed_pdf is not None else one.pdf or b"")
    number = Acceptance.objects.filter(kind=Agreement.DPA, version__startswith=VERSION).count()
    salt = chains.salt()
    return Acceptance.objects.create(
        account_id=by.account_id,
        kind=Agreement.DPA,
        version=f"{VERSION} {number + 1}",
        language="en",
        method=Method.UPLOAD if one.signed_pdf is not None else Method.CLICK,
        content=content,
        content_digest=hashlib.sha256(content.encode()).hexdigest(),
        html="",
        html_digest=hashlib.sha256(b"").hexdigest(),
        pdf=file,
        pdf_digest=hashlib.sha256(file).hexdigest(),
        role=by.role,
        accepted_by=by.pk,
        accepted_by_salt=salt,
        accepted_by_mark=chains.commitment(str(by.pk), salt=salt),
        ip_address=acceptance_addresses.noted(by.account_id, address),
    )


def _supersede(one: CustomAgreement) -> None:
    before = CustomAgreement.objects.filter(account_id=one.account_id, state=CustomState.IN_FORCE)
    before.update(state=CustomState.SUPERSEDED, ended_at=timezone.now())


def _locked(one: CustomAgreement, *states: CustomState) -> CustomAgreement:
    locked = CustomAgreement.objects.select_for_update().get(pk=one.pk)
    if locked.state not in states:
        raise ValidationError(_("This is not possible any more. Look at its state."))
    return locked


def _move(one: CustomAgreement, state: CustomState, *, by: User, **details: str) -> None:
    one.state = state
    one.save(update_fields=["state"])
    trail.record(trail.Event.AGREEMENT_MOVED, by=by, target=one, state=state.value, **details)


def _noted(one: CustomAgreement, event: audit.Event, by: Membership | None, **details: str) -> None:
    audit.record(one.account_id, event, by=by, target=("agreement", one.pk), **details)


def _refuse_others(by: Membership) -> None:
    if by.role != Role.OWNER:
        raise ValidationError(_("Only an owner can do this."), code="not_allowed")
