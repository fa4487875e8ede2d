"""Every member address, walked with the account's real ids by support in a session (S51)."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, AuditEntry, SupportSession, User
from accounts.tenancy import tenant
from tests.architecture.test_doors import our_patterns
from tests.architecture.test_outsiders import CALLS, known
from tests.conftest import PASSWORD
from tests.coverage import covers

__all__ = ["known"]

SEEN_BY_SUPPORT = {
    "policy_links",
    "privacy_history",
    "privacy_overview",
    "privacy_processing",
    "privacy_purposes",
    "settings_company",
    "settings_forms",
    "settings_groups",
    "settings_hours",
    "settings_mail",
    "settings_sites",
    "settings_team",
    "settings_widget",
}
"""All that support may read besides conversations. No file, no download, no secret, no plan, nobody's
rights. Whoever adds a page here shows it to people outside the account."""

MAY_CHANGE = {"accounts_auditentry", "accounts_supportsession", "django_session"}
"""Where a look leaves its trace, and where the log-in is kept."""


def _everything(*accounts: Account) -> dict[str, list[object]]:
    """A digest of every table, as each account sees it."""
    found: dict[str, list[object]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = sorted({str(name) for (name,) in cursor.fetchall()} - MAY_CHANGE)
    for account in accounts:
        with tenant(account.pk), connection.cursor() as cursor:
            for name in names:
                cursor.execute(
                    f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"  # noqa: S608
                )
                found.setdefault(name, []).append(cursor.fetchone()[0])
    return found


def _labelled() -> set[str]:
    return {
        str(pattern.name)
        for path, pattern in our_patterns()
        if path.startswith("app/") and getattr(pattern.callback, "shown_to_support", False)
    }


def test_what_support_may_see_is_listed() -> None:
    assert _labelled() == SEEN_BY_SUPPORT


@pytest.mark.django_db(transaction=True)
@covers("S51", page="/support/<slug>/conversations/")
def test_support_reads_the_listed_pages_changes_nothing_and_is_refused_the_rest(
    known: dict[str, Any],
    acme: Account,
    other: Account,
) -> None:
    staff = User.objects.get(email="staff@example.org")
    staff.set_password(PASSWORD)
    staff.save()
    EmailAddress.objects.create(user=staff, email=staff.email, verified=True, primary=True)
    browser = Client()
    browser.post("/login/", {"login": "staff@example.org", "password": PASSWORD})
    before = _everything(acme, other)

    for name, call in CALLS.items():
        answer = call.by(browser, name, "acme", known)
        is_seen = name in SEEN_BY_SUPPORT
        assert answer.status_code == (200 if is_seen else 403), name
        assert "Read only: you look into Acme" in answer.content.decode(), name
        if is_seen:
            # Nothing on the page can be pressed but the way out.
            assert answer.content.decode().count('<fieldset class="bare" disabled>') == 1, name
            page = reverse(name, args=["acme"])
            assert browser.post(page, {}).status_code in {403, 405}, name
        assert call.by(browser, name, "other", known).status_code == 404, name
    for page in ("", f"{known['conversation']}/"):
        assert browser.get(f"/support/acme/conversations/{page}").status_code == 200
        assert browser.post(f"/support/acme/conversations/{page}").status_code == 405

    assert _everything(acme, other) == before
    with tenant(acme.pk):
        looks = AuditEntry.objects.filter(actor_id=known["support"])
        assert looks.filter(event="support.looked").count() == len(SEEN_BY_SUPPORT) + 1
        assert looks.filter(event="conversation.read").count() == 1
    SupportSession.objects.update(ended_at=timezone.now())
    assert {call.by(browser, name, "acme", known).status_code for name, call in CALLS.items()} == {
        404
    }
