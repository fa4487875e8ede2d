"""Who a visitor is: a random id that the server signed, and nothing else.

The token `<id>.<seal>` travels over the frame's MessagePort and in the first frame of a socket,
never in an address and never into a log (A11). What people say of themselves (name, e-mail)
is not identity: it merges nothing and reveals nothing (A10).
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import string
import time
from functools import cache

from django.conf import settings
from django.utils.crypto import constant_time_compare

from accounts import sites
from accounts.models import Account

TOKEN_LIFETIME = 182 * 24 * 3600
"""Seconds. The same as the lifetime of the cookie that carries the token."""

TICKET_LIFETIME = 24 * 3600
"""Seconds for which the frame may open sockets before it asks for a new ticket."""

TICKET_RENEWAL = 14 * 24 * 3600
"""Seconds for which an expired ticket can still be exchanged: a laptop that slept over a holiday
finds its chat where it was. The site is checked again."""

_ALPHABET = string.ascii_letters + string.digits
_VISITOR_ID = re.compile(r"vi[A-Za-z0-9]{22}\Z")
_CLOCK_SKEW = 300

# A seal is key id (4 bytes), time of issue (5 bytes) and HMAC-SHA-256 (32 bytes).
_KEY_ID = slice(0, 4)
_ISSUED = slice(4, 9)
_MAC = slice(9, 41)


def new_visitor_id() -> str:
    """A random id of 131 bits: `vi` and 22 letters or digits."""
    return "vi" + "".join(secrets.choice(_ALPHABET) for _ in range(22))


def token(account: Account, visitor_id: str) -> str:
    """The signed form of a visitor's id, good for this account and 182 days."""
    return f"{visitor_id}.{_seal('visitor', account, visitor_id)}"


def verify(account: Account, token: str | None) -> str | None:
    """The visitor's id, or None for anything but a token of this account that has not expired.

    The answer does not tell why a token is not good, nor whether its id exists.
    """
    visitor_id, _, seal = (token or "").partition(".")
    good = _is_sealed("visitor", account, visitor_id, seal, lifetime=TOKEN_LIFETIME)
    return visitor_id if good and _VISITOR_ID.match(visitor_id) else None


def ticket(account: Account, site: str) -> str:
    """What the frame's document carries: proof that it was served for this account and site."""
    return f"{_seal('ticket', account, site)}.{site}"


def read_ticket(account: Account, value: str | None, *, renewing: bool = False) -> str | None:
    """The site of a good ticket, or None. Stands inside the account.

    The site must still be allowed: taking it off the list ends its sockets at their next hello.
    """
    seal, _, site = (value or "").partition(".")
    lifetime = TICKET_RENEWAL if renewing else TICKET_LIFETIME
    if not _is_sealed("ticket", account, site, seal, lifetime=lifetime):
        return None
    return site if sites.is_allowed(account, site) else None


def _seal(purpose: str, account: Account, subject: str) -> str:
    secret = settings.SECRET_KEY
    issued = int(time.time())
    stamp = _key_id(secret) + issued.to_bytes(5, "big")
    mac = _mac(secret, purpose, account, subject, issued)
    return base64.urlsafe_b64encode(stamp + mac).rstrip(b"=").decode()


def _is_sealed(purpose: str, account: Account, subject: str, seal: str, *, lifetime: int) -> bool:
    content = _decoded(seal)
    if content is None:
        return False
    issued = int.from_bytes(content[_ISSUED], "big")
    is_genuine = False
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        # The key id only says which key to try: the algorithm is never the token's to choose.
        if constant_time_compare(content[_KEY_ID], _key_id(secret)):
            expected = _mac(secret, purpose, account, subject, issued)
            is_genuine |= constant_time_compare(content[_MAC], expected)
    age = time.time() - issued
    return is_genuine and -_CLOCK_SKEW <= age < lifetime


def _decoded(seal: str) -> bytes | None:
    try:
        content = base64.b64decode(seal.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    # One token, one spelling: unused bits of the last character must be zero.
    canonical = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    return content if len(content) == _MAC.stop and canonical == seal else None


def _mac(secret: str, purpose: str, account: Account, subject: str, issued: int) -> bytes:
    words = (purpose, account.public_key, subject, str(issued))
    text = b"".join(len(word.encode()).to_bytes(4, "big") + word.encode() for word in words)
    return hmac.digest(_derived(secret), text, hashlib.sha256)


@cache
def _derived(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"chat.identity", hashlib.sha256)


@cache
def _key_id(secret: str) -> bytes:
    return hmac.digest(_derived(secret), b"key id", hashlib.sha256)[:4]
