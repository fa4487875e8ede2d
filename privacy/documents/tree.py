"""What a document is made of. Every text in it is plain: no part is ever read as markup."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Link:
    """Where to read on, or to change something."""

    text: str
    address: str


@dataclass(frozen=True)
class Point:
    """A numbered point, such as 5.3: what other texts refer to."""

    number: str
    title: str
    text: str
    links: tuple[Link, ...] = ()

    @property
    def anchor(self) -> str:
        return self.number


@dataclass(frozen=True)
class Table:
    """Rows under named columns. The caption says what they are, also to a screen reader."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading with its anchor, a few paragraphs, points and tables, in this order."""

    title: str
    anchor: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    items: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Document:
    """A version of a document, complete. Language is an ISO 639-1 code."""

    title: str
    version: str
    dated: date
    language: str
    sections: tuple[Section, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the content: printed inside, since a file cannot hold its own."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """The content as JSON, the same text for the same content."""
        return json.dumps(asdict(self), default=str, ensure_ascii=False, sort_keys=True)


def read(content: str) -> Document:
    """The document of which `content` is the canonical form."""
    said = json.loads(content)
    return Document(
        title=said["title"],
        version=said["version"],
        dated=date.fromisoformat(said["dated"]),
        language=said["language"],
        sections=tuple(_section(one) for one in said["sections"]),
    )


def _section(said: dict[str, Any]) -> Section:
    return Section(
        title=said["title"],
        anchor=said["anchor"],
        paragraphs=tuple(said["paragraphs"]),
        points=tuple(
            Point(
                one["number"],
                one["title"],
                one["text"],
                tuple(Link(**link) for link in one["links"]),
            )
            for one in said["points"]
        ),
        items=tuple(said["items"]),
        tables=tuple(
            Table(one["caption"], tuple(one["head"]), tuple(tuple(row) for row in one["rows"]))
            for one in said["tables"]
        ),
    )
