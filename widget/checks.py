"""What the widget's settings mean for an account's duties (`privacy.compliance`)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Account
from privacy.compliance import Check, Result
from widget import policy_links, settings
from widget.models import WidgetSettings


def checks(account: Account, now: datetime) -> Iterator[Check]:
    """Notice, link to the policy, storage. Inside the account."""
    look = settings.of(account)
    yield _notice(account, look)
    yield _link(account, look)
    yield _storage()


def _notice(account: Account, look: WidgetSettings) -> Check:
    title = _("Notice in the chat")
    if not settings.notice_is_shown(account, look):
        sentence = _("It is switched off. You have to inform visitors in another place.")
        return Check("notice", title, Result.WARN, sentence, _("Switch it on"), "settings_widget")
    sentence = _("Visitors see it before they write.")
    return Check("notice", title, Result.PASS, sentence)


def _link(account: Account, look: WidgetSettings) -> Check:
    title, page = _("Link to your privacy policy"), "settings_widget"
    if not look.privacy_notice_url and not policy_links.of(account):
        sentence = _("The notice links to no privacy policy. You can use our public page.")
        return Check("policy-link", title, Result.WARN, sentence, _("Enter an address"), page)
    if wrong := [url for url, one in policy_links.checks(account).items() if one.is_wrong]:
        sentence = _("Not reachable when we looked: %(address)s.") % {"address": wrong[0]}
        see = _("See the addresses")
        return Check("policy-link", title, Result.WARN, sentence, see, "policy_links")
    return Check("policy-link", title, Result.PASS, _("The notice links to your privacy policy."))


def _storage() -> Check:
    sentence = _("Nothing is stored on a visitor’s device before they use the chat.")
    return Check("storage", _("Storage on devices"), Result.PASS, sentence)
