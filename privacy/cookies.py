"""The cookie registry: everything that the widget may keep on a visitor's device.

The loader gets names and lifetimes from here, the cookie declaration is written from here, and a
browser test compares it with what Chromium really stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

DAY = 24 * 60 * 60


class Category(StrEnum):
    """Storage classes of the ePrivacy Directive, Art. 5(3): what is exempt from consent."""

    NECESSARY = "necessary"
    FUNCTIONAL = "functional"


CATEGORY_NAMES: dict[Category, Promise] = {
    Category.NECESSARY: _("necessary"),
    Category.FUNCTIONAL: _("functional"),
}
"""What people call the categories."""


class Storage(StrEnum):
    COOKIE = "cookie"
    SESSION_STORAGE = "sessionStorage"


@dataclass(frozen=True)
class Item:
    """One thing on the device. `max_age` is in seconds; None ends with the browser session. `when`
    names the condition under which it can be set at all (`privacy.uses`); empty: always."""

    short_name: str
    storage: Storage
    purpose: str | Promise
    set_when: str | Promise
    max_age: int | None
    category: Category
    is_personal: bool
    when: str = ""

    @property
    def name(self) -> str:
        """The name in the browser, before any prefix of the account's."""
        return f"{settings.COOKIE_NAMESPACE}{self.short_name}"

    @property
    def category_name(self) -> Promise:
        return CATEGORY_NAMES[self.category]

    @property
    def lifetime(self) -> str:
        """How long, in words."""
        if self.max_age is None:
            return gettext("until the browser is closed")
        days = self.max_age // DAY
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}


REGISTRY = (
    Item(
        "vid",
        Storage.COOKIE,
        _("A random, signed visitor number, so that your conversation is still there later."),
        _("You open the chat, write in it or move it. Renewed each time."),
        182 * DAY,
        Category.FUNCTIONAL,
        is_personal=True,
    ),
    Item(
        "chatid",
        Storage.COOKIE,
        _("The number of the running conversation."),
        _("You send the first message."),
        None,
        Category.NECESSARY,
        is_personal=True,
    ),
    Item(
        "group",
        Storage.COOKIE,
        _("The team that you last talked to."),
        _("The page or you choose a team."),
        None,
        Category.NECESSARY,
        is_personal=False,
        when="groups",
    ),
    Item(
        "opened",
        Storage.COOKIE,
        _("Whether the chat is open."),
        _("You open or close the chat."),
        None,
        Category.NECESSARY,
        is_personal=False,
    ),
    Item(
        "barclicked",
        Storage.COOKIE,
        _("That you have opened the chat, so that automatic messages stay quiet."),
        _("You open the chat."),
        None,
        Category.FUNCTIONAL,
        is_personal=False,
    ),
    Item(
        "message",
        Storage.COOKIE,
        _("That you have begun to write a message."),
        _("You write and have not sent yet."),
        None,
        Category.NECESSARY,
        is_personal=False,
    ),
    Item(
        "message",
        Storage.SESSION_STORAGE,
        _("The text that you have begun to write. It never leaves your browser unsent."),
        _("You write and have not sent yet."),
        None,
        Category.NECESSARY,
        is_personal=True,
    ),
    Item(
        "unreaded",
        Storage.COOKIE,
        _("How many answers you have not read."),
        _("An answer arrives while the chat is closed."),
        None,
        Category.NECESSARY,
        is_personal=False,
    ),
    Item(
        "position",
        Storage.COOKIE,
        _("Where you have moved the chat to."),
        _("You move the chat."),
        None,
        Category.NECESSARY,
        is_personal=False,
    ),
)

COOKIES = tuple(item for item in REGISTRY if item.storage is Storage.COOKIE)


MODE = "on_interaction"
"""When anything is stored: after the visitor has used the chat. There is no other mode so far."""


def settable(holding: Mapping[str, bool]) -> tuple[Item, ...]:
    """What can be set where these conditions hold."""
    return tuple(item for item in REGISTRY if holding.get(item.when, True))
