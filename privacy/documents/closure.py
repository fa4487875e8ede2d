"""The certificate that an account was deleted: numbers, times and checksums, no content."""

from datetime import UTC, datetime, timedelta

from privacy.documents.tree import Document, Section, Table
from privacy.models import Closure


def build(closure: Closure, *, account_name: str, processor: str, backups: timedelta) -> Document:
    """The certificate of a closure whose rows are gone, dated with the day on which they went."""
    begun, emptied = closure.begun_at, closure.emptied_at
    assert begun is not None
    assert emptied is not None
    certified = Section(
        title="What was deleted",
        anchor="deleted",
        paragraphs=(
            f"{processor} has deleted what it kept as a processor for the account “{account_name}” "
            "(number "
            f"{closure.ending_id}), at the choice of the controller and at the end of the service, as "
            "Article 28(3)(g) of Regulation (EU) 2016/679 provides. The log-ins of people who work in no "
            "other account are deleted with the account’s own row as soon as this certificate has been "
            "sent.",
        ),
        items=(
            f"Reference: {closure.reference}",
            f"Closed by an owner: {_at(closure.closed_at)}",
            f"Deletion begun: {_at(begun)}",
            f"All tables and files empty: {_at(emptied)}",
        ),
        tables=(
            Table(
                "Rows deleted, by table",
                ("Table", "Rows"),
                tuple((label, f"{count}") for label, count in sorted(closure.counts.items())),
            ),
        ),
    )
    remaining = Section(
        title="What remains",
        anchor="remains",
        paragraphs=(
            f"Backups that still contain the data are overwritten by {(emptied + backups).date()} at the "
            "latest, and are not used for anything else until then. After a restore the deletion is "
            "repeated.",
            "The register of deletions keeps the reference, the times, the number of rows and the "
            "checksums of this certificate. It keeps neither the account’s name nor its number, and "
            "nothing of what was in it.",
        ),
    )
    return Document(
        title="Certificate of deletion",
        version="1",
        dated=emptied.astimezone(UTC).date(),
        language="en",
        sections=(certified, remaining),
    )


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
