"""Sites: how an address is spelled, what is let in, and who decides."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.exceptions import ValidationError

from accounts import sites
from accounts.models import Account, Membership, Site
from accounts.tenancy import tenant
from tests.conftest import LogIn

Inside = Callable[[], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("shop.test", "https://shop.test"),
        (" https://shop.test/ ", "https://shop.test"),
        ("HTTPS://Shop.TEST/Path?x=1#y", "https://shop.test"),
        ("http://shop.test:80", "http://shop.test"),
        ("https://shop.test:443/", "https://shop.test"),
        ("https://shop.test:80", "https://shop.test:80"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("shop.test:8443", "https://shop.test:8443"),
        ("https://shop.test.", "https://shop.test"),
        ("https://bücher.test", "https://xn--bcher-kva.test"),
        ("https://straße.test", "https://xn--strae-oqa.test"),
        ("https://BÜCHER.test", "https://xn--bcher-kva.test"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://xn--bcher-kva.test", "https://xn--bcher-kva.test"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
        ("http://[2001:DB8:0:0::1]", "http://[2001:db8::1]"),
    ],
)
def test_an_address_is_spelled_as_browsers_spell_origins(address: str, origin: str) -> None:
    assert sites.normalise(address) == origin
    assert sites.normalise(origin) == origin


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://",
        "file:///etc/hosts",
        "ftp://shop.test",
        "javascript://shop.test",
        "data:text/html,x",
        "*",
        "https://*.shop.test",
        "https://user@shop.test",
        "https://user:secret@shop.test",
        "https://shop.test:0",
        "https://shop.test:99999",
        "https://shop.test:port",
        "https://-shop.test",
        "https://shop..test",
        "https://shop test",
        "https://shop.test\\@evil.test",
        "https://127.1",
        "https://0x7f.1",
        "https://999.1.1.1",
        "https://[::1",
        "https://[::zz]",
        "https://[::1%; script-src *]",
        "https://[fe80::1%25eth0]",
        "https://" + "a" * 64 + ".test",
        "https://" + "a." * 130 + "test",
        "https://\u202eshop.test",
    ],
)
def test_what_is_no_website_is_refused(address: str) -> None:
    """A19."""
    with pytest.raises(ValidationError):
        sites.normalise(address)


REFUSED_ALWAYS = [
    None,
    "",
    "null",
    "file://",
    "*",
    "shop.test",
    "https://shop.test/",
    "HTTPS://SHOP.TEST",
    "https://shop.test:443",
    "chrome-extension://abcdef",
    "https://shop.test, https://evil.test",
    "https://[::1%; script-src *]",
]


@pytest.mark.parametrize("origin", REFUSED_ALWAYS, ids=repr)
@pytest.mark.parametrize("allows_any_site", [False, True])
def test_what_no_browser_sends_for_a_site_is_never_let_in(
    acme: Account, inside: Inside, origin: str | None, allows_any_site: bool
) -> None:
    """A19, also where any site is allowed."""
    acme.allows_any_site = allows_any_site
    with inside():
        assert not sites.is_allowed(acme, origin)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.test", True),
        ("http://shop.test", True),
        ("https://www.shop.test", False),
        ("https://shop.test:8443", False),
        ("https://shop.test.evil.test", False),
        ("https://evil.test", False),
    ],
)
def test_a_site_is_let_in_exactly_as_listed(
    acme: Account, inside: Inside, origin: str, allowed: bool
) -> None:
    """A19."""
    with inside():
        assert sites.is_allowed(acme, origin) is allowed


def test_an_empty_list_is_closed_and_any_site_is_a_choice(acme: Account, inside: Inside) -> None:
    """A19."""
    with inside():
        Site.objects.all().delete()
        assert not sites.is_allowed(acme, "https://shop.test")

        sites.allow_any(acme, allowed=True)

        assert sites.is_allowed(acme, "https://anything.test")


def test_adding_a_site_twice_changes_nothing(acme: Account, inside: Inside) -> None:
    with inside():
        first = sites.add(acme, "https://new.test/a")
        again = sites.add(acme, "https://NEW.test/b")

        assert first == again


@pytest.mark.django_db(transaction=True)
class TestThePage:
    def test_an_admin_adds_a_site_and_removes_it(
        self, acme: Account, adi: Membership, login: LogIn
    ) -> None:
        client = login(adi)
        client.post("/app/acme/settings/sites/", {"address": "tea.test/shop"})
        with tenant(acme.pk):
            site = Site.objects.get(origin="https://tea.test")
        assert b"https://tea.test" in client.get("/app/acme/settings/sites/").content

        client.post(f"/app/acme/settings/sites/{site.pk}/remove/")

        with tenant(acme.pk):
            assert not Site.objects.filter(origin="https://tea.test").exists()

    def test_what_is_no_website_is_said_beside_the_field(
        self, adi: Membership, login: LogIn
    ) -> None:
        response = login(adi).post("/app/acme/settings/sites/", {"address": "file://x"})

        assert response.status_code == 422
        assert b"Enter the address of a website" in response.content

    def test_any_site_is_for_owners_only(
        self, acme: Account, adi: Membership, login: LogIn
    ) -> None:
        response = login(adi).post(
            "/app/acme/settings/sites/any/", {"allowed": "yes", "understood": "yes"}
        )

        acme.refresh_from_db()
        assert response.status_code == 403
        assert not acme.allows_any_site

    def test_any_site_needs_the_tick_below_the_consequences(
        self, acme: Account, ana: Membership, login: LogIn
    ) -> None:
        client = login(ana)

        def choose(**form: str) -> bool:
            client.post("/app/acme/settings/sites/any/", form)
            return Account.objects.get(pk=acme.pk).allows_any_site

        assert choose(allowed="yes") is False
        assert choose(allowed="yes", understood="yes") is True
        assert choose(allowed="no") is False

    def test_the_site_of_another_account_is_not_found(
        self, gus: Membership, adi: Membership, login: LogIn
    ) -> None:
        """A1."""
        with tenant(gus.account_id):
            theirs = Site.objects.get()

        response = login(adi).post(f"/app/acme/settings/sites/{theirs.pk}/remove/")

        assert response.status_code == 404
        with tenant(gus.account_id):
            assert Site.objects.filter(pk=theirs.pk).exists()
