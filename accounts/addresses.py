"""The network address of whoever asks. It is used and forgotten: nothing stores it, except
the chat for an account that has switched it on (S54)."""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def client_address(source: HttpRequest | Mapping[str, Any]) -> str:
    """The address behind a request or an ASGI scope, in one spelling; "unknown" without any.

    Only what our own proxies wrote is believed: with TRUSTED_PROXIES = n, the n-th entry from the
    end of X-Forwarded-For. Whatever a client puts in front of it changes nothing (A52). An IPv6
    address stands for its /64, which is what one customer of a network is given.
    """
    if isinstance(source, HttpRequest):
        peer = str(source.META.get("REMOTE_ADDR", ""))
        forwarded = str(source.META.get("HTTP_X_FORWARDED_FOR", ""))
    else:
        client = source.get("client")
        peer = str(client[0]) if client else ""
        forwarded = _forwarded(source.get("headers", ()))
    trusted = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return _spelled(hops[-trusted] if 0 < trusted <= len(hops) else peer)


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return ",".join(
        value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"
    )


def _spelled(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)
