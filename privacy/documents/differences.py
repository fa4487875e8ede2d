"""What has changed between two versions of a document, for people who accepted the older one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal


@dataclass(frozen=True)
class Difference:
    """One text that went or came, and the section it stands in."""

    kind: Literal["removed", "added"]
    section: str
    text: str


def between(old: str, new: str) -> list[Difference]:
    """What went and what came, in the order of reading. Both are `Document.canonical()`, so that a
    version stored long ago can be compared. A new version number alone is no difference."""
    before, after = list(_texts(json.loads(old))), list(_texts(json.loads(new)))
    found = []
    # Without autojunk: a text that stands in many places is no less a text.
    for step, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step != "equal":
            found += [Difference("removed", *one) for one in before[a:b]]
            found += [Difference("added", *one) for one in after[c:d]]
    return found


def _texts(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "", document["title"]
    for section in document["sections"]:
        title = section["title"]
        yield title, title
        for paragraph in section["paragraphs"]:
            yield title, paragraph
        for point in section["points"]:
            yield title, f"{point['number']} {point['title']}: {point['text']}"
        for item in section["items"]:
            yield title, item
        for table in section["tables"]:
            for row in table["rows"]:
                yield title, f"{table['caption']}: {'; '.join(row)}"
