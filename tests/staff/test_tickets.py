"""Questions to the data protection officer: a number, a month, an answer by e-mail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import ratelimits
from privacy import tasks, tickets
from privacy.models import Letter, Ticket
from tests.coverage import covers
from tests.mail.mailbox import Mailbox

PAGE = "/privacy/contact/"
QUESTION = {"name": "Fritz", "email": "Fritz@example.org", "words": "Where are backups kept?"}


@covers("S45", page="/privacy/contact/")
def test_a_question_gets_a_number_a_clock_and_an_answer(
    filled: None, console: Client, mailbox: Mailbox
) -> None:
    reader = Client()
    assert "dpo@example.org" in reader.get(PAGE).content.decode()
    asked = reader.post(PAGE, QUESTION, headers={"accept-language": "de"})
    ticket = Ticket.objects.get()
    for _ in range(2):
        tasks.send_platform_letters()

    assert ticket.number in asked.content.decode()
    assert not reader.cookies
    assert mailbox.recipients == ["fritz@example.org"]
    assert ticket.number in mailbox.text()
    assert QUESTION["words"] not in mailbox.text()
    assert f"Ihre Anfrage {ticket.number}" in str(mailbox.only["Subject"])
    mailbox.clear()
    page = f"/staff/questions/{ticket.pk}/"
    assert QUESTION["words"] in console.get(page).content.decode()
    assert console.post(page, {"words": ""}).status_code == 422
    assert console.post(page, {"words": "In Helsinki, encrypted."}).status_code == 302
    assert console.post(page, {"words": "Again."}).status_code == 422
    tasks.send_platform_letters()
    assert "In Helsinki, encrypted." in mailbox.text()
    console.post(f"{page}close/")
    assert "Closed" in console.get("/staff/questions/").content.decode()


def test_the_month_ends_on_the_last_day_of_a_shorter_one_and_what_is_due_is_named(
    filled: None, console: Client
) -> None:
    january = datetime(2026, 1, 31, 12, tzinfo=UTC)
    ticket = tickets.receive(
        name="", email="fritz@example.org", words="Why?", language="fr", now=january
    )

    assert ticket.due_at == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert ticket.language == "en"
    assert (
        f"Question {ticket.number} is due on 2026-02-28." in console.get("/staff/").content.decode()
    )
    Ticket.objects.update(due_at=timezone.now() + timedelta(days=20))
    assert "is due on" not in console.get("/staff/").content.decode()


def test_nobody_floods_a_mailbox_and_bad_input_keeps_what_was_typed(filled: None) -> None:
    """A51."""
    wrong = Client().post(PAGE, {**QUESTION, "email": "nothing"})
    codes = [
        Client().post(PAGE, QUESTION).status_code for _ in range(ratelimits.QUESTION_AS.burst + 1)
    ]

    assert wrong.status_code == 422
    assert QUESTION["words"] in wrong.content.decode()
    assert codes == [200] * ratelimits.QUESTION_AS.burst + [429]


@pytest.mark.parametrize("ended", ["closed_at", "answered_at"])
def test_a_question_is_deleted_a_year_after_its_end_with_its_letters(
    filled: None, ended: str
) -> None:
    Client().post(PAGE, QUESTION)
    Ticket.objects.update(**{ended: timezone.now() - timedelta(days=366)})

    tickets.delete_old(timezone.now())

    assert not Ticket.objects.exists()
    assert not Letter.objects.exists()
