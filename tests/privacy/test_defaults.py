"""Accounts from before the defaults of S54, S58 and S60 get them, with time to look at them (S53)."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, AuditEntry, Membership, PlanName
from accounts.tenancy import tenant
from chat import technical
from chat.models import Conversation, TechnicalData, Visitor
from chat.technical import Kind
from privacy import defaults
from privacy.tasks import (
    apply_defaults,
    apply_defaults_to,
    purge_account,
    send_platform_letters,
)
from tests.conftest import LogIn
from tests.coverage import covers
from tests.servers import free_port
from widget.models import WidgetSettings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old(acme: Account, ana: Membership, conversation: Conversation) -> Account:
    """An account on Free that stored addresses, hid the notice, and kept everything."""
    Account.objects.filter(pk=acme.pk).update(
        plan=PlanName.FREE, defaults_at=None, purge_after=None
    )
    with tenant(acme.pk):
        TechnicalData.objects.update_or_create(account=acme, defaults={"ip_address": True})
        Visitor.objects.update(ip_address="203.0.113.9")
        WidgetSettings.objects.update_or_create(
            account=acme, defaults={"shows_privacy_notice": False}
        )
        Conversation.objects.update(last_message_at=timezone.now() - timedelta(days=200))
    acme.refresh_from_db()
    return acme


def _purged(account: Account) -> bool:
    purge_account(account_id=str(account.pk))
    with tenant(account.pk):
        return not Conversation.objects.exists()


@covers("S53", "S54", "S58", "S60", page="/app/<slug>/settings/privacy/history/")
def test_an_old_account_gets_the_defaults_once_and_its_owners_are_told(
    old: Account, ana: Membership, other: Account, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    assert not _purged(old), "nobody has been told yet"
    assert defaults.waiting() == [old.pk]

    apply_defaults()
    apply_defaults_to(account_id=str(old.pk))
    apply_defaults_to(account_id=str(old.pk))

    with tenant(old.pk):
        assert Kind.IP_ADDRESS not in technical.collected(old.pk)
        assert Visitor.objects.get().ip_address is None
        assert WidgetSettings.objects.get().shows_privacy_notice
        events = list(AuditEntry.objects.values_list("event", flat=True))
    assert events.count("account.defaults") == 1
    send_platform_letters()
    assert [one.to for one in mailoutbox] == [[ana.user.email]]
    assert "14" not in mailoutbox[0].subject
    assert defaults.waiting() == []
    page = login(ana).get("/app/acme/settings/privacy/history/").content.decode()
    assert "Nothing is deleted before that day" in page


@covers("S53")
def test_the_letter_waits_while_the_mail_server_is_away(
    old: Account, ana: Membership, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    apply_defaults_to(account_id=str(old.pk))
    send_platform_letters()
    settings.EMAIL_BACKEND = backend
    assert mailoutbox == []

    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        send_platform_letters()
        send_platform_letters()

    assert [one.to for one in mailoutbox] == [[ana.user.email]]
    assert "New privacy defaults for Acme" in mailoutbox[0].subject


@covers("S53")
def test_nothing_is_purged_in_the_days_of_grace_and_everything_due_after_them(
    old: Account,
) -> None:
    apply_defaults_to(account_id=str(old.pk))

    assert not _purged(old)
    with time_machine.travel(timezone.now() + defaults.GRACE - timedelta(minutes=5), tick=True):
        assert not _purged(old)
    with time_machine.travel(timezone.now() + defaults.GRACE + timedelta(minutes=5), tick=True):
        assert _purged(old)


def test_what_an_owner_chooses_afterwards_stays(old: Account, ana: Membership) -> None:
    apply_defaults_to(account_id=str(old.pk))
    with tenant(old.pk):
        technical.choose(old, [Kind.IP_ADDRESS], by=ana)

    apply_defaults_to(account_id=str(old.pk))

    with tenant(old.pk):
        assert Kind.IP_ADDRESS in technical.collected(old.pk)


def test_who_adds_a_row_to_the_account_does_not_wait_for_the_defaults(old: Account) -> None:
    with tenant(old.pk), CaptureQueriesContext(connection) as queries:
        defaults.apply(old.pk)

    locks = [
        one["sql"] for one in queries if "FOR " in one["sql"] and "accounts_account" in one["sql"]
    ]
    assert locks
    assert all("FOR NO KEY UPDATE" in one for one in locks)


def test_a_new_account_needs_none_of_this(acme: Account) -> None:
    assert acme.defaults_at
    assert acme.purge_after is None
    assert defaults.waiting() == []
