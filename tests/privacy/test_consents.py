"""Purposes are declared, notices are shown, and consents are given and taken back: each in a table
and in words of its own, and provable without telling about whom."""

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import chains
from accounts.declarations import Subject
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat.models import Visitor
from privacy import consents, erasures, notices, proofs, purges, purposes, retention
from privacy.consents import Origin
from privacy.models import (
    Channel,
    Consent,
    ConsentPrincipal,
    ConsentRecord,
    ConsentState,
    LegalBasis,
    NoticeAcknowledgement,
    NoticeMode,
    NoticePoint,
    NoticeWording,
    PurposeCategory,
    PurposeVersion,
)
from privacy.purposes import Words
from tests.coverage import covers

NEWS = Words(
    title="Newsletter",
    text="Send me the newsletter of the tea shop once a month.",
    data="your e-mail address",
)
NEUIGKEITEN = Words(
    title="Newsletter",
    text="Senden Sie mir einmal im Monat den Newsletter des Teeladens.",
    data="Ihre E-Mail-Adresse",
)
FROM_THE_FORM = Origin(
    page_url="https://shop.test/tea?email=nell%40example.org#top",
    widget_version="1.2.3",
    form_field="prechat.consent",
)


def declare(account: Account, by: Membership, **changes: Any) -> PurposeVersion:
    said: dict[str, Any] = {
        "texts": {"en": NEWS, "de": NEUIGKEITEN},
        "category": PurposeCategory.NEWSLETTER,
        **changes,
    }
    return purposes.declare_further(said.pop("texts"), account_id=account.pk, by=by, **said)


def give(visitor: Visitor, purpose_id: UUID, **more: Any) -> ConsentRecord:
    box = purposes.box(purpose_id, "en")
    assert box
    return consents.give(visitor.pk, purpose_id, version=box.version, language="en", **more)


@pytest.fixture
def news(acme: Account, ana: Membership, inside: Callable[[], Any]) -> UUID:
    with inside():
        return UUID(str(declare(acme, ana).purpose_id))


@pytest.fixture
def nell(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(name="Nell", email="nell@example.org")


@covers("S38", "S39")
def test_support_alone_needs_a_basis_and_has_no_box(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    for basis, interest, code in (
        (LegalBasis.INTEREST, " ", "interest_missing"),
        (LegalBasis.CONSENT, "", "basis"),
    ):
        with pytest.raises(ValidationError) as refused:
            purposes.declare_support(basis, interest, account_id=acme.pk, by=ana)
        assert refused.value.code == code
    assert purposes.declared(acme.pk) == []

    purposes.declare_support(LegalBasis.CONTRACT, account_id=acme.pk, by=ana)
    purposes.declare_support(
        LegalBasis.INTEREST, "to answer people who are not customers", account_id=acme.pk, by=ana
    )

    (support,) = purposes.declared(acme.pk)
    assert (support.basis, support.number, support.declared_by) == ("f", 2, ana)
    assert purposes.consent_boxes("en") == []


@covers("S42")
def test_each_further_purpose_has_a_box_that_says_who_what_and_the_way_back(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    declare(acme, ana, months_valid=24)
    tea = Words(title="Tea club", text="Invite me to the tea club.", data="your name")
    declare(acme, ana, texts={"en": tea})

    news, club = purposes.consent_boxes("de-AT")

    assert (news.title, news.language) == ("Newsletter", "de")
    assert news.text == NEUIGKEITEN.text
    assert "Acme" in news.details
    assert "Ihre E-Mail-Adresse" in news.details
    assert "24" in news.details
    # Without words in that language the account's own.
    assert (club.text, club.language) == (tea.text, "en")
    assert "withdraw at any time" in club.details
    assert len({news.version, club.version}) == 2


def test_a_record_is_added_while_its_principal_is_held(inside_acme: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        consents.forget({uuid4()})

    assert "FOR NO KEY UPDATE" in queries[0]["sql"]


def test_other_words_are_another_version_and_what_was_agreed_to_stays(
    acme: Account, ana: Membership, nell: Visitor, news: UUID, inside_acme: None
) -> None:
    record = give(nell, news)
    before = purposes.box(news, "en")
    assert before

    same = declare(acme, ana, purpose_id=news)
    other = declare(
        acme, ana, purpose_id=news, texts={"en": Words("Letter", "Write to me.", "your address")}
    )

    assert (same.number, other.number) == (1, 2)
    with pytest.raises(ValidationError) as refused:
        consents.give(nell.pk, news, version=before.version, language="en")
    assert refused.value.code == "changed"
    record.refresh_from_db()
    assert record.text == before.wording
    with pytest.raises(IntegrityError, match="kept as written"), transaction.atomic():
        PurposeVersion.objects.filter(number=1).update(texts={})


@covers("S42", "R4")
def test_a_consent_is_taken_back_in_as_many_steps_as_it_was_given_and_at_once(
    nell: Visitor, news: UUID, inside_acme: None
) -> None:
    assert not consents.has_consent(nell.pk, news)

    given = give(nell, news, origin=FROM_THE_FORM)
    again = give(nell, news, origin=FROM_THE_FORM)
    assert again == given
    assert consents.has_consent(nell.pk, news)

    withdrawn = consents.withdraw(nell.pk, news)
    assert consents.withdraw(nell.pk, news) == withdrawn
    assert not consents.has_consent(nell.pk, news)

    give(nell, news)
    (consent,) = consents.of(nell.pk)
    states = [one.state for one in consents.records(consent)]
    assert states == ["given", "withdrawn", "given"]
    assert consent.state == ConsentState.GIVEN


@covers("R4")
def test_a_record_holds_what_was_on_the_screen_and_no_more_of_the_page_than_its_address(
    nell: Visitor, news: UUID, inside_acme: None
) -> None:
    record = give(nell, news, origin=FROM_THE_FORM)
    box = purposes.box(news, "en")

    assert box
    assert (record.text, record.text_digest, record.language) == (box.wording, box.version, "en")
    assert record.page_url == "https://shop.test/tea"
    assert (record.widget_version, record.form_field) == ("1.2.3", "prechat.consent")
    assert record.principal_id not in {None, nell.pk}
    for odd in ("javascript:alert(1)", "https://[", "file:///etc/passwd", "shop.test/tea", ""):
        assert consents.without_query(odd) == ""
    assert consents.without_query("https://user:secret@shop.test:8443/a") == (
        "https://shop.test:8443/a"
    )


def test_a_refusal_is_no_consent_and_cannot_undo_one(
    nell: Visitor, news: UUID, inside_acme: None
) -> None:
    box = purposes.box(news, "en")
    assert box
    refused = consents.refuse(nell.pk, news, version=box.version, language="en")
    assert refused.state == ConsentState.REFUSED
    assert not consents.has_consent(nell.pk, news)
    assert consents.withdraw(nell.pk, news) == refused

    give(nell, news)
    with pytest.raises(ValidationError) as error:
        consents.refuse(nell.pk, news, version=box.version, language="en")
    assert error.value.code == "given"


@covers("S11", "R17")
def test_to_have_been_told_is_one_thing_and_to_have_agreed_another(
    acme: Account, ana: Membership, nell: Visitor, news: UUID, inside_acme: None
) -> None:
    told = notices.wording(acme, "de-DE")
    assert "Acme" in told.text
    assert "Newsletter" in told.text

    first = notices.record_shown(acme, nell.pk, told.version_hash, "de", NoticePoint.CHAT)
    again = notices.record_shown(acme, nell.pk, told.version_hash, "de", NoticePoint.CHAT)
    notices.record_shown(
        acme, nell.pk, told.version_hash, "de", NoticePoint.PRECHAT, NoticeMode.TICKED
    )

    assert again == first
    assert first.wording.text == told.text
    assert len(notices.of(nell.pk)) == 2
    assert not Consent.objects.exists()
    give(nell, news)
    assert NoticeAcknowledgement.objects.count() == 2

    purposes.end(consents.of(nell.pk)[0].purpose, by=ana)
    assert notices.wording(acme, "de").version_hash != told.version_hash
    # A form that was open meanwhile: what it said is known, so it counts.
    notices.record_shown(acme, nell.pk, told.version_hash, "de", NoticePoint.OFFLINE)
    assert NoticeWording.objects.count() == 1
    with pytest.raises(ValidationError) as refused:
        notices.record_shown(acme, nell.pk, "0" * 64, "de", NoticePoint.CHAT)
    assert refused.value.code == "changed"


def test_the_end_of_a_purpose_or_of_its_time_ends_consents_at_once_and_is_written_down(
    acme: Account, ana: Membership, nell: Visitor, news: UUID, inside_acme: None
) -> None:
    club = declare(acme, ana, texts={"en": NEWS}, months_valid=12).purpose
    give(nell, news)
    give(nell, club.pk)

    purposes.end(consents.of(nell.pk)[0].purpose, by=ana)
    year = timezone.now() + timedelta(days=367)
    assert not consents.has_consent(nell.pk, news)
    assert consents.has_consent(nell.pk, club.pk)
    assert not consents.has_consent(nell.pk, club.pk, year)

    while consents.end_overdue(year):
        pass
    assert not consents.end_overdue(year)
    assert [one.state for one in consents.of(nell.pk)] == ["terminated", "expired"]
    assert ConsentRecord.objects.count() == 4
    with pytest.raises(ValidationError) as refused:
        purposes.end(
            purposes.declare_support(LegalBasis.CONTRACT, account_id=acme.pk, by=ana).purpose,
            by=ana,
        )
    assert refused.value.code == "support"


@covers("R4")
def test_an_altered_row_of_the_consent_chain_is_found(
    acme: Account, nell: Visitor, news: UUID, inside_acme: None
) -> None:
    record = give(nell, news, origin=FROM_THE_FORM)
    consents.withdraw(nell.pk, news)
    assert chains.seal(ConsentRecord, acme.pk) == 2
    call_command("verify_chains", account="acme", stdout=io.StringIO())

    with pytest.raises(IntegrityError, match="kept as written"), transaction.atomic():
        ConsentRecord.objects.filter(pk=record.pk).update(state="refused")
    for change in (
        {"state": "refused"},
        {"text": "Send me everything."},
        {"page_url": "https://elsewhere.test/"},
        {"salt": ""},
        {"page_salt": ""},
    ):
        with transaction.atomic():
            # As somebody would who owns the database.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("ALTER TABLE privacy_consentrecord DISABLE TRIGGER keep_as_written")
            ConsentRecord.objects.filter(pk=record.pk).update(**change)
            with pytest.raises(CommandError):
                call_command("verify_chains", account="acme", stderr=io.StringIO())
            transaction.set_rollback(True)
    call_command("verify_chains", account="acme", stdout=io.StringIO())


@covers("R4")
def test_erasing_a_person_leaves_a_chain_that_holds_and_says_nothing_about_them(
    acme: Account, ana: Membership, nell: Visitor, news: UUID, inside_acme: None
) -> None:
    give(nell, news, origin=FROM_THE_FORM)
    notices.record_shown(
        acme, nell.pk, notices.wording(acme, "en").version_hash, "en", NoticePoint.CHAT
    )
    chains.seal(ConsentRecord, acme.pk)

    erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=ana)
    chains.seal(ConsentRecord, acme.pk)

    given, ended = ConsentRecord.objects.order_by("pk")
    assert (given.state, ended.state) == ("given", "terminated")
    assert ended.channel == Channel.SYSTEM
    assert (given.page_url, ConsentPrincipal.objects.get().subject_id) == ("", None)
    assert not NoticeAcknowledgement.objects.exists()
    assert chains.verify(ConsentRecord, acme.pk) == []
    assert not list(consents.counting(timezone.now()))
    with pytest.raises(ValidationError) as gone:
        give(nell, news)
    assert gone.value.code == "gone"


def test_a_visitor_whom_the_purge_takes_loses_the_link_and_the_notices(
    acme: Account, nell: Visitor, news: UUID, inside_acme: None
) -> None:
    give(nell, news)
    notices.record_shown(
        acme, nell.pk, notices.wording(acme, "en").version_hash, "en", NoticePoint.CHAT
    )
    Visitor.objects.filter(pk=nell.pk).update(last_seen_at=timezone.now() - timedelta(days=200))

    run = purges.begin(acme, timezone.now())
    while run and purges.advance(run):
        pass

    assert not Visitor.objects.filter(pk=nell.pk).exists()
    assert not NoticeAcknowledgement.objects.exists()
    assert ConsentPrincipal.objects.get().subject_id is None
    assert Consent.objects.get().state == ConsentState.TERMINATED


def test_a_proof_is_emptied_three_years_after_the_consent_ended_and_the_chain_holds(
    acme: Account, nell: Visitor, news: UUID, new_visitor: Callable[..., Visitor], inside_acme: None
) -> None:
    omar = new_visitor(name="Omar")
    give(nell, news, origin=FROM_THE_FORM)
    consents.withdraw(nell.pk, news)
    give(omar, news)
    chains.seal(ConsentRecord, acme.pk)
    now = timezone.now()
    over = retention.months_before(now, -proofs.MONTHS)

    with time_machine.travel(over - timedelta(hours=1), tick=False):
        assert proofs.CONSENTS.step(_cut_off(), frozenset(), 100) is None
    with time_machine.travel(over + timedelta(hours=1), tick=False):
        assert proofs.CONSENTS.due(_cut_off(), {nell.pk}) == {"consents": 0}
        gone = proofs.CONSENTS.step(_cut_off(), frozenset(), 100)
        assert gone
        assert gone.counts == {"consents": 1}
        assert proofs.CONSENTS.step(_cut_off(), frozenset(), 100) is None

    assert [one.principal.subject_id for one in Consent.objects.select_related("principal")] == [
        omar.pk
    ]
    assert ConsentPrincipal.objects.count() == 1
    husks = ConsentRecord.objects.filter(principal=None)
    assert [any(one.content().values()) for one in husks] == [False, False]
    assert chains.verify(ConsentRecord, acme.pk) == []


def _cut_off() -> retention.CutOff:
    return retention.CutOff(None, timezone.now())


def test_another_account_sees_neither_purposes_nor_consents(
    acme: Account, other: Account, nell: Visitor, news: UUID
) -> None:
    with tenant(acme.pk):
        give(nell, news)
    with tenant(other.pk):
        assert purposes.consent_boxes("en") == []
        assert purposes.declared(acme.pk) == []
        assert not Consent.objects.exists()
        with pytest.raises(ValidationError):
            consents.give(nell.pk, news, version="", language="en")


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_are_one_record(
    acme: Account, nell: Visitor, news: UUID, inside: Callable[[], Any]
) -> None:
    both = threading.Barrier(2)

    def tick() -> UUID:
        try:
            both.wait(10)
            with inside():
                return give(nell, news).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        records = {one.result() for one in [threads.submit(tick), threads.submit(tick)]}

    assert len(records) == 1
    with inside():
        assert ConsentRecord.objects.count() == 1
        assert Consent.objects.count() == 1
