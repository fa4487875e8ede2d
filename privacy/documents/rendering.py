"""A document as HTML and as PDF. The same document gives the same bytes.

Text reaches typst as data (`sys.inputs`) and is inserted as strings, so nothing that an account
has entered can be read as code. Call it in web threads and in Celery's children only: typst keeps
threads of its own, which do not survive a fork.
"""

import json
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path

import typst
from django.template.loader import render_to_string

from privacy.documents.tree import Document

_LAYOUT = Path(__file__).with_name("layout.typ")


def html(document: Document) -> str:
    """The document as an <article>, escaped."""
    return render_to_string("privacy/_document.html", {"document": document})


def pdf(document: Document) -> bytes:
    """The document as a tagged PDF (PDF/UA-1), dated with the document and not with the clock."""
    content = {**json.loads(document.canonical()), "digest": document.digest}
    created = datetime.combine(document.dated, time(), UTC)
    return _compiled(json.dumps(content, ensure_ascii=False, sort_keys=True), created)


@lru_cache(maxsize=8)
def _compiled(content: str, created: datetime) -> bytes:
    made = typst.compile(
        _LAYOUT.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        sys_inputs={"document": content},
        timestamp=created,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single file")
    return made
