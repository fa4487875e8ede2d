"""Public documents in their versions: published when they change, and kept for ever (S1)."""

import hashlib
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone, translation

from privacy.documents import centre, rendering
from privacy.documents.facts import Facts, Incomplete
from privacy.models import Publication


@dataclass
class Outcome:
    """What a run did: slugs of documents published anew, and what others lack."""

    published: list[str] = field(default_factory=list)
    incomplete: dict[str, list[str]] = field(default_factory=dict)


@transaction.atomic
def publish() -> Outcome:
    """Publish each document that is not what its newest version says. One with a gap is left as it
    was. Running it again changes nothing."""
    outcome = Outcome()
    # Not the language of whoever happens to press a button: the documents have one of their own.
    with translation.override("en"):
        facts = centre.facts()
        for slug, kind in centre.KINDS.items():
            try:
                if _publish(kind, facts):
                    outcome.published.append(slug)
            except Incomplete as error:
                outcome.incomplete[slug] = error.missing
    return outcome


def current(slug: str) -> Publication | None:
    """The newest version."""
    return Publication.objects.filter(document=slug).order_by("-number").first()


def all_current() -> dict[str, Publication]:
    """The newest version of each document that was ever published, without its files."""
    rows = Publication.objects.defer("html", "pdf", "content").order_by("document", "-number")
    return {row.document: row for row in rows.distinct("document")}


def versions(slug: str) -> list[Publication]:
    """All versions, newest first, without their files."""
    rows = Publication.objects.defer("html", "pdf", "content")
    return list(rows.filter(document=slug).order_by("-number"))


def _publish(kind: centre.Kind, facts: Facts) -> bool:
    # Two at once publish one after the other; the constraint refuses the same number twice.
    last = (
        Publication.objects.select_for_update()
        .filter(document=kind.slug)
        .order_by("-number")
        .first()
    )
    if last:
        as_it_was = kind.build(facts, last.number, last.published_at.date())
        if as_it_was.digest == last.digest:
            return False
    number, now = (last.number + 1 if last else 1), timezone.now()
    document = kind.build(facts, number, now.date())
    page, file = rendering.html(document), rendering.pdf(document)
    Publication.objects.create(
        document=kind.slug,
        number=number,
        content=document.canonical(),
        digest=document.digest,
        html=page,
        html_digest=hashlib.sha256(page.encode()).hexdigest(),
        pdf=file,
        pdf_digest=hashlib.sha256(file).hexdigest(),
        published_at=now,
    )
    return True
