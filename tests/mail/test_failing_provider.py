"""The provider is away, or refuses: nothing is lost, and nobody is pestered."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import letters, telemetry
from chat.letters import LONGEST_PAUSE, MAX_ATTEMPTS
from chat.models import Conversation, ConversationMail
from tests.mail.conftest import Work
from tests.mail.mailbox import Mailbox
from tests.mail.smtp import server_that_answers
from tests.servers import free_port

pytestmark = pytest.mark.django_db(transaction=True)

UseServer = Callable[[int], None]


@pytest.fixture
def use_server(settings: Settings) -> UseServer:
    """Sends mail to the server on this port of ours."""

    def use(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port

    return use


def _letter(acme: Account) -> ConversationMail:
    with tenant(acme.pk):
        return ConversationMail.objects.exclude(recipient="").get()


def test_a_letter_survives_an_outage_of_the_provider(
    mailbox: Mailbox,
    settings: Settings,
    use_server: UseServer,
    due: Work,
    work: Work,
    ana: Membership,
    conversation: Conversation,
) -> None:
    use_server(free_port())
    for _round in range(5):
        due()
        work()
    settings.EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"

    due()
    work()

    assert mailbox.recipients == ["ana@example.org"]


def test_the_pause_between_tries_grows_up_to_a_limit(
    mailbox: Mailbox,
    use_server: UseServer,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
) -> None:
    use_server(free_port())
    pauses = []
    for _round in range(10):
        due()
        work()
        pauses.append(round((_letter(acme).due_at - timezone.now()) / timedelta(minutes=1)))

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert timedelta(minutes=240) == LONGEST_PAUSE


def test_the_account_is_visited_again_when_the_pause_is_over(
    use_server: UseServer,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
) -> None:
    use_server(free_port())
    due()
    work()

    acme.refresh_from_db()
    assert acme.errand_at == _letter(acme).due_at


def test_an_account_with_nothing_to_send_is_not_visited(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
) -> None:
    due()
    work()

    acme.refresh_from_db()
    assert acme.errand_at is None


def test_a_letter_is_tried_for_about_three_days_and_then_given_up(
    mailbox: Mailbox,
    use_server: UseServer,
    work: Work,
    due: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
) -> None:
    use_server(free_port())
    waited = timedelta()
    for _try in range(MAX_ATTEMPTS + 1):
        due()
        began: datetime = timezone.now()
        work()
        letter = _letter(acme)
        waited += letter.due_at - began if letter.dropped_at is None else timedelta()

    assert letter.dropped_at is not None
    assert timedelta(days=2.5) < waited < timedelta(days=3.5)


@pytest.mark.parametrize(
    ("answer", "is_dropped"), [("550 no such mailbox", True), ("450 come back later", False)]
)
def test_a_mailbox_that_does_not_exist_is_tried_once_and_a_busy_one_again(
    use_server: UseServer,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
    answer: str,
    is_dropped: bool,
) -> None:
    with server_that_answers(answer) as port:
        use_server(port)
        due()
        work()

    letter = _letter(acme)
    assert (letter.dropped_at is not None, letter.sent_at) == (is_dropped, None)


def test_one_refused_letter_does_not_keep_the_others(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    ben: Membership,
    conversation: Conversation,
) -> None:
    # An address that no check of ours let in, such as one from before the check.
    type(ana.user).objects.filter(pk=ana.user_id).update(email="nobody\n@example.org")

    due()
    work()

    assert mailbox.recipients == ["ben@example.org"]


def test_what_happened_to_letters_is_counted(
    mailbox: Mailbox,
    settings: Settings,
    use_server: UseServer,
    due: Work,
    work: Work,
    ana: Membership,
    conversation: Conversation,
) -> None:
    before = telemetry.letters()
    use_server(free_port())
    due()
    work()
    settings.EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"
    due()
    work()

    after = telemetry.letters()
    counted = {key: after[key] - before.get(key, 0) for key in after}
    assert (counted["failed", "visitor_waits"], counted["sent", "visitor_waits"]) == (1, 1)


def test_a_letter_that_another_worker_finished_is_not_recorded_twice(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
) -> None:
    due()
    work()
    sent = _letter(acme)

    with tenant(acme.pk):
        letters.record(sent.pk, up_to_seq=99, now=timezone.now())

    assert (_letter(acme).sent_at, _letter(acme).up_to_seq) == (sent.sent_at, sent.up_to_seq)
