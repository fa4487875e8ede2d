"""Hash chains: rows that cannot be changed, taken out or added in between without showing.

A row is inserted unlinked, so that nobody waits for anybody, and linked later in order
(`seal`). A link is SHA-256 over the link before it and what the row commits to. Personal content
is committed to through a salted digest only: erasing content and salt leaves a chain that still
verifies and says nothing about the person.

The head of each chain is sealed with the installation's secret and told to the log, which lies
outside the database: cutting off the newest rows shows too.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, models

from accounts.tenancy import TenantModel

log = structlog.get_logger(__name__)

BATCH = 500
_BEGINNING = "0" * 64


class ChainedRow(TenantModel):
    """A row of an account's chain. `number` and `digest` are empty until the row is linked."""

    number = models.PositiveBigIntegerField(null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"], name="%(app_label)s_%(class)s_number"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "id"],
                condition=models.Q(number=None),
                name="%(class)s_unlinked",
            )
        ]

    def committed(self) -> dict[str, Any]:
        """What the link proves: JSON, without personal content."""
        raise NotImplementedError


class ChainHead(TenantModel):
    """The last link of a chain, and a seal that only this installation can make."""

    chain = models.TextField()
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=_BEGINNING)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "chain"], name="chain_head_once")]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


@dataclass(frozen=True)
class Fault:
    """What does not fit, and from which number on nothing is proven any more."""

    number: int
    problem: str


R = TypeVar("R", bound=ChainedRow)


def salt() -> str:
    """A random salt of 128 bits."""
    return secrets.token_hex(16)


def commitment(content: str, *, salt: str) -> str:
    """A digest of personal content that proves nothing once the salt is gone."""
    return hashlib.sha256(f"{salt}:{content}".encode()).hexdigest()


def seal(model: type[R], account_id: UUID) -> int:
    """Link the account's unlinked rows in the order in which they came. Returns how many.

    Two that seal at once wait for each other; whoever comes second finds nothing to do.
    """
    with connection.cursor() as cursor:
        name = f"chain:{model._meta.label}:{account_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    if not _rows(model).filter(number=None).exists():
        # No head of nothing: an account that is being emptied would have a row again.
        return 0
    head, _ = ChainHead.objects.get_or_create(account_id=account_id, chain=model._meta.label)
    linked = 0
    while rows := list(_rows(model).filter(number=None).order_by("id")[:BATCH]):
        for row in rows:
            row.number = head.number + 1
            row.digest = link(head.digest, row)
            head.number, head.digest = row.number, row.digest
        _rows(model).bulk_update(rows, ["number", "digest"])
        linked += len(rows)
    head.seal = _seals(head)[0]
    head.save(update_fields=["number", "digest", "seal"])
    log.info("chain_sealed", chain=head.chain, number=head.number, digest=head.digest)
    return linked


def verify(model: type[R], account_id: UUID) -> list[Fault]:
    """What is wrong with the account's chain; nothing, if it is as it was written. Stops at the
    first broken link, because everything after it hangs in the air."""
    head = ChainHead.objects.filter(account_id=account_id, chain=model._meta.label).first()
    number, digest = 0, _BEGINNING
    for row in _rows(model).exclude(number=None).order_by("number").iterator(BATCH):
        number += 1
        if row.number != number:
            return [Fault(number, "an entry is missing")]
        digest = link(digest, row)
        if not hmac.compare_digest(digest, row.digest):
            return [Fault(number, "the entry was altered")]
    if head is None:
        return [Fault(1, "the head of the chain is missing")] if number else []
    if head.number != number or head.digest != digest:
        return [Fault(min(number, head.number) + 1, "the newest entries do not fit the head")]
    if not any(hmac.compare_digest(head.seal, good) for good in _seals(head)):
        return [Fault(number, "the head was not sealed by this installation")]
    return []


def _rows(model: type[R]) -> models.QuerySet[R]:
    return model._default_manager.all()


class Linkable(Protocol):
    """What can hang in a chain."""

    number: Any

    def committed(self) -> dict[str, Any]: ...


def link(before: str, row: Linkable) -> str:
    """The digest of this row, which hangs on the digest before it."""
    said = json.dumps(
        {"number": row.number, "before": before, **row.committed()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(said.encode()).hexdigest()


def _seals(head: ChainHead) -> list[str]:
    """The seal by today's secret first, then by those that are being phased out."""
    said = f"{head.account_id}:{head.chain}:{head.number}:{head.digest}".encode()
    return list(_each_seal(said))


def _each_seal(said: bytes) -> Iterator[str]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        key = hashlib.sha256(f"chain head:{secret}".encode()).digest()
        yield hmac.new(key, said, hashlib.sha256).hexdigest()
