"""The shop's web server: a few pages, a strict security policy, and nothing remembered."""

import mimetypes
import re
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from demo.shop import drawings
from demo.shop.pages import Pages, read_basket
from demo.shop.teas import BY_SLUG

ASSETS = Path(__file__).resolve().parent / "assets"
KEY = re.compile(r"[0-9a-f]{40}\Z")
KEY_FILE = "demo-key"


def policy(platform: str) -> str:
    """The shop's Content-Security-Policy: its own origin and the platform's, no script or style in
    the page, and no string that becomes a script."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {platform}",
            "style-src 'self'",
            "img-src 'self'",
            f"frame-src {platform}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def demo_key(environ: Mapping[str, str]) -> str | None:
    """DEMO_KEY, else what `manage.py load_demo` wrote into VAR_DIR, else None."""
    key = environ.get("DEMO_KEY", "")
    file = Path(environ.get("VAR_DIR") or "var") / KEY_FILE
    if not key and file.is_file():
        key = file.read_text().strip()
    return key if KEY.match(key) else None


class Shop(ThreadingHTTPServer):
    """Serves on 127.0.0.1 only. `host` is the platform's origin, `key` the account's."""

    daemon_threads = True

    def __init__(self, *, port: int, host: str, key: str) -> None:
        self.pages = Pages(host=host, key=key)
        self.policy = policy(host)
        super().__init__(("127.0.0.1", port), Counter)


class Counter(BaseHTTPRequestHandler):
    """Where one customer is served."""

    server: Shop
    server_version = "KettleLane"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        basket = read_basket(parse_qs(address.query).get("tea", []))
        if (found := self._file(address.path)) is not None:
            content, kind = found
            self._send(HTTPStatus.OK, content, kind)
        elif (page := self.server.pages.find(address.path, basket)) is not None:
            self._send(HTTPStatus.OK, page.encode(), "text/html")
        else:
            self._send(HTTPStatus.NOT_FOUND, self.server.pages.missing().encode(), "text/html")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name it has)
        """Say nothing: who visits the shop is nobody's business."""

    def _file(self, path: str) -> tuple[bytes, str] | None:
        match path.split("/"):
            case ["", "chat.js"]:
                return self.server.pages.chat_js().encode(), "text/javascript"
            case ["", "tins", name] if (slug := name.removesuffix(".svg")) in BY_SLUG:
                return drawings.tin(BY_SLUG[slug]).encode(), "image/svg+xml"
            case ["", "assets", name] if name in {file.name for file in ASSETS.iterdir()}:
                kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
                return (ASSETS / name).read_bytes(), kind
        return None

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        text = kind.startswith("text/") or kind == "image/svg+xml"
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "strict-origin-when-cross-origin")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
