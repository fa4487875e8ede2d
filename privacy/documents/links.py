"""Where documents send their readers: pages of the centre, and settings of their own account."""

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.urls import reverse

from privacy.documents.tree import Link, Section


def page(text: str, slug: str, anchor: str = "") -> Link:
    """A document of the privacy centre."""
    return Link(text, f"{settings.PUBLIC_URL}{reverse('privacy_document', args=[slug])}{anchor}")


def setting(text: str, name: str) -> Link:
    """A page of the account that the reader opened last, by its short name."""
    return Link(f"Setting: {text}", f"{settings.PUBLIC_URL}{reverse('account_page', args=[name])}")


def safeguards() -> tuple[Link, ...]:
    """What keeps prohibited data out (S28), and takes them away again (S25)."""
    return (
        setting("Forms, which refuse to ask for such data", "forms"),
        setting("The inbox, where messages and files are removed", "inbox"),
    )


def linked(
    sections: Sequence[Section], number: str, links: tuple[Link, ...]
) -> tuple[Section, ...]:
    """The sections with these links at the point of this number."""
    return tuple(
        replace(
            section,
            points=tuple(
                replace(point, links=links) if point.number == number else point
                for point in section.points
            ),
        )
        for section in sections
    )
