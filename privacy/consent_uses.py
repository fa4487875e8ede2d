"""Whether the account asks visitors for consent at all (`privacy.uses`)."""

from collections.abc import Mapping, Sequence

from privacy.models import Consent, Purpose, PurposeKind
from privacy.uses import AskedField, Flow


def conditions() -> Mapping[str, bool]:
    """`consent`: visitors have boxes, or there are records from a time when they had."""
    asks = Purpose.objects.filter(kind=PurposeKind.FURTHER, ended_at=None).exists()
    return {"consent": asks or Consent.objects.exists()}


def pages() -> Mapping[str, str]:
    """Whoever declares a further purpose asks for consent."""
    return {"consent": "privacy_purposes"}


def asked() -> Sequence[AskedField]:
    """Nothing: a box asks for no datum."""
    return ()


def flows() -> Sequence[Flow]:
    """None: what is sent on the basis of a consent, the account sends itself."""
    return ()
