"""The one way out to an address that a customer typed in: public addresses, over TLS (A34).

A name is resolved once, every address that it has must be public, and the connection goes to one of
those very addresses, so that a name cannot mean something else a moment later. Redirects are
followed by the same rules. Of the answer nothing but the status is looked at, and none of it is told.
Mail servers are reached by the same `line` (`accounts.smtp`).
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import cast
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

PORT = 443
SECONDS = 6.0
"""For everything together, redirects included; a name server may take its own time once more."""
REDIRECTS = 3
_HEAD_BYTES = 16 * 1024
_OK = range(200, 300)
_MOVED = frozenset({301, 302, 303, 307, 308})
# Addresses that carry another one in their last bytes, which the network would go to.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Reach(StrEnum):
    """What came of it."""

    REACHABLE = "reachable"
    NOT_HTTPS = "not_https"
    NOT_PUBLIC = "not_public"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"


class NotPublicError(Exception):
    """The name means an address that not everybody in the internet could speak to."""


class _NotHttpsError(Exception):
    pass


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Whether everybody in the internet could speak to this address. Not those of private networks,
    of this machine, of its link, of groups, of clouds' own services, nor IPv6 spellings of them."""
    return all(
        one.is_global and not one.is_multicast and not one.is_reserved
        for one in _meant(ipaddress.ip_address(address))
    )


def _meant(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    inside: list[Address | None] = [address.sixtofour, *(address.teredo or ())]
    return [address, *(one for one in inside if one)]


def _resolved(name: str) -> list[str]:
    found = socket.getaddrinfo(name, PORT, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def _connected(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=seconds)


@dataclass(frozen=True)
class Route:
    """How names are looked up, which addresses may be spoken to and how. `PUBLIC` is the only one in
    use; a test that has a server of its own names another."""

    resolve: Callable[[str], list[str]] = _resolved
    permits: Callable[[str], bool] = is_public
    connect: Callable[[str, int, float], socket.socket] = _connected
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS


PUBLIC = Route()


def chosen() -> Route:
    """The route that `settings.OUTBOUND_ROUTE` names: `PUBLIC`, unless a test or a laptop has a server
    of its own."""
    return cast("Route", import_string(settings.OUTBOUND_ROUTE))


def line(name: str, port: int, route: Route, until: float) -> socket.socket:
    """A connection to one of the addresses that this name has now, without TLS yet.

    Raises NotPublicError, OSError, and ValueError for a name that cannot be one. `until`: of
    `monotonic`.
    """
    addresses = route.resolve(name)
    # All of them: otherwise the next look-up could give the one that is not.
    if not addresses or not all(route.permits(address) for address in addresses):
        raise NotPublicError
    return route.connect(addresses[0], port, left(until))


def reach(url: str, route: Route = PUBLIC) -> Reach:
    """Whether this address answers with a page. At most some seconds; nothing is raised."""
    until = monotonic() + route.seconds
    try:
        for _ in range(REDIRECTS + 1):
            status, target = _ask(_split(url), route, until)
            if status not in _MOVED or not target:
                return Reach.REACHABLE if status in _OK else Reach.REFUSED
            url = urljoin(url, target)
    except _NotHttpsError:
        return Reach.NOT_HTTPS
    except NotPublicError:
        return Reach.NOT_PUBLIC
    except (OSError, ValueError):
        # No such name, no connection, no certificate, no HTTP, or not in time. UnicodeError is a
        # ValueError: a name that cannot be one.
        return Reach.NO_ANSWER
    return Reach.REFUSED


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.port not in {None, PORT}:
        raise _NotHttpsError
    if parts.username is not None or parts.password is not None:
        raise _NotHttpsError
    return parts


def _ask(parts: SplitResult, route: Route, until: float) -> tuple[int, str]:
    """The status, and where it points. `until`: of `monotonic`."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    plain = line(host, PORT, route, until)
    with plain, route.trust.wrap_socket(plain, server_hostname=host) as secured:
        path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        secured.settimeout(left(until))
        secured.sendall(
            f"GET {_ascii(path)} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: chatapp link check\r\n"
            "Accept: text/html,*/*\r\nConnection: close\r\n\r\n".encode("ascii")
        )
        return _head(secured, until)


def _head(secured: ssl.SSLSocket, until: float) -> tuple[int, str]:
    read = b""
    while b"\r\n\r\n" not in read and len(read) < _HEAD_BYTES:
        secured.settimeout(left(until))
        more = secured.recv(4096)
        if not more:
            break
        read += more
    status, *headers = read.split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")
    version, number, *_ = [*status.split(" ", 2), "", ""]
    if not version.startswith("HTTP/1."):
        raise ValueError("not HTTP")
    said = [header.partition(":") for header in headers]
    moved = [value.strip() for name, _, value in said if name.lower() == "location"]
    return int(number), moved[0] if moved else ""


def _ascii(path: str) -> str:
    """The path as it may stand in a request: no character that ends the line, none beyond ASCII."""
    safe = "".join(sign for sign in path if sign.isprintable() and sign != " ")
    return "".join(
        sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode())
        for sign in safe
    )


def left(until: float) -> float:
    """Seconds until then, of `monotonic`; raises TimeoutError when there are none."""
    seconds = until - monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
