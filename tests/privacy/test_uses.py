"""What an account uses decides what its documents say it keeps and mails."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.conf import settings
from django.test import override_settings

from accounts import companies
from accounts.declarations import Subject
from accounts.models import Account, Membership, PlanName
from accounts.tenancy import tenant
from chat import asking, chat_settings, technical
from chat.technical import Kind
from privacy import agreements, data_map, platform, registers, uses
from privacy.documents import dpa
from privacy.models import Agreement
from privacy.uses import Flow, Uses
from tests.accounts.test_company import COMPANY
from tests.coverage import covers
from tests.privacy.test_agreements import FILE

TODAY = datetime(2026, 11, 24, tzinfo=UTC).date()


def _said(account: Account | None) -> str:
    return " ".join(row.data for row in platform.data_rows(account))


def test_every_condition_of_the_data_map_has_an_answer(db: None) -> None:
    named = {one.personal.when for one in data_map.data()} | {
        one.when for one in data_map.volatile()
    }

    assert named - {""} <= set(uses.conditions())


@pytest.mark.parametrize("name", settings.USES)
def test_every_app_that_is_asked_can_answer(name: str) -> None:
    """They are modules, found by name: no type checker looks at them."""
    answers = {one for one in vars(Uses) if not one.startswith("_")}

    assert answers == {"conditions", "pages", "asked", "flows"}
    assert not [one for one in answers if not callable(getattr(import_module(name), one, None))]


@covers("S10", "S22")
@pytest.mark.parametrize(
    ("kind", "what"),
    [(Kind.IP_ADDRESS, "IP address"), (Kind.BROWSER, "browser"), (Kind.PAGES, "pages of")],
)
def test_what_is_switched_off_is_not_among_the_data(
    acme: Account, inside_acme: None, kind: Kind, what: str
) -> None:
    technical.choose(acme, set(Kind), by=None)
    on = _said(acme)
    technical.choose(acme, set(Kind) - {kind}, by=None)
    off = _said(acme)

    assert what in on
    assert what not in off


def test_the_public_text_names_all_that_can_be_switched_on(db: None) -> None:
    said = _said(None)

    assert "IP address, of IPv6 the network (if switched on)" in said
    assert "pages of the visit (if switched on)" in said
    assert "name (if" not in said


@covers("S26", page="/app/<slug>/settings/privacy/agreements/")
def test_a_switch_that_is_turned_is_shown_as_a_change_of_appendix_1(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    registers.load(FILE)
    companies.name(acme, COMPANY, by=ana)
    agreements.accept(acme, [Agreement.DPA], by=ana)

    technical.choose(acme, set(Kind), by=ana)
    chat_settings.change(acme.pk, by=ana, mails_answers_to_visitors=False)
    (standing,) = [one for one in agreements.standings(acme) if one.kind == Agreement.DPA]

    came = [one for one in standing.changes if one.kind == "added"]
    went = [one for one in standing.changes if one.kind == "removed"]
    assert any("Appendix 1" in one.section and "IP address" in one.text for one in came)
    assert any("an answer that they have not read" in one.text for one in went)
    assert not standing.is_missing


@covers("S16")
def test_each_flow_names_its_mailer_and_country_and_is_gone_when_it_is_off(
    acme: Account, inside_acme: None
) -> None:
    registers.load(FILE)
    with override_settings(EMAIL_HOST="smtp.post.example.org"):
        chat_settings.change(acme.pk, mail_agents_after_minutes=0)
        mails = platform.mails(acme, TODAY)

    assert [(one.mailer, one.country) for one in mails] == [("Example Post ApS", "Denmark")] * 3
    assert [one.title.partition(",")[0] for one in mails] == [
        "To chosen addresses: a message was left",
        "To visitors: an answer that they have not read",
        "Transcript of a conversation",
    ]


@covers("S16")
def test_a_mail_server_of_the_account_is_named_as_such(db: None) -> None:
    registers.load(FILE)
    own = Flow("x", "x", True, mailer="smtp.acme.test", country="AT")

    assert platform.mailer(own, TODAY) == ("smtp.acme.test", "Austria")
    assert platform.mailer(Flow("x", "x", True), TODAY) == (
        "Harbour Light Software Ltd.",
        "Ireland",
    )


def test_without_any_letter_no_address_of_one_is_kept(acme: Account, inside_acme: None) -> None:
    assert "address of a letter" in _said(acme)

    acme.plan = PlanName.FREE
    acme.save()
    chat_settings.change(acme.pk, mail_agents_after_minutes=0, mails_answers_to_visitors=False)
    asking.change(acme.pk, mails_offline_messages=False)

    assert "address of a letter" not in _said(acme)
    assert all(not one.is_on for one in uses.flows())


def test_another_accounts_switches_change_nothing_here(acme: Account, other: Account) -> None:
    with tenant(other.pk):
        technical.choose(other, set(Kind), by=None)
    with tenant(acme.pk):
        found = {one.field for one in uses.data(Subject.VISITOR)}

    assert "ip_address" not in found


def test_the_public_agreement_says_that_forms_depend_on_the_account(db: None) -> None:
    registers.load(FILE)

    text = dpa.build(platform.facts(None)).canonical()

    assert "its own appendix lists it" in text
    assert "Transcript of a conversation, on request (if switched on)" in text
