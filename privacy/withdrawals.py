"""Ways to take a consent back outside of the chat (Art. 7(3) GDPR): a link, and a request at the desk.

The link stands in every mail that is sent on the basis of a consent. It names account, person and
purpose by their numbers under our signature, does one thing, and still works when the visitor behind
it was erased.
"""

import base64
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from privacy import consents, requests
from privacy.models import Channel, Consent, ConsentState, SubjectRequest
from privacy.models.requests import RequestKind

_signer = Signer(salt="privacy.withdrawals", sep=".")


@dataclass(frozen=True)
class Claim:
    """Who withdraws what. It has no end: a mail may be read years later."""

    account_id: UUID
    principal_id: UUID
    purpose_id: UUID

    def sign(self) -> str:
        packed = struct.pack(
            ">16s16s16s",
            self.account_id.bytes,
            self.principal_id.bytes,
            self.purpose_id.bytes,
        )
        return _signer.sign(base64.urlsafe_b64encode(packed).decode().rstrip("="))

    @classmethod
    def read(cls, signed: str) -> Self | None:
        """The claim, or None when it is not ours (A7)."""
        try:
            packed = base64.urlsafe_b64decode(_signer.unsign(signed) + "==")
            account, principal, purpose = struct.unpack(">16s16s16s", packed)
        except (BadSignature, ValueError, struct.error):
            return None
        return cls(UUID(bytes=account), UUID(bytes=principal), UUID(bytes=purpose))


def address(consent: Consent) -> str:
    """The whole address of the page on which this consent is taken back."""
    claim = Claim(consent.account_id, consent.principal_id, consent.purpose_id)
    path = reverse("consent_withdrawal", args=[claim.sign()])
    return settings.PUBLIC_URL + path


def standing_for(request: SubjectRequest, now: datetime) -> list[Consent]:
    """What the people whom a request is about agree to now."""
    found = [one for person in requests.chosen_ids(request) for one in consents.of(person)]
    return [one for one in found if one.state_at(now) == ConsentState.GIVEN]


def is_done_for(request: SubjectRequest, now: datetime) -> bool:
    """Whether it is known whom the request is about, and they agree to nothing any more."""
    return bool(requests.chosen_ids(request)) and not standing_for(request, now)


@transaction.atomic
def take_back_for(request: SubjectRequest, *, by: Membership, now: datetime) -> int:
    """Take back all that these people agree to, as they asked; how many consents that were. Raises
    ValidationError: `not_allowed`, `unproven`, and `nobody` while nobody is chosen."""
    if request.kind != RequestKind.WITHDRAWAL:
        raise ValueError("only a withdrawal takes a consent back")
    if not by.can_manage:
        raise ValidationError(_("Only an owner or an admin can do this."), code="not_allowed")
    if not request.is_proven:
        raise ValidationError(_("It is not known yet who asks."), code="unproven")
    if not requests.chosen_ids(request):
        raise ValidationError(_("Choose first whose data it is about."), code="nobody")
    standing = standing_for(request, now)
    for one in standing:
        consents.withdraw_as(one.principal_id, one.purpose_id, channel=Channel.MEMBER, now=now)
    return len(standing)
