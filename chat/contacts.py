"""Visitors whom an account could write to: those who left an e-mail address (Art. 34 GDPR)."""

from collections.abc import Sequence

from chat.models import Visitor


class _Contacts:
    """Answers `privacy.breaches.Contacts`, inside the account."""

    def count(self) -> int:
        return Visitor.objects.exclude(email="").values("email").distinct().count()

    def rows(self) -> Sequence[tuple[str, str]]:
        found: dict[str, str] = {}
        for name, email in Visitor.objects.exclude(email="").values_list("name", "email"):
            found[email.lower()] = name or found.get(email.lower(), "")
        return [(name, email) for email, name in sorted(found.items())]


CONTACTS = _Contacts()
