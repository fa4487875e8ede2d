"""What a host page may know before the chat is opened: the loader's configuration."""

from typing import TypedDict

from django.conf import settings as platform
from django.templatetags.static import static
from django.urls import reverse

from accounts import plans
from accounts.models import Account
from chat import availability, technical
from chat.models import Group
from privacy import cookies
from widget import colors, settings, texts
from widget.models import WidgetSettings

VERSION = "0.1.0"
"""Of the configuration's shape. It changes when a loader that is pinned to an older one could
not read it any more."""


class CookieRow(TypedDict):
    """A cookie by the key that the loader knows it by. `max_age`: seconds, or null for a session."""

    key: str
    name: str
    max_age: int | None


class GroupRow(TypedDict):
    key: str
    name: str


class LoaderConfig(TypedDict):
    """What `config.js` exports. `color_text` is readable on `color`; `panel` is the script that the
    loader fetches when the chat is first used, and `collects` the kinds of technical data that it may
    read then (S24)."""

    version: str
    key: str
    name: str
    color: str
    color_text: str
    side: str
    launcher: str
    language: str
    direction: str
    texts: texts.Tree
    status: str
    hides_when_offline: bool
    namespace: str
    cookies: list[CookieRow]
    groups: list[GroupRow]
    collects: list[str]
    frame: str
    panel: str


def loader_config(account: Account, look: WidgetSettings, language: str) -> LoaderConfig:
    """The configuration in this language. It names no person."""
    words = settings.words(account, look, language)
    groups = _groups(account)
    return {
        "version": VERSION,
        "key": account.public_key,
        "name": account.name,
        "color": look.color,
        "color_text": colors.text_on(look.color),
        "side": look.side,
        "launcher": look.launcher,
        "language": language,
        "direction": texts.direction(language),
        "texts": texts.for_launcher(words),
        "status": availability.status(account),
        "hides_when_offline": settings.hides_when_offline(account, look),
        "namespace": platform.COOKIE_NAMESPACE,
        "cookies": [
            {"key": item.short_name, "name": item.name, "max_age": item.max_age}
            for item in cookies.settable({"groups": bool(groups)})
            if item.storage is cookies.Storage.COOKIE
        ],
        "groups": groups,
        "collects": technical.read_by_script(account.pk),
        "frame": platform.PUBLIC_URL + reverse("widget_frame", args=[account.public_key]),
        "panel": platform.PUBLIC_URL + static("build/panel.js"),
    }


def _groups(account: Account) -> list[GroupRow]:
    if not plans.may(account, plans.Feature.GROUPS):
        return []
    return [
        {"key": group.key, "name": group.name} for group in Group.objects.order_by("name", "key")
    ]
