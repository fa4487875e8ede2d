"""The cookie declaration of an account as a document, so that its versions can be kept and compared."""

from datetime import date

from django.utils import translation

from privacy.cookies import Item
from privacy.documents.tree import Document, Section, Table


def table(items: tuple[Item, ...]) -> Table:
    """These items, in English."""
    with translation.override("en"):
        return Table(
            "Cookies and storage",
            ("Name", "Kind", "Purpose", "When", "Lifetime", "Category"),
            tuple(
                (
                    item.name,
                    str(item.storage),
                    str(item.purpose),
                    str(item.set_when),
                    item.lifetime,
                    str(item.category),
                )
                for item in items
            ),
        )


def build(items: tuple[Item, ...], mode: str, number: int, dated: date) -> Document:
    """The declaration of these items as its version of this number."""
    return Document(
        title="Cookies of the chat",
        version=str(number),
        dated=dated,
        language="en",
        sections=(
            Section(
                title="What the chat stores",
                anchor="stored",
                paragraphs=(f"Storage mode: {mode}.",),
                tables=(table(items),),
            ),
        ),
    )
