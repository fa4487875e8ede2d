"""Identifiers: time-ordered row ids, public keys and slugs."""

import os
import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A random UUID whose first 48 bits are the time in milliseconds (RFC 9562, version 7).

    New rows land at the end of an index instead of all over it. The order within one
    millisecond is random: nothing may be sorted by it.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def public_key() -> str:
    """The public key of an account: 40 hexadecimal characters, as the snippet carries it."""
    return secrets.token_hex(20)
