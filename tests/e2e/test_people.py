"""A visitor is erased while they chat: their own screen, the owner's, and the receipt."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from playwright.sync_api import expect

from accounts.models import Account
from accounts.tenancy import tenant
from chat.models import Visitor
from privacy.tasks import finish_erasures
from tests.coverage import covers
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.e2e.test_accessibility import assert_accessible


def _work(account: Account) -> None:
    """What the worker does; not in this thread, in which the browser's loop runs."""
    try:
        finish_erasures(account_id=str(account.pk))
    finally:
        connections.close_all()


@covers("S73", page="/app/<slug>/settings/privacy/people/")
def test_an_owner_erases_a_visitor_who_sees_the_chat_begin_anew(
    acme: Account, agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    """A57"""
    visitor.visit()
    visitor.open_chat()
    visitor.write("My name is Nell", "Please forget me")
    agent.open_first()
    expect(agent.words).to_have_count(2)

    page = agent.page
    page.get_by_role("link", name="Their data").click()
    expect(page.get_by_role("heading", name="What is kept")).to_be_visible()
    row = page.get_by_role("row", name="Messages")
    expect(row).to_contain_text("2")
    assert_accessible(page, "a person")
    page.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("I understand that nothing can bring it back.").check()
    page.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("1 erasure is being finished.")).to_be_visible()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_work, acme).result(timeout=30)

    page.reload()
    expect(page.get_by_role("rowheader", name="E-")).to_be_visible()
    with tenant(acme.pk):
        assert not Visitor.objects.exists()
    expect(visitor.words).to_have_count(0)
    visitor.write("I have one more question")
    expect(visitor.words).to_have_text(["I have one more question"])
    agent.page.goto(agent.page.url.split("/settings/")[0] + "/inbox/")
    expect(agent.rows).to_have_count(1)
    expect(agent.rows.first).to_contain_text("I have one more question")
