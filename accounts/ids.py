"""Identifiers: time-ordered row ids, public keys and slugs."""

import os
import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A UUID that begins with the time: 48 bits of milliseconds and 12 bits of their fraction, a
    quarter of a microsecond each; the other 62 are random (RFC 9562, version 7, 6.2 method 3).

    New rows land at the end of an index instead of all over it, and rows that a process makes one
    after another sort in that order. Between machines the order is no better than their clocks.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    tail = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | tail)


def public_key() -> str:
    """The public key of an account: 40 hexadecimal characters, as the snippet carries it."""
    return secrets.token_hex(20)
