"""An admin decides how the widget looks and what it says; the plan and safety have the last word."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from accounts.models import Account, AuditEntry, Membership, PlanName
from chat.models import Conversation
from tests.coverage import covers
from tests.widget.test_embedding import bootstrap, config, config_json, frame
from widget import settings, texts
from widget.models import WidgetSettings

pytestmark = pytest.mark.django_db

Inside = Callable[[], AbstractContextManager[None]]
LogIn = Callable[[Membership], Client]

PAGE = "/app/acme/settings/widget/"
SITE = "https://shop.test"
LOOK = {
    "color": "#1f5fa8",
    "side": "left",
    "launcher": "greeting",
    "language": "de",
    "privacy_notice_url": "https://shop.test/privacy",
    "shows_privacy_notice": "on",
}


def test_what_is_saved_is_what_the_site_gets(
    acme: Account, adi: Membership, login: LogIn, inside: Inside
) -> None:
    words = {"words-de-online.infoTitle": "Fragen Sie Acme"}

    response = login(adi).post(PAGE, {**LOOK, **words, "hides_when_offline": "on"})

    assert response.status_code == 302
    loaded = config_json(config(acme, SITE))
    assert loaded["color"] == "#1f5fa8"
    assert loaded["side"] == "left"
    assert loaded["launcher"] == "greeting"
    assert loaded["language"] == "de"
    assert loaded["hides_when_offline"] is True
    framed = bootstrap(frame(acme, SITE))
    assert framed["color"] == "#1f5fa8"
    assert framed["notice"]["shown"] is True
    assert framed["notice"]["url"] == "https://shop.test/privacy"
    with inside():
        look = settings.of(acme)
        assert texts.word(settings.words(acme, look, "de"), "online.infoTitle") == "Fragen Sie Acme"
        assert (
            texts.word(settings.words(acme, look, "en"), "online.infoTitle") == "How can we help?"
        )


def test_owners_and_admins_may_agents_may_not_and_strangers_find_nothing(
    ana: Membership, adi: Membership, ben: Membership, gus: Membership, login: LogIn
) -> None:
    assert login(ana).get(PAGE).status_code == 200
    assert login(adi).get(PAGE).status_code == 200
    assert login(ben).get(PAGE).status_code == 403
    assert login(ben).post(PAGE, LOOK).status_code == 403
    assert login(gus).get(PAGE).status_code == 404
    assert login(gus).post(PAGE, LOOK).status_code == 404
    assert Client().get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("color", "red"),
        ("color", "#f00"),
        ("color", "#1f5fa8;}"),
        ("color", ""),
        ("side", "top"),
        ("launcher", "banner"),
        ("language", "xx"),
        ("privacy_notice_url", "http://shop.test/privacy"),
        ("privacy_notice_url", "javascript:alert(1)"),
        ("privacy_notice_url", "not an address"),
        ("words-en-online.infoTitle", "x" * 301),
    ],
)
def test_an_error_stands_by_its_field_saves_nothing_and_loses_nothing(
    adi: Membership, login: LogIn, inside: Inside, field: str, value: str
) -> None:
    answers = {**LOOK, "words-cs-offline.notice": "Napište nám", field: value}

    response = login(adi).post(PAGE, answers)

    assert response.status_code == 422
    page = response.content.decode()
    assert f'id="id_{field}_error"' in page
    assert "Napište nám" in page
    assert "https://shop.test/privacy" in page or field == "privacy_notice_url"
    with inside():
        assert not WidgetSettings.objects.exists()


@pytest.mark.parametrize("written", ["1F5FA8", "#1F5FA8", " 1f5fa8 "])
def test_a_colour_is_understood_however_it_is_written(
    acme: Account, adi: Membership, login: LogIn, written: str
) -> None:
    login(adi).post(PAGE, {**LOOK, "color": written})

    assert config_json(config(acme, SITE))["color"] == "#1f5fa8"


def test_emptied_words_give_ours_back(
    acme: Account, adi: Membership, login: LogIn, inside: Inside
) -> None:
    browser = login(adi)
    browser.post(PAGE, {**LOOK, "words-en-online.infoTitle": "Ask Acme"})
    browser.post(PAGE, {**LOOK, "words-en-online.infoTitle": "  "})

    with inside():
        assert settings.of(acme).texts == {}


def test_own_words_are_text_wherever_they_appear(
    acme: Account, adi: Membership, login: LogIn
) -> None:
    """A24."""
    evil = '"></script><img src=x onerror=alert(1)>'
    browser = login(adi)

    browser.post(PAGE, {**LOOK, "words-de-widget.online": evil})

    assert evil not in browser.get(PAGE).content.decode()
    assert "<img" not in frame(acme, SITE).content.decode()
    assert bootstrap(frame(acme, SITE))["texts"]["widget"]["online"] == evil
    assert config_json(config(acme, SITE))["texts"]["widget"]["online"] == evil


def test_the_notice_is_shown_until_somebody_says_otherwise(acme: Account) -> None:
    assert bootstrap(frame(acme, SITE))["notice"]["url"] == ""


@covers("S40")
def test_a_paying_account_may_switch_the_notice_off_after_a_warning_and_the_trail_says_so(
    acme: Account, adi: Membership, login: LogIn, inside: Inside
) -> None:
    browser = login(adi)
    off = {name: value for name, value in LOOK.items() if name[:5] != "shows"}

    warned = browser.post(PAGE, off)
    assert warned.status_code == 422
    assert "tells_elsewhere" in warned.context["form"].errors
    assert bootstrap(frame(acme, SITE))["notice"]["shown"] is True
    browser.post(PAGE, {**off, "tells_elsewhere": "on"})

    assert bootstrap(frame(acme, SITE))["notice"]["shown"] is False
    with inside():
        entry = AuditEntry.objects.get(details__setting="widget_shows_privacy_notice")
    assert (entry.actor_id, entry.details["new"]) == (adi.pk, False)
    assert browser.post(PAGE, off).status_code == 302


@covers("S40", "S60")
def test_on_free_the_notice_stays_and_the_widget_never_hides(
    acme: Account, adi: Membership, login: LogIn
) -> None:
    """S40, S60: also for an account that switched it off on a plan that it has left."""
    browser = login(adi)
    off = {name: value for name, value in LOOK.items() if name != "shows_privacy_notice"}
    browser.post(PAGE, {**off, "hides_when_offline": "on", "tells_elsewhere": "on"})

    acme.plan = PlanName.FREE
    acme.save(update_fields=["plan"])
    assert bootstrap(frame(acme, SITE))["notice"]["shown"] is True
    assert config_json(config(acme, SITE))["hides_when_offline"] is False

    assert browser.post(PAGE, {**off, "hides_when_offline": "on"}).status_code == 302
    assert bootstrap(frame(acme, SITE))["notice"]["shown"] is True
    assert config_json(config(acme, SITE))["hides_when_offline"] is False


@covers("S33")
def test_no_answer_to_a_site_holds_a_log_in_address(
    acme: Account, ana: Membership, ben: Membership, conversation: Conversation
) -> None:
    """S33."""
    for response in (config(acme, SITE), frame(acme, SITE)):
        for member in (ana, ben):
            assert member.user.email not in response.content.decode()
