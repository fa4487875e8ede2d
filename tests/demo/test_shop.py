"""The shop stands on an origin of its own, behind a strict policy, with the snippet on each page."""

import re
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import pytest

from demo.shop.pages import CHAT_JS, read_basket
from demo.shop.server import Shop, demo_key
from demo.shop.teas import TEAS

KEY = "0123456789abcdef0123456789abcdef01234567"
PLATFORM = "http://chat.test"
PAGES = [
    "/",
    "/teas/",
    *(f"/teas/{tea.slug}/" for tea in TEAS),
    "/basket/",
    "/basket/?tea=morning-orchard&tea=rose-street",
    "/delivery/",
    "/contact/",
]


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    server = Shop(port=0, host=PLATFORM, key=KEY)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def fetch(shop: Shop, path: str, method: str = "GET") -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", shop.server_port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_snippet(shop: Shop, path: str) -> None:
    response, page = fetch(shop, path)

    assert response.status == 200
    assert '<script src="/chat.js"></script>' in page
    assert f'<script async src="{PLATFORM}/widget/loader.js"></script>' in page


def test_the_snippets_lines_set_the_key_and_open_the_queue(shop: Shop) -> None:
    _, script = fetch(shop, "/chat.js")

    assert script == CHAT_JS.format(key=KEY)
    assert f'_smartsupp.key = "{KEY}"' in script


@pytest.mark.parametrize("path", [*PAGES, "/chat.js", "/assets/shop.css", "/no-such-page"])
def test_only_the_shop_and_the_platform_are_allowed(shop: Shop, path: str) -> None:
    response, _ = fetch(shop, path)

    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self' http://chat.test; style-src 'self'; "
        "img-src 'self'; frame-src http://chat.test; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_script_or_style_of_its_own(shop: Shop, path: str) -> None:
    _, page = fetch(shop, path)

    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\s(?:style|on\w+)=", page) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_address_on_a_page_leads_somewhere(shop: Shop, path: str) -> None:
    _, page = fetch(shop, path)

    for address in set(re.findall(r'(?:href|src)="(/[^"]*)"', page)):
        response, _ = fetch(shop, address.replace("&amp;", "&"))
        assert response.status == 200, address


@pytest.mark.parametrize("tea", TEAS, ids=lambda tea: tea.slug)
def test_every_tin_is_drawn(shop: Shop, tea: object) -> None:
    response, drawing = fetch(shop, f"/tins/{getattr(tea, 'slug', '')}.svg")

    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314


@pytest.mark.parametrize(
    "path", ["/assets/../server.py", "/assets/%2e%2e/server.py", "/tins/x.svg", "/teas/x/", "/x"]
)
def test_what_the_shop_does_not_have_is_a_shelf_that_is_empty(shop: Shop, path: str) -> None:
    response, page = fetch(shop, path)

    assert response.status == 404
    assert "This shelf is empty" in page


def test_the_basket_adds_up_and_forgets_what_is_not_sold(shop: Shop) -> None:
    _, page = fetch(shop, "/basket/?tea=quiet-harbour&tea=quiet-harbour&tea=<script>")

    assert "2 × € 9.80" in page
    assert "€ 23.10" in page
    assert "<script>" not in page.replace("<script src", "").replace("<script async", "")
    assert read_basket(["rose-street"] * 100) == ("rose-street",) * 20


def test_a_head_request_has_no_body(shop: Shop) -> None:
    response, body = fetch(shop, "/", "HEAD")

    assert response.status == 200
    assert body == ""


def test_the_key_comes_from_the_environment_else_from_the_file_else_not_at_all(
    tmp_path: Path,
) -> None:
    var = {"VAR_DIR": str(tmp_path)}
    assert demo_key(var) is None

    (tmp_path / "demo-key").write_text(KEY + "\n")
    assert demo_key(var) == KEY
    assert demo_key({**var, "DEMO_KEY": "f" * 40}) == "f" * 40
    assert demo_key({**var, "DEMO_KEY": "not a key"}) is None
