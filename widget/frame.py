"""What the frame's document carries: everything the chat needs to start, and its ticket."""

from typing import TypedDict

from django.conf import settings as platform
from django.templatetags.static import static
from django.urls import reverse

from accounts.models import Account
from chat import chat_settings, identity, technical
from chat.models import AuthorKind
from privacy import notices
from widget import colors, policy_links, settings, texts
from widget.models import WidgetSettings


class Notice(TypedDict):
    """The privacy notice. `url` is the owner's policy, empty when there is none; `text` is what law
    asks for, and no setting replaces it (S11), `version` its hash."""

    shown: bool
    url: str
    text: str
    version: str


class Part(TypedDict):
    """A part of the chat that is fetched when it is needed: paths of its script, style and words."""

    script: str
    style: str
    words: str


class Bootstrap(TypedDict):
    """The frame's JSON. Paths are on the frame's own origin; `socket` is a full address,
    `collects` the kinds of technical data that the frame may read (S24)."""

    key: str
    site: str
    ticket: str
    name: str
    language: str
    direction: str
    texts: texts.Tree
    color: str
    color_text: str
    color_on_light: str
    color_on_dark: str
    side: str
    notice: Notice
    collects: list[str]
    socket: str
    poll: str
    files: str
    messages: str
    ticket_url: str
    privacy: str
    drawer: Part
    forms: Part
    dialogs: str
    masking: str
    max_upload: int
    visitors_may_request_transcripts: bool


def bootstrap(account: Account, look: WidgetSettings, *, site: str, language: str) -> Bootstrap:
    """The document for a frame on a verified site."""
    palette = colors.palette(look.color)
    notice = notices.wording(account, language)
    # The poll is answered before Django's own addresses are looked at, so it has no name.
    base = f"/widget/{account.public_key}"
    return {
        "key": account.public_key,
        "site": site,
        "ticket": identity.ticket(account, site),
        "name": account.name,
        "language": language,
        "direction": texts.direction(language),
        "texts": texts.for_frame(settings.words(account, look, language)),
        "color": palette.accent,
        "color_text": palette.contrast,
        "color_on_light": palette.on_light,
        "color_on_dark": palette.on_dark,
        "side": look.side,
        "notice": {
            "shown": settings.notice_is_shown(account, look),
            "text": notice.text,
            "version": notice.version_hash,
            "url": policy_links.url_for(
                look, policy_links.of(account), site=site, language=language
            ),
        },
        "collects": technical.read_by_script(account.pk),
        "socket": f"{platform.SOCKET_URL}/ws/visitor/{account.public_key}/",
        "poll": f"{base}/poll",
        "files": reverse("visitor_files", args=[account.public_key]),
        "messages": reverse("visitor_messages", args=[account.public_key]),
        "ticket_url": f"{base}/ticket",
        "privacy": f"{base}/privacy/",
        "drawer": _part(account, "drawer", "myData", language),
        "forms": _part(account, "forms", "forms", language),
        "dialogs": static("build/dialogs.js"),
        "masking": static("build/masking.js"),
        "max_upload": platform.MAX_UPLOAD_BYTES,
        "visitors_may_request_transcripts": chat_settings.allows_transcript(
            account, side=AuthorKind.VISITOR
        ),
    }


def _part(account: Account, name: str, branch: str, language: str) -> Part:
    words = reverse("widget_words", args=[account.public_key, branch])
    return {
        "script": static(f"build/{name}.js"),
        "style": static(f"build/{name}.css"),
        "words": f"{words}?lang={language}",
    }
