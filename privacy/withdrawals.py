"""The link that takes a consent back: in every mail that is sent on its basis (Art. 7(3) GDPR).

It names account, person and purpose by their numbers under our signature, does one thing, and
still works when the visitor behind it was erased.
"""

import base64
import struct
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from privacy.models import Consent

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
