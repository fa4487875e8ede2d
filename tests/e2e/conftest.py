"""Two browsers, the hosts that they know, and whoever sits before them."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from accounts.models import Account, Membership, Site
from accounts.tenancy import tenant
from demo.shop.pages import Pages
from demo.shop.server import Shop
from tests.e2e.hosts import CHAT, STRANGER, TEA, HostShop, Serving, chromium_arguments
from tests.e2e.network import Network
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.servers import Web, start_web

CHROMIUM = "/usr/bin/chromium"
PATIENCE = 15_000
"""Milliseconds until what should be there counts as missing, on a machine that has other work too."""

BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""

SetDown = Callable[..., VisitorAtHome]
Employ = Callable[..., AgentAtWork]
Host = Callable[..., BrowserContext]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def stored(transactional_db: None) -> Iterator[None]:
    """What a test stores is seen by the web process, and gone afterwards: once the web process has
    noticed that everybody left, because emptying the tables would meet its last transactions."""
    yield
    quiet_looks = 0
    while quiet_looks < 5:
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            (busy,) = cursor.fetchone()
        quiet_looks = 0 if busy else quiet_looks + 1
        time.sleep(0.05)


@pytest.fixture(scope="session")
def web(django_db_setup: None) -> Iterator[Web]:
    server = start_web({"PUBLIC_URL": CHAT})
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shops() -> Iterator[tuple[HostShop, Shop]]:
    plain = HostShop()
    strict = Shop(port=0, host=CHAT, key="0" * 40)
    with Serving(plain), Serving(strict):
        yield plain, strict


@pytest.fixture(scope="session")
def reach(shops: tuple[HostShop, Shop]) -> Callable[[Network], list[str]]:
    """The arguments of a Chromium that reaches the platform through this network."""
    plain, strict = shops

    def name_ports(network: Network) -> list[str]:
        return chromium_arguments(
            {
                "chat.test": network.port,
                "shop.test": plain.port,
                "stranger.test": plain.port,
                "tea.test": int(strict.server_address[1]),
            }
        )

    return name_ports


@pytest.fixture(scope="session")
def lines(web: Web) -> Iterator[tuple[Network, Network]]:
    with Network(web.port) as visitors, Network(web.port) as agents:
        yield visitors, agents


@pytest.fixture(scope="session")
def arguments(reach: Callable[[Network], list[str]], lines: tuple[Network, Network]) -> list[str]:
    """How a visitor's Chromium is started."""
    return reach(lines[0])


@pytest.fixture(scope="session")
def visitors_browser(playwright: Playwright, arguments: list[str]) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def agents_browser(
    playwright: Playwright,
    reach: Callable[[Network], list[str]],
    lines: tuple[Network, Network],
) -> Iterator[Browser]:
    """Another process, as on another desk."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=reach(lines[1]))
    yield browser
    browser.close()


@pytest.fixture
def visitors_network(lines: tuple[Network, Network]) -> Iterator[Network]:
    """What visitors reach the platform through: whole again after the test."""
    yield lines[0]
    lines[0].mend()


@pytest.fixture
def agents_network(lines: tuple[Network, Network]) -> Iterator[Network]:
    yield lines[1]
    lines[1].mend()


@pytest.fixture
def shop(acme: Account, shops: tuple[HostShop, Shop]) -> HostShop:
    """Acme's snippet on the pages of shop.test, stranger.test and tea.test; the last is listed too."""
    plain, strict = shops
    plain.carry(acme)
    strict.pages = Pages(host=CHAT, key=acme.public_key)
    with tenant(acme.pk):
        Site.objects.create(account=acme, origin=TEA)
    assert STRANGER not in plain.snippet
    return plain


@pytest.fixture
def host(stored: None) -> Iterator[Host]:
    """Opens contexts, each a person's own browser profile, and closes them before the data goes."""
    opened: list[BrowserContext] = []

    def open_it(browser: Browser, **options: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **options})
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield open_it
    for context in opened:
        context.close()


@pytest.fixture
def set_down(host: Host, visitors_browser: Browser, shop: HostShop) -> SetDown:
    """Sets a visitor before their browser; options are the context's."""

    def sit(**options: Any) -> VisitorAtHome:
        context = host(visitors_browser, **options)
        return VisitorAtHome(context, context.new_page())

    return sit


@pytest.fixture
def employ(host: Host, agents_browser: Browser, web: Web) -> Employ:
    """Sets a member before the inbox, logged in; options are the context's."""

    def sit(member: Membership, *, enters: bool = True, **options: Any) -> AgentAtWork:
        context = host(agents_browser, **options)
        log_in(context, member)
        agent = AgentAtWork(context, context.new_page(), member.account.slug)
        if enters:
            agent.enter()
        return agent

    return sit


@pytest.fixture
def visitor(set_down: SetDown) -> VisitorAtHome:
    return set_down()


@pytest.fixture
def agent(employ: Employ, ana: Membership) -> AgentAtWork:
    """Ana, in the inbox."""
    return employ(ana)


@pytest.fixture
def guest_page(host: Host, agents_browser: Browser, web: Web) -> Page:
    """A newcomer's tab on the platform."""
    return host(agents_browser).new_page()


def log_in(context: BrowserContext, member: Membership) -> None:
    """As after the log-in page."""
    client = Client()
    client.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": CHAT}])


PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture
def visitor_on_phone(set_down: SetDown) -> VisitorAtHome:
    return set_down(**PHONE)


@pytest.fixture
def agent_on_phone(employ: Employ, ana: Membership) -> AgentAtWork:
    return employ(ana, **PHONE)
