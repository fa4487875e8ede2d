"""Letters through the real steps: PostgreSQL, the task's own body, and files that are counted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import messages, tasks
from chat.authors import Author
from chat.models import Conversation, ConversationMail
from tests.mail.mailbox import Mailbox

Work = Callable[[], None]
Answer = Callable[..., None]


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Mailbox:
    """The folder that mail goes to."""
    settings.EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    return Mailbox(settings.MAIL_DIR)


@pytest.fixture
def due(acme: Account) -> Work:
    """Lets the time pass that open letters wait for, claims included."""

    def pass_time() -> None:
        now = timezone.now()
        with tenant(acme.pk):
            open_letters = ConversationMail.objects.filter(sent_at=None, dropped_at=None)
            open_letters.update(due_at=now)
            open_letters.filter(claimed_at__isnull=False).update(
                claimed_at=now - timedelta(minutes=6)
            )
        Account.objects.update(errand_at=now)

    return pass_time


@pytest.fixture
def work(acme: Account) -> Work:
    """One run of the task, as a worker runs it."""
    return lambda: tasks.send_letters(account_id=str(acme.pk))


@pytest.fixture
def answer(acme: Account, ana: Membership) -> Answer:
    """Ana, or another member, answers a conversation."""

    def say(conversation: Conversation, body: str = "Yes, we do.", by: Membership = ana) -> None:
        with tenant(acme.pk):
            author = Author.of_member(by)
            messages.post(conversation, author=author, body=body, client_id=uuid4())

    return say
