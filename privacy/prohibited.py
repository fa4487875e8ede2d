"""What must not be put into a chat: one list for the agreement and for the box that owners tick."""

import hashlib
from dataclasses import dataclass
from datetime import date

from privacy.documents.tree import Document, Section, Table

DATED = date(2026, 11, 24)


@dataclass(frozen=True)
class Prohibited:
    """A kind of data, and what forbids it. `key` names it in lists of words."""

    key: str
    data: str
    ground: str


PROHIBITED = (
    Prohibited("origin", "Racial or ethnic origin", "Article 9 GDPR"),
    Prohibited("politics", "Political opinions", "Article 9 GDPR"),
    Prohibited("religion", "Religious or philosophical beliefs", "Article 9 GDPR"),
    Prohibited("union", "Trade union membership", "Article 9 GDPR"),
    Prohibited(
        "genetic", "Genetic data, and biometric data that identify a person", "Article 9 GDPR"
    ),
    Prohibited("health", "Health", "Article 9 GDPR"),
    Prohibited("sex", "Sex life or sexual orientation", "Article 9 GDPR"),
    Prohibited("crime", "Criminal convictions and offences", "Article 10 GDPR"),
    Prohibited("payment", "Payment card numbers and other payment credentials", "this agreement"),
)


def digest() -> str:
    """SHA-256 of the list: it changes exactly when the list does (S27)."""
    lines = "\n".join(f"{one.data}\t{one.ground}" for one in PROHIBITED)
    return hashlib.sha256(lines.encode()).hexdigest()


def document() -> Document:
    """The list as an owner accepts it. Its version follows its content."""
    table = Table(
        "Prohibited data",
        ("Data", "Prohibited by"),
        tuple((one.data, one.ground) for one in PROHIBITED),
    )
    section = Section(
        title="What must not be put into the chat",
        anchor="prohibited",
        paragraphs=(
            "The account does not ask visitors for the data below and does not put them into the chat. If a "
            "visitor sends them all the same, the account deletes them.",
        ),
        tables=(table,),
    )
    return Document("Prohibited data", digest()[:12], DATED, "en", (section,))
