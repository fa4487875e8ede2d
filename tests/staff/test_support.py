"""Support sessions: how the platform's staff look into an account, and how its owners see and end it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit, chains, support
from accounts.doors import support_view
from accounts.models import Account, AuditEntry, Membership, SupportSession, User
from accounts.tenancy import reading_only, tenant
from chat import own_data
from chat.models import Conversation
from privacy import restrictions, support_sessions, tasks
from privacy.models import Letter, LetterKind, RestrictionGround, StaffEntry
from privacy.tasks import note_decisions, send_platform_letters
from tests.conftest import PASSWORD, LogIn
from tests.coverage import covers
from tests.mail.mailbox import Mailbox

REASON = "The chat does not appear on shop.test"
HOUR = timedelta(hours=1)
CONVERSATIONS = "/support/acme/conversations/"
OWNERS_PAGE = "/app/acme/settings/support/"


@pytest.fixture
def let_in(acme: Account, ana: Membership) -> Account:
    """Ana has let support in for a day."""
    with tenant(acme.pk):
        support.let_in(acme, timedelta(days=1), by=ana)
    return acme


@pytest.fixture
def session(let_in: Account, sam: User) -> SupportSession:
    """Sam looks into Acme for an hour."""
    return support_sessions.start(let_in, HOUR, staff_name="Sam of support", reason=REASON, by=sam)


def _events(account: Account) -> list[tuple[str, str, dict[str, Any]]]:
    with tenant(account.pk):
        found = AuditEntry.objects.order_by("id")
        return [(one.actor_kind, one.event, one.details) for one in found]


# --- Opening ----------------------------------------------------------------------------------


def _form(**fields: str) -> dict[str, str]:
    said = {"account": "acme", "reason": REASON, "staff_name": "Sam of support", "period": "4h"}
    return said | fields


@covers("S51", page="/staff/support/")
def test_staff_open_a_session_for_a_reason_and_four_hours_at_most(
    let_in: Account, console: Client, sam: User
) -> None:
    answer = console.post("/staff/support/", _form(request_number="Q7"))

    assert answer.headers["Location"] == CONVERSATIONS
    one = SupportSession.objects.get()
    assert (one.account_id, one.opened_by, one.reason) == (let_in.pk, sam.pk, REASON)
    assert one.ends_at - one.started_at == timedelta(hours=4)
    entry = StaffEntry.objects.get(event="support.started")
    assert (entry.actor_id, entry.target_id) == (sam.pk, one.pk)
    assert "sam@example.org" not in str(SupportSession.objects.values().get())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"account": "nobody"}, "There is no such account."),
        ({"reason": "because"}, "at least 20 characters"),
        ({"staff_name": ""}, "This field is required."),
        ({"period": "8h"}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(
    let_in: Account, console: Client, fields: dict[str, str], said: str
) -> None:
    answer = console.post("/staff/support/", _form(**fields))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SupportSession.objects.exists()
    assert fields.get("reason", REASON) in answer.content.decode()


@covers("S51")
def test_staff_stay_outside_until_an_owner_lets_them_in(
    acme: Account, ana: Membership, console: Client
) -> None:
    answer = console.post("/staff/support/", _form())

    assert answer.status_code == 422
    assert "Ask an owner" in answer.content.decode()
    assert not SupportSession.objects.exists()


def test_an_owner_may_leave_the_door_open_for_reasons(
    acme: Account, ana: Membership, login: LogIn, console: Client
) -> None:
    assert login(ana).post(OWNERS_PAGE, {}).status_code == 302

    assert console.post("/staff/support/", _form()).status_code == 302


def test_a_session_ends_with_the_time_for_which_support_was_let_in(
    acme: Account, ana: Membership, sam: User
) -> None:
    with tenant(acme.pk):
        until = support.let_in(acme, HOUR, by=ana)

    four = timedelta(hours=4)
    one = support_sessions.start(acme, four, staff_name="Sam", reason=REASON, by=sam)

    assert one.ends_at == until


def test_a_session_that_runs_ends_with_a_shorter_time(
    let_in: Account, ana: Membership, sam: User, console: Client
) -> None:
    four = timedelta(hours=4)
    one = support_sessions.start(let_in, four, staff_name="Sam", reason=REASON, by=sam)

    with tenant(let_in.pk):
        until = support.let_in(let_in, HOUR, by=ana)

    one.refresh_from_db()
    let_in.refresh_from_db()
    assert (one.ends_at, one.ended_at, let_in.support_runs_until) == (until, None, until)
    with time_machine.travel(until, tick=False):
        assert console.get(CONVERSATIONS).status_code == 404


def test_asking_to_be_asked_holds_for_what_runs(
    let_in: Account, ana: Membership, sam: User, console: Client
) -> None:
    with tenant(let_in.pk):
        support.choose(let_in, needs_grant=False, by=ana)
        until = support.let_in(let_in, HOUR, by=ana)
    four = timedelta(hours=4)
    one = support_sessions.start(let_in, four, staff_name="Sam", reason=REASON, by=sam)
    assert one.ends_at > until, "nobody has to be asked"

    with tenant(let_in.pk):
        support.choose(let_in, needs_grant=True, by=ana)
        one.refresh_from_db()
        let_in.refresh_from_db()
        assert (one.ends_at, one.ended_at) == (until, None)
        assert let_in.support_runs_until == until
        assert list(support.running(let_in)) == [one]
        support.choose(let_in, needs_grant=False, by=ana)
        support.keep_out(let_in, by=ana)
    again = support_sessions.start(let_in, four, staff_name="Sam", reason=REASON, by=sam)
    with tenant(let_in.pk):
        support.choose(let_in, needs_grant=True, by=ana)

    again.refresh_from_db()
    let_in.refresh_from_db()
    assert again.was_ended_by_owner
    assert not support.running(let_in).exists()
    assert console.get(CONVERSATIONS).status_code == 404


def test_nobody_is_in_two_sessions_at_once(session: SupportSession, sam: User) -> None:
    with pytest.raises(ValidationError, match="End it first"):
        support_sessions.start(session.account, HOUR, staff_name="Sam", reason=REASON, by=sam)


@pytest.mark.parametrize(
    "wrong",
    [{"ends_at": timedelta(hours=4, seconds=1)}, {"ends_at": timedelta()}, {"reason": " " * 30}],
)
def test_the_database_refuses_a_longer_session_and_one_without_a_reason(
    acme: Account, sam: User, wrong: dict[str, Any]
) -> None:
    now = timezone.now()
    fields = {"reason": REASON, "ends_at": HOUR, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        SupportSession.objects.create(
            account=acme,
            opened_by=sam.pk,
            staff_name="Sam",
            reason=fields["reason"],
            started_at=now,
            ends_at=now + fields["ends_at"],
        )


# --- Reading ----------------------------------------------------------------------------------


@covers("S51")
def test_every_page_and_every_conversation_that_is_read_stands_in_the_accounts_trail(
    session: SupportSession, acme: Account, console: Client, conversation: Conversation
) -> None:
    for page in (CONVERSATIONS, f"{CONVERSATIONS}{conversation.pk}/", "/app/acme/settings/sites/"):
        answer = console.get(page)
        assert answer.status_code == 200
        assert "Read only: you look into Acme" in answer.content.decode()

    with tenant(acme.pk):
        chains.seal(AuditEntry, acme.pk)
        assert chains.verify(AuditEntry, acme.pk) == []
        read = AuditEntry.objects.get(event="conversation.read")
        assert (read.actor_id, read.target_id) == (session.pk, conversation.pk)
    assert _events(acme)[1:] == [
        ("platform", "support.started", {"until": session.ends_at.isoformat(timespec="minutes")}),
        ("platform", "support.looked", {"page": "conversations/"}),
        ("platform", "conversation.read", {}),
        ("platform", "support.looked", {"page": "settings/sites/"}),
    ]


def test_a_conversation_is_read_without_its_files_and_the_list_without_a_word(
    session: SupportSession, console: Client, conversation: Conversation
) -> None:
    listed = console.get(CONVERSATIONS).content.decode()
    thread = console.get(f"{CONVERSATIONS}{conversation.pk}/").content.decode()

    assert str(conversation.pk) in listed
    assert "Do you ship to Brno?" not in listed
    assert "Do you ship to Brno?" in thread
    assert "/files/" not in thread


@covers("R8")
def test_the_visitor_is_told_that_support_read_it(
    session: SupportSession, acme: Account, console: Client, conversation: Conversation
) -> None:
    console.get(f"{CONVERSATIONS}{conversation.pk}/")

    with tenant(acme.pk):
        (reader,) = own_data.readers(acme, conversation.visitor)

    assert reader["name"] == "Support of chatapp"


def test_what_support_was_refused_is_told_to_nobody_as_read(
    session: SupportSession,
    acme: Account,
    ana: Membership,
    console: Client,
    conversation: Conversation,
) -> None:
    with tenant(acme.pk):
        accuracy, now = RestrictionGround.ACCURACY, timezone.now()
        restrictions.place([conversation.visitor_id], ground=accuracy, by=ana, now=now)

    for unseen in (conversation.pk, uuid4()):
        assert console.get(f"{CONVERSATIONS}{unseen}/").status_code == 404

    with tenant(acme.pk):
        assert own_data.readers(acme, conversation.visitor) == []
        assert not AuditEntry.objects.filter(actor_id=session.pk).exists()


def test_a_page_that_was_being_made_when_the_session_ended_is_not_given_out(
    session: SupportSession, console: Client, sam: User
) -> None:
    request = RequestFactory().get(CONVERSATIONS)
    request.user, request.session = sam, console.session

    with time_machine.travel(timezone.now(), tick=False) as clock:

        def page(request: HttpRequest) -> HttpResponse:
            clock.move_to(session.ends_at)
            return HttpResponse("what the account holds")

        with pytest.raises(Http404):
            support_view(page)(request, "acme")

    assert not any(event == "support.looked" for _, event, _ in _events(session.account))


def test_nothing_can_be_written_where_support_reads(acme: Account) -> None:
    with tenant(acme.pk):
        with pytest.raises(InternalError, match="read-only"), reading_only():
            Account.objects.filter(pk=acme.pk).update(name="Changed")
        Account.objects.filter(pk=acme.pk).update(name="Changed")

    acme.refresh_from_db()
    assert acme.name == "Changed"


def test_support_cannot_see_another_account(
    session: SupportSession, other: Account, console: Client
) -> None:
    assert console.get("/app/other/settings/sites/").status_code == 404
    assert console.get("/support/other/conversations/").status_code == 404


def test_a_member_and_staff_without_a_session_find_no_page_of_support(
    acme: Account, ana: Membership, login: LogIn, console: Client
) -> None:
    assert login(ana).get(CONVERSATIONS).status_code == 404
    assert console.get(CONVERSATIONS).status_code == 404
    assert console.get("/app/acme/settings/sites/").status_code == 404
    assert Client().get(CONVERSATIONS).headers["Location"].startswith("/login/")


def test_the_session_of_a_colleague_opens_nothing(
    session: SupportSession, enter: Callable[[User], Client]
) -> None:
    rob = User.objects.create_user("rob@example.org", PASSWORD, is_staff=True)
    EmailAddress.objects.create(user=rob, email=rob.email, verified=True, primary=True)

    assert enter(rob).get(CONVERSATIONS).status_code == 404


def test_whoever_is_staff_no_longer_is_out(
    session: SupportSession, sam: User, console: Client
) -> None:
    User.objects.filter(pk=sam.pk).update(is_staff=False)

    assert console.get(CONVERSATIONS).status_code == 404


def test_the_password_is_asked_for_again(session: SupportSession, console: Client) -> None:
    stored = console.session
    stored["account_authentication_methods"] = [{"method": "password", "at": 0}]
    stored.save()

    answer = console.get("/app/acme/settings/sites/")

    assert answer.headers["Location"].startswith("/reauthenticate/?next=")


@covers("S51")
def test_when_the_time_is_over_there_is_nothing(session: SupportSession, console: Client) -> None:
    assert console.get(CONVERSATIONS).status_code == 200
    began = timezone.now() - timedelta(hours=4)

    SupportSession.objects.update(started_at=began, ends_at=timezone.now() - timedelta(seconds=1))

    assert console.get(CONVERSATIONS).status_code == 404
    assert console.get("/app/acme/settings/sites/").status_code == 404


# --- What owners see and do --------------------------------------------------------------------


@covers("S51", page="/app/<slug>/settings/support/")
def test_an_owner_ends_a_session_at_once(
    session: SupportSession, acme: Account, ana: Membership, login: LogIn, console: Client
) -> None:
    owner = login(ana)
    assert REASON in owner.get(OWNERS_PAGE).content.decode()

    owner.post(f"{OWNERS_PAGE}{session.pk}/end/")

    assert console.get(CONVERSATIONS).status_code == 404
    assert console.get("/app/acme/settings/sites/").status_code == 404
    assert "Ended by you" in owner.get(OWNERS_PAGE).content.decode()
    assert _events(acme)[-1][:2] == ("member", "support.ended")


def test_taking_the_word_back_puts_support_out(
    session: SupportSession, acme: Account, ana: Membership, login: LogIn, console: Client
) -> None:
    login(ana).post(f"{OWNERS_PAGE}keep-out/")

    assert console.get(CONVERSATIONS).status_code == 404
    assert console.post("/staff/support/", _form()).status_code == 422


def test_in_a_closed_account_owners_can_still_end_a_session(
    session: SupportSession, acme: Account, ana: Membership, login: LogIn, console: Client
) -> None:
    now = timezone.now()
    Account.objects.filter(pk=acme.pk).update(closed_at=now, ends_at=now + timedelta(days=30))

    assert login(ana).post(f"{OWNERS_PAGE}{session.pk}/end/").status_code == 302
    assert console.get(CONVERSATIONS).status_code == 404


def test_everybody_in_the_account_sees_that_support_is_there_and_why(
    session: SupportSession, ben: Membership, gus: Membership, login: LogIn
) -> None:
    for page in ("/app/acme/inbox/", "/app/acme/settings/profile/"):
        seen = login(ben).get(page).content.decode()
        assert "Platform support is looking at this account until" in seen
        assert f"Reason: {REASON}" in seen
    assert "Platform support" not in login(gus).get("/app/other/settings/profile/").content.decode()


def test_without_a_session_no_page_says_so(acme: Account, ben: Membership, login: LogIn) -> None:
    assert "Platform support" not in login(ben).get("/app/acme/inbox/").content.decode()


@covers("S51", "R7", page="/app/<slug>/settings/audit/")
def test_owners_read_what_support_read(
    session: SupportSession,
    ana: Membership,
    login: LogIn,
    console: Client,
    conversation: Conversation,
) -> None:
    console.get("/app/acme/settings/sites/")
    console.get(f"{CONVERSATIONS}{conversation.pk}/")
    owner = login(ana)
    trail = owner.get("/app/acme/settings/audit/").content.decode()
    told = owner.get(f"{OWNERS_PAGE}{session.pk}/").content.decode()
    table = owner.get("/app/acme/settings/audit.csv").content.decode()

    assert trail.count(">Platform support</a>") == 3
    assert "settings/sites/" in told
    assert f"#{conversation.pk}" in told
    assert table.count(",platform,") == 3
    for page in (trail, told, table):
        assert "sam@example.org" not in page


@covers("S51")
def test_owners_are_told_by_a_letter_that_waits_for_the_mail_server(
    session: SupportSession, ben: Membership, mailbox: Mailbox
) -> None:
    (letter,) = Letter.objects.filter(kind=LetterKind.SUPPORT, about_id=session.pk)

    send_platform_letters()

    mail = mailbox.only
    letter.refresh_from_db()
    assert letter.sent_at
    assert mail["To"] == "ana@example.org"
    text = mailbox.text()
    assert REASON in text
    assert "Sam of support" in text
    assert "/app/acme/settings/support/" in text
    assert "sam@example.org" not in text


def test_only_owners_decide(session: SupportSession, acme: Account, adi: Membership) -> None:
    with tenant(acme.pk):
        for act in (
            lambda: support.let_in(acme, HOUR, by=adi),
            lambda: support.keep_out(acme, by=adi),
            lambda: support.choose(acme, needs_grant=False, by=adi),
            lambda: support.end(session.pk, by=adi),
        ):
            with pytest.raises(ValidationError, match="Only an owner"):
                act()


# --- The end ----------------------------------------------------------------------------------


def test_staff_end_their_own_session_and_the_account_has_it_once(
    session: SupportSession, acme: Account, console: Client
) -> None:
    assert console.post(f"/staff/support/{session.pk}/end/").status_code == 302
    for _again in range(2):
        note_decisions(account_id=str(acme.pk))

    assert console.get(CONVERSATIONS).status_code == 404
    assert [event for kind, event, _ in _events(acme) if kind == "platform"] == [
        "support.started",
        "support.ended",
    ]
    assert StaffEntry.objects.filter(event="support.ended").count() == 1


def test_a_session_is_kept_for_a_year_and_the_trail_for_longer(
    session: SupportSession, acme: Account, ana: Membership, login: LogIn, console: Client
) -> None:
    console.get("/app/acme/settings/sites/")
    support.delete_old(session.ends_at + timedelta(days=364))
    assert SupportSession.objects.exists()

    support.delete_old(session.ends_at + timedelta(days=366))

    assert not SupportSession.objects.exists()
    assert "support.looked" in [event for _, event, _ in _events(acme)]
    assert "Platform support" in login(ana).get("/app/acme/settings/audit/").content.decode()


def test_the_night_ends_with_what_was_not_written_down(session: SupportSession) -> None:
    """Whatever a broker loses, the hourly round finds."""
    tasks.tidy_account(account_id=str(session.account_id))

    assert ("platform", "support.started") in [one[:2] for one in _events(session.account)]


def test_events_of_support_have_words(db: None) -> None:
    assert {one for one in audit.Event if one.startswith("support")} <= set(audit.EVENT_TEXTS)


def test_who_writes_into_the_trail_does_not_wait_for_an_owner_or_a_new_session(
    acme: Account, ana: Membership, sam: User
) -> None:
    """A look holds its session while it writes an entry, which needs the account's key: an owner who
    held that and asked for the session would wait in a circle with it."""
    with CaptureQueriesContext(connection) as queries:
        with tenant(acme.pk):
            support.let_in(acme, HOUR, by=ana)
        support_sessions.start(acme, HOUR, staff_name="Sam", reason=REASON, by=sam)
        with tenant(acme.pk):
            support.keep_out(acme, by=ana)

    locks = [
        one["sql"]
        for one in queries
        if "FOR " in one["sql"] and 'FROM "accounts_account"' in one["sql"]
    ]
    assert len(locks) == 3
    assert all("FOR NO KEY UPDATE" in one for one in locks)
