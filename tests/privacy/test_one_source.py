"""One source: a setting that is changed changes every document that speaks of it, and no other (S10, S22).

Agreement, notice, record of processing, compliance page and cookie declaration of an account that has
accepted and copied everything are read before and after.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from django.utils import translation

from accounts import companies
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import asking, groups, technical
from chat.models import FieldKind, FieldMode, FormPoint
from chat.technical import Kind
from privacy import (
    agreements,
    compliance,
    cookie_declarations,
    platform,
    policies,
    purposes,
    records,
    registers,
    retention,
)
from privacy.documents import dpa, record
from privacy.models import Agreement, LegalBasis, Period
from tests.accounts.test_company import COMPANY
from tests.coverage import covers
from tests.privacy.test_agreements import FILE

NOW = datetime.now(UTC)
ALL = {"agreement", "notice", "record", "compliance", "cookies"}


@pytest.fixture
def settled(acme: Account, ana: Membership, inside_acme: None) -> Account:
    """Acme, which has named its company, declared what it does, accepted and copied everything."""
    registers.load(FILE)
    companies.name(acme, COMPANY, by=ana)
    purposes.declare_support(LegalBasis.CONTRACT, account_id=acme.pk, by=ana)
    agreements.accept(acme, list(Agreement), by=ana)
    seen = policies.digest(policies.document(acme, "en"))
    assert policies.copied(acme, "en", seen, by=ana)
    return acme


def _documents(account: Account) -> dict[str, str]:
    with translation.override("en"):
        return {
            "agreement": dpa.build(platform.facts(account)).canonical(),
            "notice": policies.document(account, "en").canonical(),
            "record": record.build(records.of(account), 1, NOW.date()).canonical(),
            "compliance": str([asdict(one) for one in compliance.checks(account, NOW)]),
            "cookies": str(cookie_declarations.current(account)["items"]),
        }


def _asks_for_phone(account: Account, ana: Membership) -> None:
    asking.change(account.pk, by=ana, asks_before_chat=True, prechat_phone=FieldMode.OPTIONAL)


def _asks_for_shoe_size(account: Account, ana: Membership) -> None:
    spec = asking.Spec(FieldKind.TEXT, "Shoe size", {}, "", (), is_required=False)
    asking.add_field(account.pk, FormPoint.OFFLINE, "shoe_size", spec, by=ana)


def _keeps_a_month(account: Account, ana: Membership) -> None:
    retention.choose(account, Period.ONE_MONTH, by=ana)


def _collects_addresses(account: Account, ana: Membership) -> None:
    technical.choose(account, set(Kind), by=ana)


def _sends_to_groups(account: Account, ana: Membership) -> None:
    groups.add(account.pk, name="Orders", by=ana)


@covers("S10", "S22", "S26", "S68", page="/app/<slug>/settings/privacy/texts/")
@pytest.mark.parametrize(
    ("change", "changed", "words"),
    [
        (_asks_for_phone, ALL - {"cookies"}, "hone"),
        (_asks_for_shoe_size, ALL - {"cookies"}, "Shoe size"),
        (_keeps_a_month, ALL - {"cookies"}, "month"),
        (_collects_addresses, ALL - {"cookies"}, "IP address"),
        (_sends_to_groups, ALL, "group"),
    ],
    ids=["form field", "own form field", "retention", "technical data", "feature"],
)
def test_a_setting_changes_every_document_that_speaks_of_it_and_no_other(
    settled: Account,
    ana: Membership,
    change: Callable[[Account, Membership], None],
    changed: set[str],
    words: str,
) -> None:
    before = _documents(settled)
    assert _documents(settled) == before

    change(settled, ana)
    after = _documents(settled)

    assert {name for name in ALL if after[name] != before[name]} == changed
    for name in changed - {"compliance"}:
        assert after[name].count(words) > before[name].count(words), name
    assert "have changed since you accepted" in after["compliance"]
    assert "have changed since you copied" in after["compliance"]


@covers("S24", "S56")
def test_what_is_switched_off_leaves_the_documents_again(settled: Account, ana: Membership) -> None:
    everything = set(Kind)
    technical.choose(settled, everything, by=ana)
    whole = _documents(settled)
    for kind in Kind:
        technical.choose(settled, everything - {kind}, by=ana)
        without = _documents(settled)
        for name in ("agreement", "notice", "record"):
            assert len(without[name]) < len(whole[name]), (kind, name)

    technical.choose(settled, everything, by=ana)

    assert _documents(settled) == whole


@covers("S22")
def test_another_accounts_settings_change_nothing(
    acme: Account, ana: Membership, other: Account, gus: Membership
) -> None:
    registers.load(FILE)
    for account, owner in ((acme, ana), (other, gus)):
        with tenant(account.pk):
            companies.name(account, COMPANY, by=owner)
            purposes.declare_support(LegalBasis.CONTRACT, account_id=account.pk, by=owner)
    with tenant(acme.pk):
        before = _documents(acme)
    with tenant(other.pk):
        for change in (_asks_for_phone, _keeps_a_month, _collects_addresses, _sends_to_groups):
            change(other, gus)
    with tenant(acme.pk):
        assert _documents(acme) == before


@covers("S43", "S50", page="/app/<slug>/settings/privacy/texts/record/")
def test_both_officers_and_both_roles_stand_in_agreement_notice_and_record(
    settled: Account, ana: Membership
) -> None:
    officer = {"dpo_name": "Dora Fields", "dpo_email": "dora@acme.test"}
    companies.name(settled, {**COMPANY, **officer}, by=ana)  # type: ignore[typeddict-item]

    documents = _documents(settled)

    for name in ("agreement", "notice", "record"):
        said = documents[name]
        for words in ("Dora Fields", "dora@acme.test", "dpo@example.org"):
            assert words in said, (name, words)
        assert "controller" in said.lower(), name
        assert "processor" in said.lower() or "on our behalf" in said, name
