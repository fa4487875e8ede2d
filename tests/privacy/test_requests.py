"""People ask about their data: the clock, who may be answered, who decides, and what stays."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import chains
from accounts.declarations import Subject
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat.models import Conversation, Visitor
from privacy import request_letters, requests, subjects
from privacy.models import (
    RequestDetails,
    RequestLetter,
    RequestPerson,
    RequestReceipt,
    SubjectCopy,
    SubjectRequest,
)
from privacy.models.requests import (
    Channel,
    Delay,
    Ground,
    LetterKind,
    Proof,
    RequestKind,
    RequestState,
)
from privacy.tasks import (
    build_copy,
    finish_erasures,
    remind_account_of_requests,
    send_request_letters,
    tidy_account,
)
from tests.conftest import LogIn
from tests.coverage import covers

NELL = "nell@example.org"


@pytest.fixture
def ask(inside_acme: None) -> Callable[..., SubjectRequest]:
    """Registers a request, by default for a copy, from the public page."""

    def received(
        kind: RequestKind = RequestKind.ACCESS, channel: Channel = Channel.PAGE, **said: Any
    ) -> SubjectRequest:
        given = {"name": "Nell", "email": NELL, "now": timezone.now(), **said}
        return requests.receive(kind, channel, **given)

    return received


def _again(one: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=one.pk)


def _code(to: str = NELL) -> str:
    """The code in the last mail to this address."""
    letter = [one for one in mail.outbox if one.to == [to]][-1]
    found = re.search(r"^\d{6}$", str(letter.body), re.MULTILINE)
    assert found
    return found[0]


def _proven(one: SubjectRequest) -> SubjectRequest:
    requests.ask_identity(one, now=timezone.now())
    send_request_letters(account_id=str(one.account_id))
    assert requests.confirm_identity(one, _code(), now=timezone.now())
    return _again(one)


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
@covers("R3")
def test_an_answer_is_due_on_the_same_day_of_the_next_month_or_its_last(
    day: date, months: int, due: date
) -> None:
    assert requests.months_after(day, months) == due


def test_the_clock_runs_in_utc(ask: Callable[..., SubjectRequest]) -> None:
    # Half past midnight in Brno is still the day before in UTC.
    moment = datetime.fromisoformat("2026-02-01T00:30:00+01:00")

    assert ask(now=moment).due_on == date(2026, 2, 28)


@covers("R3")
def test_two_months_more_are_told_with_the_reason_inside_the_first(
    ask: Callable[..., SubjectRequest], ana: Membership
) -> None:
    one = ask(now=datetime(2026, 1, 31, 12, tzinfo=UTC))
    last_day = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    words = {"subject": "More time", "body": "There is much to look through."}

    requests.extend(one, Delay.COMPLEX, **words, by=ana, now=last_day)
    send_request_letters(account_id=str(one.account_id))

    assert _again(one).due_on == date(2026, 4, 30)
    assert _again(one).state == RequestState.EXTENDED
    assert "There is much to look through." in str(mail.outbox[0].body)
    with pytest.raises(ValidationError) as again:
        requests.extend(one, Delay.COMPLEX, **words, by=ana, now=last_day)
    assert again.value.code == "extended"


def test_after_the_first_month_nothing_can_be_extended(
    ask: Callable[..., SubjectRequest], ana: Membership
) -> None:
    one = ask(now=datetime(2026, 1, 31, 12, tzinfo=UTC))

    with pytest.raises(ValidationError) as refused:
        requests.extend(
            one,
            Delay.COMPLEX,
            subject="More time",
            body="…",
            by=ana,
            now=datetime(2026, 3, 1, tzinfo=UTC),
        )

    assert refused.value.code == "late"
    assert not RequestLetter.objects.exists()


def test_owners_and_admins_are_reminded_14_7_and_1_days_before_once_each(
    ask: Callable[..., SubjectRequest],
    acme: Account,
    ana: Membership,
    adi: Membership,
    ben: Membership,
) -> None:
    ask(now=datetime(2026, 3, 1, tzinfo=UTC), email="secret@example.org")
    told: dict[int, int] = {}

    for day in range(13, 33):
        with time_machine.travel(
            datetime(2026, 3, 1, 6, tzinfo=UTC) + timedelta(days=day - 1), tick=False
        ):
            remind_account_of_requests(account_id=str(acme.pk))
            remind_account_of_requests(account_id=str(acme.pk))
        if mail.outbox:
            told[day] = len(mail.outbox)
            assert {one.to[0] for one in mail.outbox} == {ana.user.email, adi.user.email}
            assert all("secret" not in str(one.message()) for one in mail.outbox)
            mail.outbox.clear()

    # Due on 1 April.
    assert told == {18: 2, 25: 2, 31: 2}


def test_a_code_is_good_once_for_half_an_hour_and_five_tries(
    ask: Callable[..., SubjectRequest],
) -> None:
    one, now = ask(), timezone.now()
    requests.ask_identity(one, now=now)
    assert not requests.is_code(one, "", now=now), "before a code was sent"
    code = requests.new_code(one.pk, now=now)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    assert code not in str(list(RequestDetails.objects.values()))
    assert not requests.is_code(one, code, now=now + requests.CODE_LASTS)
    assert requests.is_code(one, f"{code[:3]} {code[3:]}", now=now)
    assert not requests.is_code(one, code, now=now), "used up"
    code = requests.new_code(one.pk, now=now)
    assert [requests.is_code(one, wrong, now=now) for _ in range(5)] == [False] * 5
    assert not requests.is_code(one, code, now=now), "after five tries"


def test_nothing_is_done_before_it_is_known_who_asks(
    ask: Callable[..., SubjectRequest],
    new_visitor: Callable[..., Visitor],
    ana: Membership,
) -> None:
    one, visitor = ask(), new_visitor(email=NELL)
    refused = []

    for act in (
        lambda: requests.choose(one, visitor.pk, by=ana),
        lambda: requests.make_copies(one, by=ana),
        lambda: requests.erase_people(one, by=ana),
        lambda: requests.answer(one, subject="x", body="x", by=ana, now=timezone.now()),
    ):
        with pytest.raises(ValidationError) as error:
            act()
        refused.append(error.value.code)

    assert refused == ["unproven"] * 4
    assert requests.candidates(one) == []


@covers("S73", "R3")
def test_an_address_shows_candidates_but_only_a_member_says_whose_data_it_is(
    ask: Callable[..., SubjectRequest],
    new_conversation: Callable[..., Conversation],
    acme: Account,
    ana: Membership,
) -> None:
    """A10: two visitors gave the same address; one of them is somebody else."""
    hers = new_conversation("My order", email=NELL)
    new_conversation("A stranger's secret", email="Nell@Example.org")
    new_conversation("Another address", email=f"x{NELL}")
    one = ask()
    assert requests.candidates(one) == []

    one = _proven(one)
    assert len(requests.candidates(one)) == 2
    assert requests.chosen_ids(one) == [], "nothing is merged by an address"
    requests.choose(one, hers.visitor_id, by=ana)
    (copy,) = requests.make_copies(one, by=ana)
    build_copy(account_id=str(acme.pk), copy_id=str(copy.pk))
    copy.refresh_from_db()

    archive = zipfile.ZipFile(copy.file.open())
    said = archive.read("data.json").decode()
    assert "My order" in said
    assert "stranger" not in said
    assert str(hers.visitor.public_id) in said


def test_a_request_from_the_widget_is_proven_by_the_signed_number_alone(
    ask: Callable[..., SubjectRequest], new_visitor: Callable[..., Visitor]
) -> None:
    visitor = new_visitor()
    signed = ask(channel=Channel.WIDGET, subject_id=visitor.pk)
    claimed = ask(channel=Channel.PAGE, subject_id=visitor.pk)

    assert (signed.proof, requests.chosen_ids(signed)) == (Proof.VISITOR, [visitor.pk])
    assert (claimed.proof, requests.chosen_ids(claimed)) == ("", [])


@covers("R3")
def test_a_refusal_takes_a_second_owner_or_admin(
    ask: Callable[..., SubjectRequest], ana: Membership, adi: Membership, ben: Membership
) -> None:
    one, now = ask(), timezone.now()
    requests.propose_refusal(
        one,
        RequestState.REFUSED,
        Ground.UNIDENTIFIED,
        subject="No",
        body="We cannot.",
        by=ana,
        now=now,
    )
    send_request_letters(account_id=str(one.account_id))
    assert mail.outbox == [], "no letter before the second word"

    codes = []
    for member, is_alone in ((ana, False), (ana, True), (ben, False)):
        with pytest.raises(ValidationError) as error:
            requests.confirm_refusal(one, by=member, now=now, is_alone=is_alone)
        codes.append(error.value.code)
    assert codes == ["second_needed", "second_needed", "not_allowed"]

    requests.confirm_refusal(one, by=adi, now=now)
    send_request_letters(account_id=str(one.account_id))
    assert "We cannot." in str(mail.outbox[0].body)
    assert _again(one).state == RequestState.REFUSED
    assert not _again(one).decided_alone


def test_where_nobody_else_manages_the_account_a_refusal_alone_is_said_and_kept(
    ask: Callable[..., SubjectRequest], ana: Membership, ben: Membership
) -> None:
    one, now = ask(), timezone.now()
    requests.propose_refusal(
        one, RequestState.PARTLY_REFUSED, Ground.CLAIMS, by=ana, subject="x", body="x", now=now
    )
    with pytest.raises(ValidationError) as error:
        requests.confirm_refusal(one, by=ana, now=now)
    assert error.value.code == "not_alone"

    requests.confirm_refusal(one, by=ana, now=now, is_alone=True)

    receipt = RequestReceipt.objects.get()
    assert (receipt.outcome, receipt.ground, receipt.decided_alone) == (
        "partly_refused",
        "claims",
        True,
    )


@covers("S73")
def test_a_week_after_the_decision_the_register_knows_what_but_not_who(
    ask: Callable[..., SubjectRequest], acme: Account, ana: Membership
) -> None:
    one = _proven(ask(words="I live in Brno"))
    requests.answer(one, subject="Yours", body="Nothing of you.", by=ana, now=timezone.now())
    send_request_letters(account_id=str(acme.pk))
    assert RequestDetails.objects.count() == 1

    with time_machine.travel(timezone.now() + requests.DETAILS_KEPT, tick=False):
        tidy_account(account_id=str(acme.pk))

    assert not RequestDetails.objects.exists()
    assert not RequestLetter.objects.exists()
    assert not RequestPerson.objects.exists()
    kept = str([*SubjectRequest.objects.values(), *RequestReceipt.objects.values()])
    assert "answered" in kept
    assert all(word not in kept for word in ("Nell", NELL, "Brno", "Nothing of you"))
    assert chains.verify(RequestReceipt, acme.pk) == []
    with pytest.raises(IntegrityError, match="kept as written"), transaction.atomic():
        RequestReceipt.objects.update(outcome="refused")


def test_an_erasure_for_a_request_still_reaches_whoever_asked_with_its_receipt(
    ask: Callable[..., SubjectRequest],
    new_conversation: Callable[..., Conversation],
    acme: Account,
    ana: Membership,
) -> None:
    conversation = new_conversation("Forget me", email=NELL)
    one = _proven(ask(RequestKind.ERASURE))
    requests.choose(one, conversation.visitor_id, by=ana)

    requests.erase_people(one, by=ana)
    finish_erasures(account_id=str(acme.pk))
    one = _again(one)
    draft = request_letters.draft(one, LetterKind.ANSWER, acme)
    requests.answer(one, subject=draft.subject, body=draft.body, by=ana, now=timezone.now())
    send_request_letters(account_id=str(acme.pk))

    assert subjects.find(Subject.VISITOR, conversation.visitor_id) is None
    assert mail.outbox[-1].to == [NELL]
    assert "E-" in str(mail.outbox[-1].body)
    assert RequestReceipt.objects.get().erasures == one.erasures != []


def test_a_letter_is_in_the_language_of_whoever_asked(
    ask: Callable[..., SubjectRequest], acme: Account, ana: Membership
) -> None:
    one = ask(language="de")

    draft = request_letters.draft(one, LetterKind.EXTENSION, acme, delay=Delay.COMPLEX)

    assert "Ihre Anfrage" in draft.subject
    assert "Wir brauchen mehr Zeit" in draft.body


@pytest.mark.django_db(transaction=True)
@covers("S73", "R3", page="/privacy/requests/<key>/")
def test_the_public_page_tells_nobody_whether_somebody_is_known(
    acme: Account, ana: Membership, new_visitor: Callable[..., Visitor]
) -> None:
    """A45: a known and an unknown address get the same answer, and no cookie."""
    new_visitor(email=NELL)
    browser = Client(enforce_csrf_checks=True)
    path = f"/privacy/requests/{acme.public_key}/"
    answers = []
    for email in (NELL, "nobody@example.org"):
        sent = browser.post(path, {"kind": "access", "email": email}, follow=True)
        page = re.sub(r"R-[0-9A-F]{12}", "R-", sent.content.decode())
        answers.append((sent.status_code, page))
        assert not sent.cookies
    assert answers[0] == answers[1]
    assert "Is it you?" in answers[0][1]
    assert browser.post(path, {"kind": "access", "email": "none"}).status_code == 422
    assert browser.get("/privacy/requests/" + "0" * 40 + "/").status_code == 404
    assert browser.get("/privacy/request/forged:signature/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_nobody_floods_a_mailbox_with_codes(acme: Account) -> None:
    """A51"""
    browser = Client()
    path = f"/privacy/requests/{acme.public_key}/"

    statuses = [browser.post(path, {"kind": "access", "email": NELL}).status_code for _ in range(4)]

    assert statuses == [302, 302, 302, 429]


@pytest.mark.django_db(transaction=True)
@covers("S73", "R3", page="/app/<slug>/settings/privacy/requests/")
def test_the_desk_leads_from_the_list_to_the_proof(
    acme: Account,
    ana: Membership,
    adi: Membership,
    new_conversation: Callable[..., Conversation],
    login: LogIn,
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    conversation = new_conversation("My order", email=NELL)
    browser = login(adi)
    desk = "/app/acme/settings/privacy/requests/"
    entered = {
        "kind": "access",
        "channel": "email",
        "received_on": "2026-01-31",
        "email": NELL,
        "name": "Nell",
        "language": "en",
    }
    assert browser.post(f"{desk}new/", {**entered, "received_on": "2999-01-01"}).status_code == 422
    nobody = browser.post(f"{desk}new/", {**entered, "name": "", "email": ""})
    assert nobody.status_code == 422
    assert "Write down who asks, or at least what was said." in nobody.content.decode()
    page = browser.post(f"{desk}new/", entered).headers["Location"]
    listed = browser.get(desk).content.decode()
    assert "overdue" in listed
    assert "<bdi>Nell</bdi>" in listed
    for step in ("take", "vouch", "choose"):
        browser.post(f"{page}steps/{step}/", {"person": str(conversation.visitor_id)})
    browser.post(f"{page}steps/copies/")
    with tenant(acme.pk):
        copy = SubjectCopy.objects.get()
    build_copy(account_id=str(acme.pk), copy_id=str(copy.pk))
    draft = browser.get(f"{page}letter/answer/").context["form"].initial
    assert browser.post(f"{page}letter/answer/", {"subject": "", "body": ""}).status_code == 422
    browser.post(f"{page}letter/answer/", draft)
    send_request_letters(account_id=str(acme.pk))

    assert "Answered" in browser.get(desk).content.decode()
    proof = browser.get(f"{page}proof/")
    assert proof.content.startswith(b"%PDF-")
    link = re.search(r"/privacy/request/\S+", str(mail.outbox[-1].body))
    assert link
    stranger = Client()
    mine = link[0]
    assert "Your data are ready" in stranger.get(mine).content.decode()
    assert stranger.post(mine, {"act": "fetch", "file": str(copy.pk)}).status_code == 302
    stranger.post(mine, {"act": "send"})
    send_request_letters(account_id=str(acme.pk))
    opened = stranger.post(mine, {"act": "code", "code": _code()})
    fetch = {"act": "fetch", "pass": opened.context["pass"], "file": str(copy.pk)}
    fetched = stranger.post(mine, fetch)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content)))  # type: ignore[attr-defined]
    assert "My order" in archive.read("data.json").decode()
    with tenant(acme.pk):
        events = list(AuditEntry.objects.order_by("id").values_list("event", flat=True))
    assert events[-2:] == ["request.decided", "request.fetched"]
    assert not any(NELL in str(one) for one in AuditEntry.objects.values())
