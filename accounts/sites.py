"""Sites: the web origins on which an account's chat may run. An empty list is closed (A19)."""

import ipaddress
import re
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import audit, launch
from accounts.models import Account, Membership, Site

DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_SITES = 200

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")


def normalise(address: str) -> str:
    """The origin of a web address, as browsers spell it in `Origin`.

    "https://" is assumed where no scheme is given; path, query and fragment are left out. Raises
    ValidationError for anything that is no http or https site with a host.
    """
    text = address.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _wrong() from None
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc or port == 0:
        raise _wrong()
    host = _spelled(parts.hostname or "")
    default = port is None or port == DEFAULT_PORTS[parts.scheme]
    origin = f"{parts.scheme}://{host}" if default else f"{parts.scheme}://{host}:{port}"
    if len(origin) > 255:
        raise _wrong()
    return origin


def is_allowed(account: Account, origin: str | None) -> bool:
    """Whether the chat may run on this origin now: a live account's on a listed site (S35). To be
    asked inside the account."""
    return launch.is_live(account) and is_listed(account, origin)


def is_listed(account: Account, origin: str | None) -> bool:
    """Whether the owner wants the chat on this origin. To be asked inside the account.

    The origin must be spelled as browsers spell it. "null", "file://" and a missing one never are
    allowed, not even on an account that allows any site.
    """
    if not origin or not _is_spelled_as_browsers_do(origin):
        return False
    if account.allows_any_site:
        return True
    return Site.objects.filter(account=account, origin=origin).exists()


def add(account: Account, address: str, *, by: Membership | None = None) -> Site:
    """Let the chat run on the site at this address. Adding it again changes nothing.

    Raises ValidationError for what is no web address, and beyond MOST_SITES.
    """
    origin = normalise(address)
    known = Site.objects.filter(account=account)
    if known.count() >= MOST_SITES and not known.filter(origin=origin).exists():
        raise ValidationError(_("There are too many sites already."), code="too_many")
    site, is_new = Site.objects.get_or_create(account=account, origin=origin)
    if is_new:
        audit.record(account.pk, audit.Event.SITE_ADDED, by=by, origin=origin)
    return site


def remove(site: Site, *, by: Membership | None = None) -> None:
    """From now on the chat no longer loads on this site."""
    site.delete()
    audit.record(site.account_id, audit.Event.SITE_REMOVED, by=by, origin=site.origin)


def allow_any(account: Account, *, allowed: bool, by: Membership | None = None) -> None:
    """Open the chat to every site, or close it again to all but the listed ones."""
    before = account.allows_any_site
    audit.changed(account.pk, by=by, setting="allows_any_site", old=before, new=allowed)
    account.allows_any_site = allowed
    account.save(update_fields=["allows_any_site"])


def _is_spelled_as_browsers_do(origin: str) -> bool:
    try:
        return normalise(origin) == origin
    except ValidationError:
        return False


def _spelled(host: str) -> str:
    """The host in lower case and punycode, without a final dot; an IPv6 address in brackets."""
    if ":" in host:
        if "%" in host:
            # A zone may hold any sign, also those that end a directive, and is no part of an origin.
            raise _wrong()
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            raise _wrong() from None
    host = host.removesuffix(".")
    if not host.isascii():
        try:
            # As browsers do it (UTS 46, nontransitional). Python's own codec turns ß into ss,
            # which is another domain.
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            raise _wrong() from None
    if not _HOST.fullmatch(host):
        raise _wrong()
    if _ENDS_IN_NUMBER.search(host):
        # Browsers read 127.1 and 0x7f.1 as addresses: only the plain spelling is taken.
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise _wrong() from None
    return host


def _wrong() -> ValidationError:
    return ValidationError(
        _("Enter the address of a website, such as https://shop.example."), code="invalid"
    )
