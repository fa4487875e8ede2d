"""Looks for an IP address wherever something may be kept, in every spelling that leads back to it."""

import hashlib
import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import connection

from accounts.models import Account
from accounts.tenancy import tenant


def spellings(address: str) -> dict[str, bytes]:
    """The address as text, mapped into IPv6, packed, in hexadecimal, as a number, and as what an
    unsalted hash of a text among these gives. In lower case, as `found_in` compares."""
    packed = ipaddress.IPv4Address(address)
    groups = f"{packed.packed[:2].hex()}:{packed.packed[2:].hex()}"
    texts = {
        "text": address,
        "mapped": f"::ffff:{address}",
        "mapped in groups": f"::ffff:{groups}",
        "groups": groups,
        "hexadecimal": packed.packed.hex(),
        "number": str(int(packed)),
        "reversed for the DNS": packed.reverse_pointer,
    }
    found = {name: text.encode() for name, text in texts.items()}
    found["packed"] = packed.packed
    for name in ("text", "mapped", "hexadecimal", "number"):
        for algorithm in ("md5", "sha1", "sha256"):
            digest = hashlib.new(algorithm, texts[name].encode(), usedforsecurity=False)
            found[f"{algorithm} of {name}"] = digest.hexdigest().encode()
            found[f"{algorithm} of {name}, raw"] = digest.digest()
    for algorithm in ("md5", "sha1", "sha256"):
        digest = hashlib.new(algorithm, packed.packed, usedforsecurity=False)
        found[f"{algorithm} of packed"] = digest.hexdigest().encode()
    return found


def found_in(content: bytes, address: str) -> list[str]:
    """The spellings of the address that occur in these bytes."""
    lower = content.lower()
    number = re.compile(rb"(?<![0-9.])%d(?![0-9])" % int(ipaddress.IPv4Address(address)))
    return [
        name
        for name, spelling in spellings(address).items()
        if (number.search(lower) if name == "number" else _holds(name, spelling, content, lower))
    ]


def _holds(name: str, spelling: bytes, content: bytes, lower: bytes) -> bool:
    # Bytes have no case: lowering them would make others of them.
    is_bytes = name == "packed" or name.endswith("raw")
    return spelling in (content if is_bytes else lower)


def rows(account: Account) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, also those with sessions and migrations; columns of bytes are in
    hexadecimal, which is one of the spellings."""
    with tenant(account.pk), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')  # noqa: S608
            for (text,) in cursor.fetchall():
                yield table, text.encode()


def redis_values() -> Iterator[tuple[str, bytes]]:
    """Every key of this run, and what it holds, whatever its type."""
    client: Any = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"{settings.REDIS_PREFIX}:*"):
        kind = client.type(key).decode()
        parts: list[bytes] = [key]
        if kind == "string":
            parts.append(client.get(key) or b"")
        elif kind == "hash":
            parts += [part for pair in client.hgetall(key).items() for part in pair]
        elif kind == "list":
            parts += client.lrange(key, 0, -1)
        elif kind == "set":
            parts += client.smembers(key)
        elif kind == "zset":
            parts += client.zrange(key, 0, -1)
        elif kind == "stream":
            parts.append(repr(client.xrange(key)).encode())
        elif kind != "none":
            raise AssertionError(f"nobody reads a {kind} yet")
        yield kind, b"\n".join(parts)
    client.close()


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below these folders, its name included."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.name.encode() + b"\n" + path.read_bytes()
