"""The demo account is there after the first run, and the second changes nothing."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import companies
from accounts.models import Account, Membership, Site
from accounts.tenancy import tenant
from chat.models import ChatSettings, Conversation, ConversationMail, Message
from demo.stories import STORIES
from privacy import compliance, registers
from privacy.models import (
    Acceptance,
    Agreement,
    Consent,
    PlatformIdentity,
    SubjectRequest,
)
from privacy.models.requests import RequestKind

REGISTERS = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"
PASSWORD = "a demo password of the tests"


@pytest.fixture(autouse=True)
def surroundings(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    monkeypatch.setenv("SHOP_PORT", "8765")
    monkeypatch.delenv("SHOP_URL", raising=False)
    settings.VAR_DIR = tmp_path
    registers.load(REGISTERS)


def load() -> Account:
    call_command("load_demo", stdout=StringIO())
    return Account.objects.get(slug="demo")


def everything(account: Account) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that this account can see, by model."""
    with tenant(account.pk):
        return {
            model._meta.label: list(model._default_manager.order_by("pk").values())
            for model in apps.get_models()
            if model._meta.app_label in {"accounts", "chat", "widget"}
        }


def test_loading_again_changes_nothing() -> None:
    first = everything(load())

    assert everything(load()) == first


def test_it_is_live_with_a_company_and_what_its_owner_accepted() -> None:
    account = load()

    assert account.live_at
    with tenant(account.pk):
        assert companies.of(account.pk)
        assert set(Acceptance.objects.values_list("kind", flat=True)) == set(Agreement)


def test_without_the_registers_it_says_what_is_missing() -> None:
    PlatformIdentity.objects.all().delete()

    with pytest.raises(CommandError, match="load_registers"):
        load()
    assert not Account.objects.filter(slug="demo").exists()


def test_its_people_can_log_in_and_see_the_inbox() -> None:
    load()

    for email, role in (("owner@demo.test", "owner"), ("agent@demo.test", "agent")):
        browser = Client()
        browser.post("/login/", {"login": email, "password": PASSWORD})
        assert browser.get("/app/demo/inbox/").status_code == 200
        assert Membership.objects.get(user__email=email).role == role


def test_without_a_password_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_PASSWORD")

    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        call_command("load_demo")


def test_the_key_is_printed_and_left_for_the_shop(tmp_path: Path) -> None:
    account = load()
    printed = StringIO()
    call_command("load_demo", print_key=True, stdout=printed)

    assert printed.getvalue().strip() == account.public_key
    assert (tmp_path / "demo-key").read_text().strip() == account.public_key


def test_another_port_of_the_shop_is_allowed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    monkeypatch.setenv("SHOP_PORT", "8766")
    monkeypatch.setenv("SHOP_URL", "http://shop.test")
    account = load()

    with tenant(account.pk):
        assert set(Site.objects.values_list("origin", flat=True)) == {
            "http://localhost:8765",
            "http://127.0.0.1:8765",
            "http://localhost:8766",
            "http://127.0.0.1:8766",
            "http://shop.test",
        }


def test_the_conversations_stand_in_every_state_and_nobody_gets_a_letter() -> None:
    account = load()

    with tenant(account.pk):
        told = Conversation.objects.all()
        assert told.count() == len(STORIES) == 12
        assert set(told.values_list("state", flat=True)) == {"open", "served", "closed"}
        assert told.waiting().count() == 3
        assert not ConversationMail.objects.exists()
        assert not ChatSettings.objects.exists()


def test_what_was_said_lies_in_the_past_and_in_order() -> None:
    account = load()

    with tenant(account.pk):
        for conversation in Conversation.objects.all():
            times = list(
                Message.objects.filter(conversation=conversation)
                .order_by("seq")
                .values_list("sent_at", flat=True)
            )
            assert times == sorted(times)
            assert conversation.created_at <= times[0]
            assert conversation.last_message_at in times
            assert conversation.last_message_at < timezone.now()
            if conversation.waiting_since:
                assert conversation.waiting_since in times
            if conversation.closed_at:
                assert conversation.closed_at == times[-1]


def test_its_owner_finds_consents_and_a_request_and_nothing_that_has_to_be_put_right() -> None:
    account = load()

    with tenant(account.pk):
        assert Consent.objects.count() == sum(story.wants_news for story in STORIES) > 0
        assert [one.kind for one in SubjectRequest.objects.all()] == [RequestKind.ACCESS]
        checks = compliance.checks(account, timezone.now())
        assert not compliance.fails(checks)
