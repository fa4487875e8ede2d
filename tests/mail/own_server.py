"""A mail server with TLS and a log-in on this machine, which stands for one in the internet."""

import base64
import datetime
import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from time import sleep

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.outbound import Route

HOST = "mail.shop.test"
USER, PASSWORD = "letters@shop.test", "a horse in the rain"
ADDRESS = "198.41.0.4"
"""Stands for a public address; nothing is sent to it: the route leads to the test's server."""

ROUTE = Route()
"""What the setting names in a test; set while a server runs."""


class OwnServer(socketserver.ThreadingTCPServer):
    """What it took, and how it behaves. Whatever it says ends in words that nobody may repeat."""

    allow_reuse_address = daemon_threads = True
    words = "secret-words-of-the-server"

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.context = context
        self.took: list[EmailMessage] = []
        self.heard: list[tuple[bool, str]] = []
        self.offers_tls = True
        self.answer_to_sender = "250 ok"
        self.answer_to_recipient = "250 ok"
        self.pause = 0.0
        self.port_asked = 0


class _Dialogue(socketserver.StreamRequestHandler):
    server: OwnServer

    def handle(self) -> None:
        self.is_secure = False
        try:
            if self.server.port_asked == 465:
                self._encrypt()
            self._talk()
        except OSError:
            return

    def _talk(self) -> None:
        if self.server.pause:
            for sign in "220 slow" * 50:
                self.wfile.write(sign.encode())
                sleep(self.server.pause)
        self._say("220 ready")
        while line := self.rfile.readline():
            said = line.decode("latin-1").strip()
            verb = said.partition(" ")[0].upper()
            self.server.heard.append((self.is_secure, verb))
            if verb == "EHLO":
                tls = self.server.offers_tls and not self.is_secure
                self._lines("250", "hello", "STARTTLS" if tls else "AUTH PLAIN")
            elif verb == "STARTTLS":
                self._say("220 go")
                self._encrypt()
            elif verb == "AUTH":
                given = base64.b64decode(said.split()[2]).decode().split("\0")[1:]
                self._say("235 in" if given == [USER, PASSWORD] else "535 no")
            elif verb == "MAIL":
                self._say(self.server.answer_to_sender)
            elif verb == "RCPT":
                self._say(self.server.answer_to_recipient)
            elif verb == "DATA":
                self._say("354 on")
                self._take()
            elif verb == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 ok")
        return None

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        parsed = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.server.took.append(parsed)
        self._say("250 taken")

    def _encrypt(self) -> None:
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.is_secure = True

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line} {self.server.words}\r\n".encode())

    def _lines(self, code: str, *lines: str) -> None:
        *first, last = lines
        self.wfile.write("".join(f"{code}-{one}\r\n" for one in first).encode())
        self.wfile.write(f"{code} {last}\r\n".encode())


def certificate(folder: Path) -> Path:
    """A certificate for the host, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextmanager
def running(file: Path) -> Iterator[tuple[OwnServer, Route]]:
    """The server, and a route on which its host leads to it at every port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    with OwnServer(context) as server:

        def connect(address: str, port: int, seconds: float) -> socket.socket:
            assert address == ADDRESS, "nobody may be spoken to but the address that was looked at"
            server.port_asked = port
            return socket.create_connection(
                ("127.0.0.1", server.server_address[1]), timeout=seconds
            )

        def resolve(name: str) -> list[str]:
            known = {HOST: [ADDRESS], "other.shop.test": [ADDRESS], "inside.test": ["10.0.0.7"]}
            if name not in known:
                raise socket.gaierror
            return known[name]

        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        trust = ssl.create_default_context(cafile=file)
        yield server, Route(resolve=resolve, connect=connect, trust=trust)
        server.shutdown()
