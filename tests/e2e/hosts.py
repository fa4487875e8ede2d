"""The hosts of the stories: a shop's pages on shop.test, and which names lead to this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from accounts.models import Account
from accounts.snippet import snippet

SHOP = "http://shop.test"
CHAT = "http://chat.test"
TEA = "http://tea.test"
"""The demo shop: the same snippet under the strictest policy that a page can have."""

STRANGER = "http://stranger.test"
"""On nobody's list."""

PAGES = {"/": "Welcome", "/teapots": "Teapots", "/delivery": "Delivery"}


class HostShop(ThreadingHTTPServer):
    """A shop of three pages that carry the snippet. `extra` holds further pages of one test: what
    they say before the snippet, by path."""

    daemon_threads = True

    def __init__(self) -> None:
        self.snippet = ""
        self.extra: dict[str, str] = {}
        super().__init__(("127.0.0.1", 0), Clerk)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def carry(self, account: Account) -> None:
        """From now on the pages carry the snippet of this account, and nothing else."""
        self.snippet = snippet(account)
        self.extra.clear()

    def page(self, path: str) -> str | None:
        if path not in PAGES and path not in self.extra:
            return None
        title = PAGES.get(path, "Extra")
        links = "".join(f'<a href="{to}">{name}</a> ' for to, name in PAGES.items())
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<link rel="icon" href="data:,">'
            f"<body><main><h1>{title}</h1><p>{links}</p></main>"
            f"{self.extra.get(path, '')}{self.snippet}</body></html>"
        )


class Clerk(BaseHTTPRequestHandler):
    server: HostShop

    def do_GET(self) -> None:
        page = self.server.page(self.path.partition("?")[0])
        content = (page or "").encode()
        self.send_response(200 if page is not None else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name it has)
        """Say nothing."""


class Serving:
    """Runs a server on a thread of its own while the block lasts."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def chromium_arguments(ports: dict[str, int]) -> list[str]:
    """Chromium that knows our hosts by these ports, and calls nobody else."""
    rules = [f"MAP {host} 127.0.0.1:{port}" for host, port in ports.items()]
    return [
        "--no-sandbox",
        f"--host-resolver-rules={', '.join([*rules, 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'])}",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--no-first-run",
        "--no-pings",
        "--metrics-recording-only",
        "--disable-dev-shm-usage",
        "--mute-audio",
    ]
