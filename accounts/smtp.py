"""Speaking to a mail server that a customer named: public addresses, TLS and a log-in, or nothing (S17).

What failed is told as one word, and nothing of what the server said (A34).
"""

import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Timer
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings

from accounts import outbound
from accounts.outbound import NotPublicError, Route

TLS_FROM_THE_START = 465
PORTS = (TLS_FROM_THE_START, 587, 25)
"""At 587 and 25 the line is plain until STARTTLS, before which nothing is said but a greeting."""
SECONDS = 15.0
"""For one letter with everything that comes before it."""


class Trouble(StrEnum):
    """The step at which it ended."""

    RESOLVE = "resolve"
    NOT_PUBLIC = "not_public"
    CONNECT = "connect"
    TLS = "tls"
    LOG_IN = "log_in"
    REFUSED = "refused"
    UNSEALABLE = "unsealable"


class TroubleError(Exception):
    """It did not work. No words of the server's are kept."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Server:
    """How to log in to a mail server. The password is in no representation of it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)


def open_line(server: Server, *, seconds: float = SECONDS) -> smtplib.SMTP:
    """A line over which mail can be handed over: encrypted, its certificate checked against the name,
    logged in. It is cut after so many seconds, whatever the server does. Raises TroubleError."""
    line = _Line(server, outbound.chosen(), monotonic() + seconds)
    try:
        line.begin()
        line.log_in()
    except BaseException:
        line.close()
        raise
    return line


def trouble_of(error: Exception) -> Trouble:
    """What a failed hand-over is called."""
    if isinstance(error, TroubleError):
        return error.trouble
    is_lost = isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
    if is_lost or isinstance(error, smtplib.SMTPServerDisconnected):
        return Trouble.CONNECT
    return Trouble.REFUSED


class _Line(smtplib.SMTP):
    """smtplib's, over a connection of `outbound`'s."""

    def __init__(self, server: Server, route: Route, until: float) -> None:
        # Our public name, not the machine's own, which nobody outside needs to know.
        super().__init__(local_hostname=urlsplit(settings.PUBLIC_URL).hostname)
        self._server, self._route, self._until = server, route, until
        # smtplib looks here for the name that the certificate must have.
        self._host = server.host
        # A server that drips would outlast any timeout of single reads.
        self._cutter = Timer(outbound.left(until), self._cut)
        self._cutter.daemon = True

    def begin(self) -> None:
        self._cutter.start()
        self.sock = self._connected()
        self.file = None
        try:
            code, _ = self.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise TroubleError(Trouble.CONNECT) from error
        if code != 220:
            raise TroubleError(Trouble.CONNECT)
        if self._server.port != TLS_FROM_THE_START:
            try:
                self.starttls(context=self._route.trust)
            except (OSError, ValueError, smtplib.SMTPException) as error:
                raise self._ended(Trouble.TLS) from error
        # Whatever a later change makes of the lines above: no log-in and no letter goes out plain.
        if not isinstance(self.sock, ssl.SSLSocket):
            raise TroubleError(Trouble.TLS)

    def _connected(self) -> socket.socket:
        server = self._server
        try:
            plain = outbound.line(server.host, server.port, self._route, self._until)
        except NotPublicError as error:
            raise TroubleError(Trouble.NOT_PUBLIC) from error
        except (socket.gaierror, ValueError) as error:
            raise TroubleError(Trouble.RESOLVE) from error
        except OSError as error:
            raise TroubleError(Trouble.CONNECT) from error
        if server.port != TLS_FROM_THE_START:
            return plain
        try:
            return self._route.trust.wrap_socket(plain, server_hostname=server.host)
        except (OSError, ValueError) as error:
            plain.close()
            raise self._ended(Trouble.TLS) from error

    def log_in(self) -> None:
        try:
            self.login(self._server.user, self._server.password)
        except (
            smtplib.SMTPAuthenticationError,
            smtplib.SMTPNotSupportedError,
            ValueError,
        ) as error:
            raise TroubleError(Trouble.LOG_IN) from error
        except OSError as error:
            # The password may be right: nobody said that it is not.
            raise TroubleError(Trouble.CONNECT) from error

    def _ended(self, step: Trouble) -> TroubleError:
        return TroubleError(Trouble.CONNECT if monotonic() >= self._until else step)

    def close(self) -> None:
        self._cutter.cancel()
        super().close()

    def _cut(self) -> None:
        if isinstance(self.sock, socket.socket):
            # The plain one's shutdown: that of SSLSocket first goes back to writing plain text.
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                return
