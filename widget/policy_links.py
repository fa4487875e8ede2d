"""Where the privacy notice leads: an address for each site and language, looked at when saved (S41).

An address that cannot be reached is saved all the same, because people save before they publish, and
shown as a warning. Looking happens in a task, outside of any transaction, and by `accounts.outbound`.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Membership, Site
from accounts.outbound import Reach
from widget import settings
from widget.models import LinkCheck, PolicyLink, WidgetSettings

MOST = 100
"""Addresses of an account besides the one in the settings."""


def url_for(look: WidgetSettings, links: Iterable[PolicyLink], *, site: str, language: str) -> str:
    """The address for a visitor on this site (an origin) in this language: the one for both, else
    the site's, else the language's, else the one in the settings. Empty: there is none."""
    found = {(one.site.origin if one.site else "", one.language): one.url for one in links}
    for place in ((site, language), (site, ""), ("", language)):
        if place in found:
            return found[place]
    return look.privacy_notice_url


def of(account: Account) -> list[PolicyLink]:
    """Every address besides the one in the settings, by site and language. Inside the account."""
    found = PolicyLink.objects.filter(account=account).select_related("site")
    return sorted(found, key=lambda one: (one.site.origin if one.site else "", one.language))


def add(
    account: Account, *, site: Site | None, language: str, url: str, by: Membership | None
) -> PolicyLink:
    """Lead the notice of this site, in this language, elsewhere.

    Raises ValidationError: `everywhere` for neither site nor language, which is the settings' own
    address; `there_already`; `too_many`.
    """
    if site is None and not language:
        raise ValidationError(_("Choose a site or a language."), code="everywhere")
    if PolicyLink.objects.count() >= MOST:
        raise ValidationError(_("There are too many addresses."), code="too_many")
    try:
        with transaction.atomic():
            link = PolicyLink.objects.create(account=account, site=site, language=language, url=url)
    except IntegrityError as error:
        raise ValidationError(
            _("There is an address for this site and language."), code="there_already"
        ) from error
    _note(account, by, old="", new=_told(link))
    look_again(account)
    return link


def remove(link: PolicyLink, *, by: Membership | None) -> None:
    """Take an address away: the next more general one counts."""
    _note(link.account, by, old=_told(link), new="")
    link.delete()


def look_again(account: Account) -> None:
    """Forget what was found and have every address looked at. Inside the account."""
    urls = _urls(account)
    LinkCheck.objects.filter(account=account).exclude(url__in=urls).delete()
    LinkCheck.objects.filter(account=account).update(checked_at=None, outcome="")
    known = set(LinkCheck.objects.values_list("url", flat=True))
    LinkCheck.objects.bulk_create(
        [LinkCheck(account=account, url=url, outcome="") for url in sorted(urls - known)],
        ignore_conflicts=True,
    )


def checks(account: Account) -> dict[str, LinkCheck]:
    """What was found, by address. Inside the account."""
    return {one.url: one for one in LinkCheck.objects.filter(account=account)}


def unchecked() -> list[str]:
    """Addresses at which nobody has looked yet. Inside the account."""
    return list(LinkCheck.objects.filter(checked_at=None).values_list("url", flat=True))


def found(url: str, outcome: Reach) -> None:
    """Write down what came of it. An address that is gone meanwhile stays gone."""
    LinkCheck.objects.filter(url=url).update(outcome=outcome.value, checked_at=timezone.now())


def _urls(account: Account) -> set[str]:
    own = settings.of(account).privacy_notice_url
    return {one.url for one in of(account)} | ({own} if own else set())


def _note(account: Account, by: Membership | None, *, old: str, new: str) -> None:
    audit.changed(account.pk, by=by, setting="widget_policy_links", old=old, new=new)


def _told(link: PolicyLink) -> str:
    where = [link.site.origin if link.site else "", link.language]
    return f"{', '.join(part for part in where if part)}: {link.url}"
