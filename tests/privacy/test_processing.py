"""What an account processes is computed from its settings, for people and for programs (S10)."""

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import chat_settings, technical
from chat.technical import Kind
from privacy import data_map, processing, registers, uses
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_agreements import FILE

PAGE = "/app/acme/settings/privacy/texts/"
JSON = f"{PAGE}processing.json"


@pytest.fixture
def ana_reads(acme: Account, ana: Membership, login: LogIn) -> Client:
    registers.load(FILE)
    return login(ana)


@covers("S10", page="/app/<slug>/settings/privacy/texts/")
def test_every_row_says_what_whence_why_who_where_and_how_long(ana_reads: Client) -> None:
    told = ana_reads.get(JSON).json()["data"]

    (body,) = [one for one in told if (one["where"], one["field"]) == ("chat.Message", "body")]
    assert body["datum"] == "messages"
    assert body["source"] == "visitor and agents"
    assert body["purpose"] == "to answer visitors"
    assert body["recipients"][:3] == [
        "members of the account",
        "Harbour Light Software Ltd.",
        "Example Hosting GmbH",
    ]
    assert body["countries"] == ["Germany", "Finland", "Ireland"]
    assert body["retention"].endswith("older than the account's period (1 year)")
    for one in told:
        assert all(one[key] for key in ("purpose", "source", "recipients", "countries")), one
        assert one["retention"], one


@covers("S10", page="/app/<slug>/settings/privacy/texts/")
def test_a_switch_moves_a_datum_between_processed_and_not_collected(
    ana_reads: Client, acme: Account
) -> None:
    before = ana_reads.get(PAGE).content.decode()
    with tenant(acme.pk):
        technical.choose(acme, {Kind.IP_ADDRESS}, by=None)
    after = ana_reads.get(PAGE).content.decode()

    processed, _, off = before.partition('id="off"')
    assert "IP address" not in processed
    assert "IP address" in off
    assert 'href="/app/acme/settings/privacy/data/"' in off
    processed, _, off = after.partition('id="off"')
    assert "IP address" in processed
    assert "IP address" not in off
    assert "pages of the visit" in off


@covers("S11")
def test_no_setting_takes_out_the_sentence_that_data_are_processed(
    ana_reads: Client, acme: Account
) -> None:
    with tenant(acme.pk):
        technical.choose(acme, (), by=None)
        chat_settings.change(acme.pk, mail_agents_after_minutes=0, mails_answers_to_visitors=False)

    assert "Personal data are processed in every chat." in ana_reads.get(PAGE).content.decode()


@covers("S16")
def test_only_what_letters_carry_is_handed_to_the_company_that_mails(
    inside_acme: None, acme: Account, settings: object
) -> None:
    registers.load(FILE)
    settings.EMAIL_HOST = "smtp.post.example.org"  # type: ignore[attr-defined]
    rows = {(one.where, one.field): one for one in processing.rows(acme)}

    assert "Example Post ApS" in rows["chat.Message", "body"].recipients
    assert "Denmark" in rows["chat.Message", "body"].countries
    assert "Example Post ApS" not in rows["chat.Visitor", "browser"].recipients
    assert "Denmark" not in rows["chat.Visitor", "browser"].countries

    chat_settings.change(
        acme.pk,
        mails_answers_to_visitors=False,
        mails_agents_links_only=True,
        visitors_may_request_transcripts=False,
        agents_may_send_transcripts=False,
    )
    rows = {(one.where, one.field): one for one in processing.rows(acme)}
    assert "Example Post ApS" not in rows["chat.Message", "body"].recipients
    assert "Example Post ApS" in rows["chat.ConversationMail", "recipient"].recipients


def test_what_letters_carry_are_fields_of_the_data_map(inside_acme: None) -> None:
    known = {f"{one.table.model}.{one.field}" for one in data_map.data()}

    for flow in uses.flows():
        assert set(flow.carries) <= known


@pytest.mark.parametrize("language", ["de", "cs"])
def test_the_page_speaks_its_readers_language(
    inside_acme: None, acme: Account, language: str
) -> None:
    with translation.override("en"):
        english = processing.rows(acme)
    with translation.override(language):
        other = processing.rows(acme)

    same = {one.what for one, two in zip(english, other, strict=True) if one.what == two.what} - {
        "text",
        "role",
    }
    assert same == set()
    pairs = list(zip(english, other, strict=True))
    assert {one.kept for one, two in pairs if one.kept == two.kept} == set()
    assert {one.source for one, two in pairs if one.source == two.source} == set()


def test_agents_and_strangers_do_not_get_it(ben: Membership, gus: Membership, login: LogIn) -> None:
    assert login(ben).get(PAGE).status_code == 403
    assert login(gus).get(PAGE).status_code == 404


def test_what_all_rows_share_is_said_once_and_only_the_rest_in_them(
    inside_acme: None, acme: Account, settings: object
) -> None:
    registers.load(FILE)
    settings.EMAIL_HOST = "smtp.post.example.org"  # type: ignore[attr-defined]
    whole = processing.rows(acme)

    common, rest = processing.apart(whole)

    assert "Example Hosting GmbH" in common.recipients
    assert "Example Post ApS" not in common.recipients
    for row, further in zip(whole, rest, strict=True):
        assert set(row.recipients) == {*common.recipients, *further.recipients}
        assert set(row.countries) == {*common.countries, *further.countries}
        assert not set(common.recipients) & set(further.recipients)
    found = {(row.where, row.field): row for row in rest}
    assert found["chat.Message", "body"].recipients == ("Example Post ApS",)
    assert found["chat.Visitor", "browser"].recipients == ()
