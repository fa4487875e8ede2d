"""The cookie declaration of an account: what its settings let the widget store (S74, R18).

Consent managers read it, and the owner pastes it into a page. It lists what can be set and nothing else, and
has a version with the day on which it last changed.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation

from accounts.models import Account, Language, Site
from privacy import cookies, platform, purposes, uses, versions
from privacy.cookies import Item
from privacy.documents import cookies as document
from privacy.documents.tree import Document

KIND = "cookies"


class Row(TypedDict):
    """One item. `pattern` is a regular expression that also fits names with a page's own prefix;
    `domain` are the hosts of the account's sites, "*" for any; texts by language."""

    name: str
    pattern: str
    storage: str
    party: str
    domain: str
    purpose: dict[str, str]
    category: str
    lifetime_seconds: int | str
    set_when: dict[str, str]
    consent_required: bool
    personal_data: bool
    provider: str


class Declaration(TypedDict):
    """What `/widget/<key>/cookies.json` says. `version` counts the changes, `digest` is the SHA-256
    of what that version says, `updated_at` the moment from which it counts (ISO 8601, UTC)."""

    account: str
    storage_mode: str
    version: int
    digest: str
    updated_at: str
    items: list[Row]


@dataclass(frozen=True)
class Standing:
    """What can be set now, and since which version."""

    items: tuple[Item, ...]
    number: int
    digest: str
    updated_at: datetime


def standing(account: Account) -> Standing:
    """The items that can be set, with their version. Whoever asks first after a change writes down
    when it was. Inside the account."""
    items = cookies.settable(uses.conditions())

    def make(number: int, dated: date) -> Document:
        return document.build(items, cookies.MODE, number, dated)

    kept = versions.keep(account.pk, KIND, make) or versions.newest(KIND)
    assert kept is not None
    return Standing(items, kept.number, kept.digest, kept.made_at)


def current(account: Account) -> Declaration:
    """The declaration as it is now. Inside the account."""
    now = standing(account)
    domain = _domain(account)
    provider = platform.party().company_name or settings.PLATFORM_NAME
    return {
        "account": purposes.controller_name(account.pk),
        "storage_mode": cookies.MODE,
        "version": now.number,
        "digest": now.digest,
        "updated_at": now.updated_at.isoformat(timespec="seconds"),
        "items": [_row(item, domain, provider) for item in now.items],
    }


def _row(item: Item, domain: str, provider: str) -> Row:
    return {
        "name": item.name,
        "pattern": f"^.*{re.escape(item.name)}$",
        "storage": item.storage.value,
        # The script runs in the owner's page and stores under its origin.
        "party": "first",
        "domain": domain,
        "purpose": _spoken(item.purpose),
        "category": item.category.value,
        "lifetime_seconds": "session" if item.max_age is None else item.max_age,
        "set_when": _spoken(item.set_when),
        # In the one mode there is, everything follows an act of the visitor's (Art. 5(3) ePrivacy).
        "consent_required": False,
        "personal_data": item.is_personal,
        "provider": provider,
    }


def _spoken(text: object) -> dict[str, str]:
    found = {}
    for language in Language.values:
        with translation.override(language):
            found[language] = str(text)
    return found


def _domain(account: Account) -> str:
    if account.allows_any_site:
        return "*"
    origins = Site.objects.values_list("origin", flat=True)
    return ", ".join(sorted({urlsplit(origin).hostname or "" for origin in origins}))
