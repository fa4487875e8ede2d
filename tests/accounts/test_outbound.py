"""The way out to addresses that customers type in: no way leads inside (A34)."""

import datetime
import ssl
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, socket
from threading import Thread
from time import monotonic, sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts import outbound
from accounts.outbound import Reach, Route

PUBLIC = "198.41.0.4"
"""Stands for a public address; nothing is sent to it: the test's route leads to its own server."""


class _Pages(BaseHTTPRequestHandler):
    """What a customer's web server might answer."""

    moved = {
        "/away": "https://inside.test/secret",
        "/plain": "http://outside.test/policy",
        "/port": "https://outside.test:8443/policy",
        "/loop": "/loop",
        "/there": "/policy?a=b",
    }

    def do_GET(self) -> None:
        if self.path == "/drip":
            for _ in range(20):
                self.wfile.write(b"H")
                sleep(0.1)
        elif self.path == "/noise":
            self.wfile.write(b"\x00\x01 not http\r\n\r\n")
        elif self.path in self.moved:
            self._answer(302, self.moved[self.path])
        else:
            self._answer(200 if self.path.startswith("/policy") else 404)

    def _answer(self, status: int, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key in one file, for outside.test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "outside.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("outside.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "outside.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture(scope="module")
def route(certificate: Path) -> Iterator[Route]:
    """Leads to a server of the test, under a public address; inside.test is a private one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def connect(address: str, port: int, seconds: float) -> socket:
        assert (address, port) == (PUBLIC, 443), (
            "nobody may be spoken to but the address that was looked at"
        )
        return create_connection(("127.0.0.1", server.server_port), timeout=seconds)

    def resolve(name: str) -> list[str]:
        return {"outside.test": [PUBLIC], "inside.test": ["10.0.0.7"]}[name]

    yield Route(
        resolve=resolve,
        connect=connect,
        trust=ssl.create_default_context(cafile=certificate),
    )
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
    ],
)
def test_an_address_inside_is_not_public(address: str) -> None:
    """A34, in the spellings of IPv6 that end up at IPv4 too."""
    assert not outbound.is_public(address)


@pytest.mark.parametrize("address", ["198.41.0.4", "2001:500:2f::f", "::ffff:198.41.0.4"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert outbound.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_no_spelling_of_an_address_inside_is_spoken_to(url: str, route: Route) -> None:
    """A34: decimal, octal and short ones are what the resolver of the system makes of them."""
    system = replace(route, resolve=outbound.PUBLIC.resolve)

    assert outbound.reach(url, system) is Reach.NOT_PUBLIC


@pytest.mark.parametrize(
    "url",
    [
        "http://outside.test/policy",
        "ftp://outside.test/policy",
        "https://outside.test:8443/policy",
        "https://me:secret@outside.test/policy",
        "https:///policy",
        "file:///etc/passwd",
    ],
)
def test_anything_but_https_at_its_own_port_is_refused(url: str, route: Route) -> None:
    assert outbound.reach(url, route) is Reach.NOT_HTTPS


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/policy", Reach.REACHABLE),
        ("/policy/für-sie?q=ž", Reach.REACHABLE),
        ("/there", Reach.REACHABLE),
        ("/nothing", Reach.REFUSED),
        ("/loop", Reach.REFUSED),
        ("/away", Reach.NOT_PUBLIC),
        ("/plain", Reach.NOT_HTTPS),
        ("/port", Reach.NOT_HTTPS),
        ("/noise", Reach.NO_ANSWER),
    ],
)
def test_what_a_server_answers_is_one_word(path: str, expected: Reach, route: Route) -> None:
    """A34: redirects keep to the same rules, and nothing of a body comes back."""
    assert outbound.reach(f"https://outside.test{path}", route) is expected


def test_one_private_address_among_public_ones_is_enough(route: Route) -> None:
    """A34, DNS rebinding: all addresses are looked at, once, and one of them is spoken to."""
    asked = []

    def resolve(name: str) -> list[str]:
        asked.append(name)
        return [PUBLIC, "127.0.0.1"] if len(asked) == 1 else [PUBLIC]

    rebinding = replace(route, resolve=resolve)

    assert outbound.reach("https://outside.test/policy", rebinding) is Reach.NOT_PUBLIC
    assert outbound.reach("https://outside.test/policy", rebinding) is Reach.REACHABLE
    assert asked == ["outside.test", "outside.test"]


def test_a_certificate_that_nobody_trusts_is_no_answer(route: Route) -> None:
    strict = replace(route, trust=ssl.create_default_context())

    assert outbound.reach("https://outside.test/policy", strict) is Reach.NO_ANSWER


def test_a_server_that_drips_does_not_hold_us(route: Route) -> None:
    begun = monotonic()

    assert (
        outbound.reach("https://outside.test/drip", replace(route, seconds=0.4)) is Reach.NO_ANSWER
    )
    assert monotonic() - begun < 2
