"""Restricted data are kept and not used: by nobody in the inbox, by no letter, by no purge; and
whoever asked for it is still served when they write anew."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.declarations import Subject
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import (
    conversations,
    inbox,
    letters,
    mail,
    messages,
    redactions,
    revisions,
    visitors,
    wire,
)
from chat.authors import Author
from chat.events import Event
from chat.models import Conversation, ConversationMail, Visitor
from chat.purges import CONVERSATIONS, IDLE_VISITORS
from chat.refusals import RefusedError
from privacy import erasures, purges, request_letters, requests, restrictions, retention
from privacy.models import (
    ErasureReceipt,
    Period,
    RequestDetails,
    RequestLetter,
    Restriction,
    RestrictionGround,
)
from privacy.models.requests import Channel, LetterKind, RequestKind
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db

NELL = "nell@example.org"


@pytest.fixture
def talk(new_conversation: Callable[..., Conversation]) -> Conversation:
    return new_conversation("Is this plate mine?", name="Nell", email=NELL)


@covers("R9", page="/app/<slug>/settings/privacy/people/<id>/")
def test_restricted_conversations_leave_every_list_and_come_back_closed(
    acme: Account, ana: Membership, talk: Conversation
) -> None:
    with tenant(acme.pk):
        before = revisions.head(acme.pk)
        assert _found(ana) == {"waiting": 1, "all": 1, "closed": 0, "search": 1}
        _restrict(talk, ana)

        assert _found(ana) == {"waiting": 0, "all": 0, "closed": 0, "search": 0}
        assert inbox.counts(ana) == wire.Counts(waiting=0, mine=0, all=0)
        assert inbox.changes_since(before, {}, ana).restart, "an inbox that was away loads anew"

        before = revisions.head(acme.pk)
        _lift(talk, ana)
        assert _found(ana) == {"waiting": 0, "all": 0, "closed": 1, "search": 1}
        assert inbox.changes_since(before, {}, ana).restart


def test_whoever_writes_anew_is_served_without_what_is_restricted(
    acme: Account, ana: Membership, talk: Conversation
) -> None:
    with tenant(acme.pk):
        _restrict(talk, ana)
        head = revisions.head(acme.pk)

        anew = conversations.open_for(talk.visitor)
        event = _say(anew, Author.of_visitor(talk.visitor), "Hello?")

        loaded = inbox.changes_since(head, {}, ana)
        assert loaded.conversations == [event.inbox.conversation], "live equals reload"
        shown = loaded.conversations[0].visitor
        assert (shown.is_restricted, shown.name, shown.email) == (True, "", "")
        assert _found(ana, "Nell")["search"] == 0, "nobody is found by what is restricted"
        assert [one.body for one in inbox.thread(anew.pk).messages] == ["Hello?"]
        ConversationMail.objects.update(due_at=timezone.now())
        claim = letters.claim_next(timezone.now())
        assert claim, "the agents are told"
        assert "Nell" not in mail.compose(claim).body
        letters.drop(claim.letter.pk)

        _say(anew, Author.of_member(ana), "Hello.")
        visitors.identify(talk.visitor, name="Nelly")
        assert letters.claim_next(timezone.now() + timedelta(days=1)) is None
        _lift(talk, ana)
        assert inbox.thread(anew.pk).conversation.visitor.name == "Nelly"


def test_a_restricted_conversation_tells_inboxes_its_number_and_nothing_else(
    acme: Account, ana: Membership, talk: Conversation
) -> None:
    with tenant(acme.pk):
        _restrict(talk, ana)
        head = revisions.head(acme.pk)

        event = visitors.identify(talk.visitor, phone="12345")

        assert event
        assert event.for_inboxes == inbox.changes_since(head, {}, ana)
        assert inbox.changes_since(head, {}, ana).conversations == []
        assert event.visitor.visitor.phone == "12345", "the visitor sees what is theirs"


def test_nobody_opens_answers_or_changes_it(
    acme: Account, ana: Membership, talk: Conversation, login: LogIn
) -> None:
    with tenant(acme.pk):
        _restrict(talk, ana)
        by = Author.of_member(ana)
        first = talk.messages.order_by("seq")[0]
        for use in (
            lambda: messages.post(talk, author=by, body="Yes.", client_id=uuid4()),
            lambda: conversations.assign(talk, to=ana, by=ana),
            lambda: conversations.close(talk, by=by),
            lambda: redactions.redact(talk, message_id=first.pk, by=ana),
            lambda: inbox.find(talk.pk),
            lambda: letters.transcript(
                Conversation.objects.get(pk=talk.pk), email="ana@example.org", by=by
            ),
        ):
            with pytest.raises(RefusedError) as refused:
                use()
            assert refused.value.code == wire.Refusal.NOT_ALLOWED

    browser = login(ana)
    opened = browser.get(f"/app/acme/inbox/conversations/{talk.pk}/")
    assert opened.status_code == 403
    person = f"/app/acme/settings/privacy/people/{talk.visitor_id}/"
    copied = browser.post(f"{person}copy/", follow=True).content.decode()
    assert "A copy is made for a request of the person." in copied
    assert "The copy is being made" not in copied


def test_no_letter_goes_out_and_the_purge_leaves_it(
    acme: Account, ana: Membership, talk: Conversation
) -> None:
    with tenant(acme.pk):
        _say(talk, Author.of_member(ana), "Yes.")
        letters.transcript(
            Conversation.objects.get(pk=talk.pk), email="x@example.org", by=Author.of_member(ana)
        )
        later = timezone.now() + timedelta(days=2_000)
        assert purges.preview(acme, Period.ONE_MONTH, later)["conversations"] == 1
        _restrict(talk, ana)

        assert letters.claim_next(later) is None
        assert not ConversationMail.objects.filter(sent_at=None, dropped_at=None).exists()
        assert purges.preview(acme, Period.ONE_MONTH, later)["conversations"] == 0
        letters.transcript(
            Conversation.objects.get(pk=talk.pk), email=NELL, by=Author.of_visitor(talk.visitor)
        )
        assert letters.claim_next(later), "the visitor may have what is theirs"


def test_what_is_restricted_after_the_purge_has_looked_stays(
    acme: Account, ana: Membership, talk: Conversation, new_visitor: Callable[..., Visitor]
) -> None:
    idle = new_visitor()
    due = retention.cut_off(Period.ONE_MONTH, timezone.now() + timedelta(days=2_000))
    with tenant(acme.pk):
        now, ground = timezone.now(), RestrictionGround.ACCURACY
        restrictions.place([talk.visitor_id, idle.pk], ground=ground, by=ana, now=now)
        anew = conversations.open_for(talk.visitor)
        knew_nobody: set[UUID] = set()

        while CONVERSATIONS.step(due, knew_nobody, 10) or IDLE_VISITORS.step(due, knew_nobody, 10):
            pass

        assert set(Conversation.objects.all()) == {talk}
        assert set(Visitor.objects.all()) == {talk.visitor, idle}
        assert not Conversation.objects.filter(pk=anew.pk).exists(), "the step deletes what is due"


@covers("S73", "R3", page="/app/<slug>/settings/privacy/requests/<id>/")
def test_it_begins_with_a_request_and_ends_after_the_person_was_told(
    acme: Account, ana: Membership, talk: Conversation, login: LogIn
) -> None:
    with tenant(acme.pk):
        now = timezone.now()
        asked = requests.receive(RequestKind.RESTRICTION, Channel.PAGE, email=NELL, now=now)
    client = login(ana)
    desk = f"/app/acme/settings/privacy/requests/{asked.pk}/"
    person = f"/app/acme/settings/privacy/people/{talk.visitor_id}/"
    unproven = client.post(f"{desk}restrict/", {"ground": "accuracy"})
    assert unproven.status_code == 422
    with tenant(acme.pk):
        assert not restrictions.standing(), "nobody knows yet who asks (A10)"
        requests.vouch(asked, by=ana, now=now)
        requests.choose(asked, talk.visitor_id, by=ana)
    assert client.post(f"{desk}restrict/", {"ground": "because"}).status_code == 422
    client.post(f"{desk}restrict/", {"ground": "accuracy"})
    assert "It can be lifted on the page of the person" in client.get(desk).content.decode()

    with tenant(acme.pk):
        restriction = Restriction.objects.get()
        requests.answer(asked, subject="Done", body="Kept.", by=ana, now=now)
        assert _send_letters(timezone.now()) == ["answer"]
        requests.drop_details(now + timedelta(days=30))
        assert RequestDetails.objects.exists(), "they have to be reached before it ends"
        with pytest.raises(ValidationError, match="Tell the person first"):
            restrictions.lift(restriction, by=ana, now=now)

    assert "They dispute that the data are right" in client.get(person).content.decode()
    assert "Nell" in client.get("/app/acme/settings/privacy/people/").content.decode()
    letter = f"{desk}letter/lifting/"
    assert "we will use your data again as before" in client.get(letter).content.decode()
    client.post(letter, {"subject": "The end", "body": "We use them again."})
    early = client.post(f"{person}restriction/lift/", follow=True).content.decode()
    assert "has not gone out yet" in early
    with tenant(acme.pk):
        lost = RequestLetter.objects.get(kind=LetterKind.LIFTING)
        request_letters.drop(lost.pk, timezone.now())
        with pytest.raises(ValidationError, match="Tell the person first"):
            restrictions.lift(restriction, by=ana, now=timezone.now())
    client.post(letter, {"subject": "The end", "body": "We use them again."})
    with tenant(acme.pk):
        assert _send_letters(timezone.now()) == ["lifting"]
    client.post(f"{person}restriction/lift/")

    with tenant(acme.pk):
        assert restrictions.of(talk.visitor_id) is None
        assert _found(ana)["closed"] == 1
        requests.drop_details(now + timedelta(days=30))
        assert not RequestLetter.objects.filter(kind=LetterKind.LIFTING).exists()
        assert not RequestDetails.objects.exists()
        told = AuditEntry.objects.filter(event__startswith="restriction.").order_by("pk")
        assert [one.event for one in told] == [
            "restriction.placed",
            "restriction.end_told",
            "restriction.end_told",
            "restriction.lifted",
        ]
        assert told[0].details == {"ground": "accuracy"}
    assert client.get(letter).status_code == 404, "nothing stands that could end"


def test_asking_again_takes_in_what_came_since(
    acme: Account, ana: Membership, talk: Conversation
) -> None:
    with tenant(acme.pk):
        now, first = timezone.now(), RestrictionGround.ACCURACY
        asked = requests.receive(RequestKind.RESTRICTION, Channel.PAGE, email=NELL, now=now)
        restrictions.place([talk.visitor_id], ground=first, by=ana, now=now, request=asked)
        anew = conversations.open_for(talk.visitor)
        _say(anew, Author.of_visitor(talk.visitor), "Hello?")

        _restrict(talk, ana, RestrictionGround.CLAIMS)

        assert _found(ana)["all"] == 0
        standing = restrictions.of(talk.visitor_id)
        assert standing
        assert standing.ground == "claims"
        assert standing.request == asked, "whoever asked is still told before it ends"


def test_whose_data_are_restricted_may_erase_them(
    acme: Account, ana: Membership, talk: Conversation
) -> None:
    with tenant(acme.pk):
        _restrict(talk, ana)
        erasures.erase(Subject.VISITOR, talk.visitor, account_id=acme.pk, by=None)
        erasures.finish(erasures.unfinished()[0])

        assert not Restriction.objects.exists()
        assert ErasureReceipt.objects.count() == 1


def test_agents_and_other_accounts_neither_restrict_nor_lift(
    acme: Account,
    other: Account,
    ana: Membership,
    ben: Membership,
    gus: Membership,
    talk: Conversation,
    login: LogIn,
) -> None:
    with tenant(acme.pk), pytest.raises(ValidationError):
        _restrict(talk, ben)
    with tenant(other.pk), pytest.raises(ValidationError):
        _restrict(talk, gus)
    with tenant(acme.pk):
        assert not Restriction.objects.exists()
        _restrict(talk, ana)
        standing = restrictions.of(talk.visitor_id)
        assert standing
        for verb in (restrictions.tell, restrictions.lift):
            with pytest.raises(ValidationError, match="Only an owner or an admin"):
                verb(standing, by=ben, now=timezone.now())
    with tenant(other.pk):
        assert not restrictions.standing()
        assert not restrictions.take_back(talk.visitor_id, now=timezone.now())
    assert (
        login(ben)
        .post(f"/app/acme/settings/privacy/people/{talk.visitor_id}/restriction/lift/")
        .status_code
        == 403
    )


def _restrict(
    talk: Conversation, by: Membership, ground: RestrictionGround = RestrictionGround.ACCURACY
) -> None:
    restrictions.place([talk.visitor_id], ground=ground, by=by, now=timezone.now())


def _lift(talk: Conversation, by: Membership) -> None:
    standing = restrictions.of(talk.visitor_id)
    assert standing
    restrictions.tell(standing, by=by, now=timezone.now())
    restrictions.lift(standing, by=by, now=timezone.now())


def _found(member: Membership, words: str = "plate") -> dict[str, int]:
    """How many conversations each list shows, and a search."""
    shown = {
        view: len(inbox.page(view, member=member).conversations)
        for view in ("waiting", "all", "closed")
    }
    return {**shown, "search": len(inbox.page("all", member=member, query=words).conversations)}


def _say(talk: Conversation, author: Author, body: str) -> Event:
    return messages.post(talk, author=author, body=body, client_id=uuid4())


def _send_letters(now: datetime) -> list[str]:
    """The kinds of the letters about requests that are due now; they are recorded as sent."""
    sent = []
    while claim := request_letters.claim_next(now):
        request_letters.record(claim.letter.pk, now)
        sent.append(claim.letter.kind)
    return sent
