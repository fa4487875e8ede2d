"""Secrets that have to be read again, such as a password for somebody else's server, encrypted at rest.

The key comes from SECRET_KEY, which the database does not hold; what older keys sealed opens while
they stand in SECRET_KEY_FALLBACKS.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"chatapp.accounts.sealing.1"


class UnsealableError(Exception):
    """No key of this installation opens it, or it was altered."""


def seal(text: str) -> str:
    """The text encrypted and authenticated (AES-128-CBC with HMAC-SHA256), in ASCII."""
    return _keys().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """What was sealed; raises UnsealableError."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise UnsealableError from error


def _keys() -> MultiFernet:
    return MultiFernet(
        [Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
