"""Content that was taken back is gone, wherever it stood."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import conversations, files, letters, messages, projections, redactions, search, wire
from chat.authors import Author
from chat.models import Attachment, Conversation, Message
from chat.refusals import RefusedError
from privacy import holds
from privacy.models.history import HoldKind
from tests.coverage import covers

SECRET = "my diagnosis is zebrafever"


@pytest.fixture
def secret(new_conversation: Callable[..., Conversation], acme: Account) -> Message:
    conversation = new_conversation("Hello", SECRET, email="jana@example.org")
    with tenant(acme.pk):
        return Message.objects.get(conversation=conversation, body=SECRET)


def _redact(message: Message, by: Membership, attachment_id: UUID | None = None) -> bool:
    with tenant(by.account_id):
        event = redactions.redact(
            Conversation(pk=message.conversation_id),
            message_id=message.pk,
            attachment_id=attachment_id,
            by=by,
        )
    return event is not None


def _refusal(message: Message, by: Membership) -> wire.Refusal:
    with pytest.raises(RefusedError) as refused:
        _redact(message, by)
    return refused.value.code


def _everything(account: Account) -> str:
    """Every row of every table, as text."""
    with tenant(account.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')  # noqa: S608
            found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found)


@covers("S25")
def test_the_words_are_in_no_table_search_preview_or_waiting_letter(
    acme: Account, ana: Membership, secret: Message
) -> None:
    """A29"""
    assert "zebrafever" in _everything(acme)

    assert _redact(secret, ana)

    assert "zebrafever" not in _everything(acme)
    with tenant(acme.pk):
        assert search.search("zebrafever", below=None, limit=10).conversations == []
        preview = projections.previews([secret.conversation_id])[secret.conversation_id]
        claim = letters.claim_next(timezone.now() + timedelta(hours=1))
    assert (preview.text, preview.is_redacted) == ("", True)
    assert claim is not None
    assert [message.body for message in claim.messages] == ["Hello"]


@covers("S25")
def test_a_tombstone_keeps_who_and_when_and_tells_the_visitor_only_when(
    acme: Account, ana: Membership, secret: Message
) -> None:
    before = timezone.now()

    _redact(secret, ana)

    with tenant(acme.pk):
        message = Message.objects.select_related("visitor", "member", "redacted_by").get(
            pk=secret.pk
        )
        agents = projections.message_row(message, side="agents")
        visitor = projections.message_row(message, side="visitor")
    assert agents.redacted_at is not None
    assert agents.redacted_at >= before
    assert (agents.redacted_by, visitor.redacted_by) == ("Ana", None)
    assert (visitor.redacted_at, visitor.seq) == (agents.redacted_at, secret.seq)


@covers("S25")
def test_the_trail_says_that_it_happened_and_not_what_was_there(
    acme: Account, ana: Membership, secret: Message
) -> None:
    _redact(secret, ana)

    with tenant(acme.pk):
        entry = AuditEntry.objects.get()
    assert (entry.event, entry.actor_id) == ("content.redacted", ana.pk)
    assert entry.target_id == secret.conversation_id
    assert entry.details == {"what": "message", "written_by": "visitor", "files": 0}


@covers("S25")
def test_agents_take_back_in_their_own_conversations_only(
    acme: Account, ben: Membership, adi: Membership, gus: Membership, secret: Message
) -> None:
    assert _refusal(secret, ben) == wire.Refusal.NOT_ALLOWED
    with tenant(acme.pk):
        conversations.assign(Conversation(pk=secret.conversation_id), to=ben, by=adi)

    assert _redact(secret, ben)
    assert _refusal(secret, gus) == wire.Refusal.NOT_FOUND


def test_what_is_gone_already_is_no_change(ana: Membership, secret: Message) -> None:
    assert _redact(secret, ana)
    assert not _redact(secret, ana)


@covers("S57")
def test_a_legal_hold_keeps_the_words(acme: Account, ana: Membership, secret: Message) -> None:
    with tenant(acme.pk):
        holds.place(HoldKind.CONVERSATION, secret.conversation_id, reason="Case 12", by=ana)

    assert _refusal(secret, ana) == wire.Refusal.NOT_ALLOWED


def test_the_same_message_sent_again_does_not_bring_the_words_back(
    acme: Account, ana: Membership, secret: Message
) -> None:
    """A29"""
    _redact(secret, ana)

    with tenant(acme.pk):
        event = messages.post(
            Conversation(pk=secret.conversation_id),
            author=Author.of_visitor(secret.visitor),
            body=SECRET,
            client_id=secret.client_id,
        )

    assert event.visitor.messages[0].body == ""
    assert "zebrafever" not in _everything(acme)


def test_an_event_is_not_taken_back(acme: Account, adi: Membership, secret: Message) -> None:
    with tenant(acme.pk):
        conversations.assign(Conversation(pk=secret.conversation_id), to=adi, by=adi)
        told = Message.objects.get(event__isnull=False)

    assert _refusal(told, adi) == wire.Refusal.NOT_FOUND


@covers("S25")
@pytest.mark.django_db(transaction=True)
def test_one_file_goes_with_its_bytes_and_the_rest_stays(
    acme: Account, ana: Membership, conversation: Conversation
) -> None:
    """A29"""
    with tenant(acme.pk):
        going, staying = (
            files.accept(SimpleUploadedFile(name, b"tea", "text/plain"), author=ana)
            for name in ("passport.txt", "list.txt")
        )
        messages.post(
            conversation,
            author=Author.of_member(ana),
            body="Two files",
            client_id=uuid4(),
            attachments=[going.pk, staying.pk],
        )
        message = Message.objects.get(body="Two files")

    assert _redact(message, ana, going.pk)

    with tenant(acme.pk):
        assert [one.name for one in Attachment.objects.all()] == ["list.txt"]
        assert Message.objects.get(pk=message.pk).body == "Two files"
    assert not default_storage.exists(str(going.file.name))
    assert default_storage.exists(str(staying.file.name))
    assert "passport" not in _everything(acme)
