"""Staff announce a sub-processor; an owner reads of it, objects, and gets an answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, expect

from accounts.models import Membership, User
from privacy import publications, registers, tasks
from privacy.models import SubProcessor
from tests.conftest import PASSWORD
from tests.coverage import covers
from tests.e2e.conftest import Employ, Host
from tests.e2e.hosts import CHAT
from tests.e2e.test_accessibility import assert_accessible
from tests.servers import Web

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"


def _aside(work: Callable[[], object]) -> None:
    """Not in this thread, in which the browser's loop runs."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(timeout=60)


def _draft() -> None:
    """The registers, and a copy of an entry that is at work as a draft."""
    registers.load(FILE)
    publications.publish()
    one = SubProcessor.objects.get(legal_name="Example Hosting GmbH")
    one.pk = None
    one._state.adding = True
    one.id = SubProcessor._meta.pk.get_default()
    one.legal_name, one.provider = "Example Search s.r.o.", "smtp.example.org"
    one.switchable = "e-mails about conversations"
    one.announced_on = one.effective_on = None
    one.save()


def _staff_session() -> str:
    user = User.objects.create_user("sam@example.org", PASSWORD, is_staff=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = Client()
    client.post("/login/", {"login": user.email, "password": PASSWORD})
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@covers("S21", "R2", page="/app/<slug>/settings/privacy/sub-processors/")
def test_a_change_is_announced_objected_to_and_decided(
    host: Host, agents_browser: Browser, web: Web, employ: Employ, ana: Membership
) -> None:
    _aside(_draft)
    context = host(agents_browser)
    session = _staff_session()
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": session, "url": CHAT}])
    staff = context.new_page()
    owner = employ(ana, enters=False).page

    staff.goto(f"{CHAT}/staff/sub-processors/")
    staff.get_by_role("link", name="Example Search s.r.o.").click()
    staff.get_by_role("button", name="Announce").click()
    staff.get_by_role("dialog").get_by_role("button", name="Announce").click()
    expect(staff.get_by_text("Announced", exact=True).first).to_be_visible()
    _aside(tasks.send_platform_letters)
    letter = next(one for one in mail.outbox if one.to == ["ana@example.org"])
    assert "Example Search s.r.o." in letter.subject

    owner.goto(f"{CHAT}/app/acme/settings/privacy/sub-processors/")
    expect(owner.get_by_text("31 days left")).to_be_visible()
    owner.get_by_text("Object to this change").click()
    owner.get_by_role("button", name="Object", exact=True).click()
    expect(owner.get_by_text("This field is required.")).to_be_visible()
    owner.get_by_label("Reason").fill("They sold data of ours.")
    assert_accessible(owner, "sub-processors")
    owner.get_by_role("button", name="Object", exact=True).click()
    expect(owner.get_by_text("Our staff are looking into it.")).to_be_visible()

    staff.goto(f"{CHAT}/staff/objections/")
    staff.get_by_role("link", name="Acme · Example Search s.r.o.").click()
    expect(staff.get_by_text("They sold data of ours.")).to_be_visible()
    staff.get_by_label("Feature off for this account").check()
    staff.get_by_label("Answer to the account").fill("Search stays off for you.")
    assert_accessible(staff, "an objection")
    staff.get_by_role("button", name="Decide").click()
    staff.get_by_role("dialog").get_by_role("button", name="Decide").click()
    expect(staff.get_by_text("E-mails to owners")).to_be_visible()
    _aside(tasks.send_platform_letters)
    assert any("Search stays off for you." in str(one.body) for one in mail.outbox)

    owner.reload()
    expect(owner.get_by_text("Feature off for this account")).to_be_visible()
    expect(owner.get_by_text("Search stays off for you.")).to_be_visible()
