"""The proof of a decided request as a document: times, decision and chain, and nobody's name."""

from datetime import UTC, datetime
from uuid import UUID

from django.utils import translation

from accounts.models import Account
from privacy.documents.tree import Document, Section, Table
from privacy.models import ErasureReceipt, RequestReceipt, SubjectRequest
from privacy.models.requests import Channel, Delay, Ground, Proof, RequestKind, RequestState


def reference(receipt: RequestReceipt) -> str:
    """What people call the request."""
    return SubjectRequest(pk=receipt.request_id).reference


def document(receipt: RequestReceipt, account: Account) -> Document:
    """The proof, in English, dated with the decision: the same file each time."""
    with translation.override("en"):
        facts = tuple((name, value) for name, value in _facts(receipt) if value)
        chain = (
            ("Receipt", str(receipt.pk)),
            ("Number in the chain", str(receipt.number or "")),
            ("SHA-256 of the link", receipt.digest),
        )
    return Document(
        title=f"Request {reference(receipt)} to {account.name}",
        version=reference(receipt),
        dated=receipt.decided_at.astimezone(UTC).date(),
        language="en",
        sections=(
            Section(
                title="What was asked and how it was decided",
                anchor="decision",
                paragraphs=(
                    "This page proves when a request of a person about their data came and how it "
                    "was decided. It names neither the person nor what was said.",
                ),
                tables=(Table("The request", ("Fact", "Value"), facts),),
            ),
            Section(
                title="Where it stands in the register",
                anchor="chain",
                paragraphs=(
                    "The receipt is a link in a chain: it cannot be changed or taken out without "
                    "that showing.",
                ),
                tables=(Table("The link", ("Fact", "Value"), chain),),
            ),
        ),
    )


def _facts(receipt: RequestReceipt) -> list[tuple[str, str]]:
    erased = [ErasureReceipt(pk=UUID(one)).reference for one in receipt.erasures]
    return [
        ("Asked for", str(RequestKind(receipt.kind).label)),
        ("Came", str(Channel(receipt.channel).label)),
        ("Received", _time(receipt.received_at)),
        ("Identity", str(Proof(receipt.proof).label) if receipt.proof else "not established"),
        ("Identity confirmed", _time(receipt.proven_at)),
        ("Time extended", _time(receipt.extended_at)),
        ("Because", str(Delay(receipt.delay).label) if receipt.delay else ""),
        ("Due", receipt.due_on.isoformat()),
        ("Decision", str(RequestState(receipt.outcome).label)),
        ("Ground", str(Ground(receipt.ground).label) if receipt.ground else ""),
        ("Decided", _time(receipt.decided_at)),
        ("Decided alone", "yes: nobody else managed the account" if receipt.decided_alone else ""),
        ("SHA-256 of what was delivered", receipt.delivered_digest),
        ("Receipts of erasures", ", ".join(erased)),
    ]


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""
