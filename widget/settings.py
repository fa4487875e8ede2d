"""The account's own look, words and notice: read by loader and frame, changed by its admins."""

from collections.abc import Mapping
from typing import TypedDict

from accounts import audit, plans
from accounts.models import Account, Membership
from widget import texts
from widget.models import WidgetSettings


class Look(TypedDict):
    """What an admin decides about the widget, all at once."""

    color: str
    side: str
    launcher: str
    language: str
    shows_privacy_notice: bool
    privacy_notice_url: str
    hides_when_offline: bool


def of(account: Account) -> WidgetSettings:
    """The account's settings; the defaults, unsaved, as long as nobody has changed them."""
    found = WidgetSettings.objects.filter(account=account).first()
    return found or WidgetSettings(account=account)


def change(account: Account, look: Look, *, by: Membership | None = None) -> WidgetSettings:
    """Save the look. Words stay as they are.

    What the plan does not let the account decide keeps its safe value, whatever was asked for.
    """
    if not may_customise(account):
        look = {**look, "shows_privacy_notice": True, "hides_when_offline": False}
    before = of(account)
    for name, value in look.items():
        setting = f"widget_{name}"
        audit.changed(account.pk, by=by, setting=setting, old=getattr(before, name), new=value)
    settings, _ = WidgetSettings.objects.update_or_create(account=account, defaults=look)
    return settings


def reword(
    account: Account, language: str, words: Mapping[str, str], *, by: Membership | None = None
) -> WidgetSettings:
    """Replace the widget's words in one language. Empty words give the built-in ones back."""
    WidgetSettings.objects.get_or_create(account=account)
    settings = WidgetSettings.objects.select_for_update().get(account=account)
    own = {
        place: text.strip()
        for place, text in words.items()
        if place in texts.EDITABLE and text.strip()
    }
    before: dict[str, str] = settings.texts.get(language, {})
    changed = sorted(place for place in texts.EDITABLE if own.get(place) != before.get(place))
    if changed:
        # The places and not the words: those may name a person.
        event, places = audit.Event.SETTING_CHANGED, [f"{language}: {one}" for one in changed]
        audit.record(account.pk, event, by=by, setting="widget_texts", fields=places)
    settings.texts = {**settings.texts, language: own}
    if not own:
        del settings.texts[language]
    settings.save(update_fields=["texts"])
    return settings


def may_customise(account: Account) -> bool:
    """Whether the plan lets the account hide the privacy notice, or the widget while offline."""
    return plans.may(account, plans.Feature.CUSTOMIZE)


def notice_is_shown(account: Account, settings: WidgetSettings) -> bool:
    """S40: always on Free, also for an account that switched it off on a plan it has left."""
    return settings.shows_privacy_notice or not may_customise(account)


def hides_when_offline(account: Account, settings: WidgetSettings) -> bool:
    """The stored wish, as far as the plan allows it."""
    return settings.hides_when_offline and may_customise(account)


def words(account: Account, settings: WidgetSettings, language: str) -> texts.Tree:
    """The widget's texts in a language, with the account's own."""
    overrides: dict[str, str] = settings.texts.get(language, {})
    return texts.tree(language, overrides)


def language_for(
    account: Account, settings: WidgetSettings, *, page: str, browser: list[str]
) -> str:
    """The widget's language: the page's option, else the account's choice for the widget, else
    what the visitor's browser asks for, else the account's own language."""
    wanted = [code for code in (page, settings.language, *browser) if code]
    return texts.match(wanted, fallback=account.language)
