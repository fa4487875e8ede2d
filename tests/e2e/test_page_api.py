"""What the page's own scripts may say to the widget."""

import json
import re

from playwright.sync_api import expect

from accounts.models import Account
from accounts.tenancy import tenant
from chat import asking, identity
from chat.models import Conversation, FieldMode, Visitor
from tests.coverage import covers
from tests.e2e.hosts import HostShop
from tests.e2e.people import CONTAINER, AgentAtWork, VisitorAtHome

STUB = "window.smartsupp = function () { smartsupp._.push(arguments) }; smartsupp._ = [];"


def test_the_page_opens_closes_shows_hides_and_writes_into_the_chat(
    visitor: VisitorAtHome,
) -> None:
    visitor.visit()
    tell = visitor.page.evaluate
    tell("smartsupp('chat:hide')")
    expect(visitor.launcher).to_be_hidden()
    tell("smartsupp('chat:show')")
    expect(visitor.launcher).to_be_visible()
    tell("smartsupp('chat:message', 'Is it in stock?')")
    tell("smartsupp('chat:open')")
    expect(visitor.composer).to_have_value("Is it in stock?")
    expect(visitor.words).to_have_count(0)
    tell("smartsupp('chat:close')")
    expect(visitor.composer).to_be_hidden()


def test_what_the_page_says_of_the_visitor_stands_beside_the_conversation(
    agent: AgentAtWork, visitor: VisitorAtHome, acme: Account
) -> None:
    visitor.visit()
    visitor.page.evaluate(
        """() => {
            smartsupp('name', 'Ada Novak');
            smartsupp('email', 'ada@example.org');
            smartsupp('phone', '+420 123 456');
            smartsupp('variables', {tier: {label: 'Customer tier', value: 'gold'}});
        }"""
    )
    visitor.open_chat()
    with tenant(acme.pk):
        assert not Visitor.objects.exists()
    visitor.write("Hello")

    expect(agent.rows.first).to_contain_text("Ada Novak")
    agent.open_first()
    panel = agent.page.get_by_role("complementary", name="About the visitor")
    for words in ("ada@example.org", "+420 123 456", "Customer tier", "gold"):
        expect(panel).to_contain_text(words)
    visitor.page.evaluate("smartsupp('name', 'Ada Novakova')")
    expect(panel).to_contain_text("Ada Novakova")


@covers("S76")
def test_the_page_gets_the_number_alone_and_its_signature_never(
    visitor: VisitorAtHome, acme: Account
) -> None:
    visitor.visit()
    assert visitor.page.evaluate("smartsupp.vid") is None
    visitor.open_chat()
    visitor.page.wait_for_function("smartsupp.vid")

    number = visitor.page.evaluate("smartsupp.vid")

    assert re.fullmatch(r"vi[A-Za-z0-9_-]{22}", number)
    visitor.page.wait_for_function("document.cookie.includes('ssupp.vid')")
    (kept,) = [one["value"] for one in visitor.context.cookies() if one["name"] == "ssupp.vid"]
    assert kept.startswith(f"{number}.")
    # The number opens nothing: without its signature somebody else begins.
    assert identity.verify(acme, kept) == number
    assert identity.verify(acme, number) is None


def test_queued_calls_run_in_order_and_a_failing_one_stops_nothing(
    visitor: VisitorAtHome, shop: HostShop
) -> None:
    shop.extra["/queue"] = (
        f"<script>{STUB} window.said = [];"
        "smartsupp._.push([function () { said.push('first') }]);"
        "smartsupp._.push([function () { said.push('broken'); throw new Error('on purpose') }]);"
        "smartsupp._.push(7);"
        "smartsupp('name', 12);"
        "smartsupp('on', 'status', function (status) { said.push(status) });"
        "smartsupp._.push([function () { said.push('last') }]);"
        "</script>"
    )
    visitor.visit("/queue")
    visitor.page.wait_for_function("said.length >= 4")
    assert visitor.page.evaluate("said") == ["first", "broken", "last", "offline"]
    visitor.open_chat()


def test_the_page_hears_of_messages_and_of_closing(
    agent: AgentAtWork, visitor: VisitorAtHome
) -> None:
    visitor.visit()
    visitor.page.evaluate(
        """() => {
            window.heard = [];
            for (const name of ['message_sent', 'message_received', 'messenger_close', 'agent.join'])
                smartsupp('on', name, (...given) => heard.push([name, given]));
            smartsupp('on', 'message_sent', () => { throw new Error('broken handler') });
        }"""
    )
    visitor.open_chat()
    visitor.write("Hello")
    agent.open_first()
    agent.write("Good morning")
    expect(visitor.words).to_have_count(2)
    visitor.close_chat()
    visitor.page.wait_for_function("heard.some(([name]) => name === 'messenger_close')")

    heard = visitor.page.evaluate(
        "heard.map(([name, given]) => [name, given[0]?.content?.text ?? given[1]?.nickname ?? null])"
    )
    assert sorted(heard, key=str) == [
        ["agent.join", "Ana"],
        ["message_received", "Good morning"],
        ["message_sent", "Hello"],
        ["messenger_close", None],
    ]
    text = visitor.page.evaluate("JSON.stringify(heard)")
    assert "@example.org" not in text


@covers("S23", "S28")
def test_a_page_changes_the_form_for_itself_and_is_told_what_is_left_out(
    visitor: VisitorAtHome, shop: HostShop, acme: Account, agent: AgentAtWork
) -> None:
    with tenant(acme.pk):
        asking.change(acme.pk, prechat_email=FieldMode.REQUIRED, prechat_name=FieldMode.OPTIONAL)
    fields = [
        {"xtype": "textinput", "name": "Belief", "label": "Your religion"},
        {"xtype": "select", "name": "Size", "label": "Your size", "items": {"s": "S", "m": "M"}},
    ]
    options = {"requireLogin": True, "emailControl": False, "nameControl": False}
    shop.extra["/asks"] = (
        "<script>window._smartsupp = window._smartsupp || {};"
        f"Object.assign(_smartsupp, {json.dumps({**options, 'loginControls': fields})})</script>"
    )
    warnings: list[str] = []
    visitor.page.on(
        "console", lambda said: warnings.append(said.text) if said.type == "warning" else None
    )
    visitor.visit("/asks")
    visitor.open_chat()
    visitor.write("Do you have it in my size?")

    chat = visitor.chat
    expect(chat.get_by_role("heading", name="Before we start")).to_be_visible()
    expect(chat.get_by_label("E-mail for our answer")).to_be_visible()
    expect(chat.get_by_label("Your name")).to_have_count(0)
    expect(chat.get_by_label("Your religion")).to_have_count(0)
    chat.get_by_label("E-mail for our answer").fill("nell@example.org")
    chat.get_by_label("Your size").select_option("M")
    chat.get_by_role("button", name="Start the chat").click()
    expect(visitor.states.last).to_contain_text("Delivered")
    with tenant(acme.pk):
        (talk,) = Conversation.objects.all()
    assert [(one["key"], one["value"]) for one in talk.answers] == [("Size", "M")]
    assert [text for text in warnings if "[chatapp]" in text] == [
        '[chatapp] field "Belief" is left out: "religion" must not be asked in a chat Article 9 GDPR'
    ]


def test_loading_the_script_a_second_time_changes_nothing(visitor: VisitorAtHome) -> None:
    visitor.visit()
    visitor.open_chat()
    visitor.page.evaluate(
        """() => new Promise((loaded) => {
            const script = document.createElement('script');
            script.src = 'http://chat.test/widget/loader.js?again';
            script.onload = loaded;
            document.body.append(script);
        })"""
    )
    expect(visitor.page.locator(CONTAINER)).to_have_count(1)
    expect(visitor.page.locator(f"{CONTAINER} iframe")).to_have_count(1)
    visitor.chat.get_by_label("E-mail for our answer").fill("ada@example.org")
    visitor.composer.fill("Still here")
    visitor.submit()
    expect(visitor.words).to_have_text(["Still here"])
