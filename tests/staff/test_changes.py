"""Changes of sub-processors: everybody is told once, owners object, staff decide."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from accounts import ratelimits
from accounts.models import Account, AuditEntry, Membership, Role, User
from accounts.tenancy import tenant
from privacy import letters, objections, registers, subscriptions, tasks
from privacy.models import Letter, LetterKind, Objection, Outcome, SubProcessor, Subscriber
from tests.conftest import LogIn
from tests.coverage import covers
from tests.mail.mailbox import Mailbox, part
from tests.servers import ROOT, database_url
from tests.staff.test_registers import COMPANY, TODAY, announce, draft

PAGE = "/app/acme/settings/privacy/sub-processors/"
FOLLOW = "/privacy/sub-processors/follow/"


@pytest.fixture
def change(console: Client, filled: None) -> SubProcessor:
    """An announced sub-processor that an account can do without."""
    said = {"switchable": "e-mails about conversations", "provider": "smtp.example.org"}
    refused = console.post("/staff/sub-processors/new/", {**COMPANY, **said, "provider": ""})
    assert "Name the mail server" in refused.content.decode()
    one = draft(console, **said)
    announce(console, one)
    return SubProcessor.objects.get(pk=one.pk)


def _object(login: LogIn, member: Membership, change: SubProcessor, reason: str) -> Objection:
    path = f"{PAGE}{change.pk}/object/"
    answer = login(member).post(path, {"reason": reason})
    assert answer.status_code == 302
    return Objection.objects.get(decided_at=None)


def _follow(email: str) -> Subscriber:
    subscriptions.ask(email, language="de")
    reader = Subscriber.objects.get(email=email)
    subscriptions.confirm(reader)
    Letter.objects.all().delete()
    return reader


@covers("S21", page="/app/<slug>/settings/privacy/sub-processors/")
def test_owners_and_followers_are_told_once_each_in_their_language(
    filled: None,
    console: Client,
    ana: Membership,
    adi: Membership,
    gus: Membership,
    mailbox: Mailbox,
) -> None:
    User.objects.filter(pk=gus.user_id).update(language="cs")
    _follow("fritz@example.org")
    subscriptions.ask("nobody@example.org", language="en")
    Letter.objects.all().delete()

    announce(console, draft(console))
    for _ in range(2):
        tasks.send_platform_letters()
        tasks.publish_documents()

    assert mailbox.recipients == ["ana@example.org", "fritz@example.org", "gus@example.org"]
    by_reader = {str(letter["To"]): letter for letter in mailbox.letters}
    day = TODAY + timedelta(days=30)
    assert "Example Search s.r.o. is to process data for us" in part(
        by_reader["ana@example.org"], "plain"
    )
    assert f"{PAGE}" in part(by_reader["ana@example.org"], "html")
    assert f"{day.day}. {day:%Y}"[:3] in part(by_reader["gus@example.org"], "plain")
    assert by_reader["fritz@example.org"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert by_reader["ana@example.org"]["List-Unsubscribe"] is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["during", "after"])
def test_a_worker_that_is_killed_sends_nobody_two_letters(
    filled: None, console: Client, ana: Membership, gus: Membership, tmp_path: Path, moment: str
) -> None:
    announce(console, draft(console))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chatapp.settings",
        "DATABASE_URL": database_url(),
        "REDIS_PREFIX": django_settings.REDIS_PREFIX,
        "VAR_DIR": str(tmp_path),
    }

    def work(when: str) -> int:
        Letter.objects.filter(claimed_at__isnull=False, sent_at=None).update(
            claimed_at=timezone.now() - letters.CLAIM_LAPSES_AFTER - timedelta(seconds=1)
        )
        command = [sys.executable, "-m", "tests.mail.worker", "platform", when]
        return subprocess.run(
            command, cwd=ROOT, env=environment, timeout=60, check=False
        ).returncode

    assert work(moment) == -signal.SIGKILL
    assert work("never") == 0
    assert work("never") == 0

    assert Mailbox(tmp_path / "mail").recipients == ["ana@example.org", "gus@example.org"]
    assert letters.delivery(LetterKind.CHANGE, SubProcessor.objects.latest("id").pk)["sent"] == 2


def test_a_change_that_was_read_from_a_file_is_told_too(
    filled: None, ana: Membership, tmp_path: Path
) -> None:
    SubProcessor.objects.filter(provider="").delete()
    begins = TODAY + timedelta(days=40)
    path = tmp_path / "registers.toml"
    path.write_text(
        (ROOT / "demo" / "registers.toml")
        .read_text()
        .replace("announced_on = 2025-11-01", f"announced_on = {TODAY}", 1)
        .replace("effective_on = 2026-01-01", f"effective_on = {begins}", 1)
    )
    SubProcessor.objects.all().delete()
    registers.load(path)

    tasks.publish_documents()

    assert Letter.objects.filter(kind=LetterKind.CHANGE, member=ana).count() == 1


def test_who_became_an_owner_afterwards_is_not_told_of_what_was_known(
    change: SubProcessor, ben: Membership
) -> None:
    SubProcessor.objects.update(announced_on=TODAY - timedelta(days=1), emergency="Down.")
    Membership.objects.filter(pk=ben.pk).update(role=Role.OWNER)

    tasks.publish_documents()

    assert not Letter.objects.filter(member=ben).exists()


def test_an_owner_who_left_gets_nothing(
    ana: Membership, change: SubProcessor, mailbox: Mailbox
) -> None:
    Membership.objects.filter(pk=ana.pk).update(is_active=False)

    tasks.send_platform_letters()

    assert mailbox.letters == []
    assert letters.delivery(LetterKind.CHANGE, change.pk) == {"sent": 0, "waiting": 0, "failed": 1}


@covers("S19", page="/app/<slug>/settings/privacy/sub-processors/")
def test_every_role_reads_who_works_for_us_and_what_is_new_is_marked_once(
    change: SubProcessor, ana: Membership, ben: Membership, login: LogIn
) -> None:
    agent = login(ben)
    first, second = (agent.get(PAGE).content.decode() for _ in range(2))

    for said in ("Example Hosting GmbH", "Example Search s.r.o.", "30 days left", "Czechia"):
        assert said in first
    assert "badge--accent" in first
    assert "badge--accent" not in second
    assert "/object/" not in second
    assert "badge--accent" in login(ana).get(PAGE).content.decode()


@covers("S21", "R2", page="/staff/objections/")
def test_an_objection_goes_from_the_owner_to_staff_and_back(
    change: SubProcessor,
    console: Client,
    acme: Account,
    ana: Membership,
    login: LogIn,
    mailbox: Mailbox,
) -> None:
    one = _object(login, ana, change, "They sold data of ours.")
    assert "e-mails about conversations stays off" in login(ana).get(PAGE).content.decode()
    assert "Acme objects to Example Search" in console.get("/staff/").content.decode()
    assert "They sold data of ours." in console.get(f"/staff/objections/{one.pk}/").content.decode()
    mailbox.clear()

    refused = console.post(f"/staff/objections/{one.pk}/", {"outcome": "feature_off"})
    answer = {"outcome": "feature_off", "answer": "Search stays off for you."}
    assert console.post(f"/staff/objections/{one.pk}/", answer).status_code == 302
    again = console.post(f"/staff/objections/{one.pk}/", {**answer, "outcome": "withdrawn"})
    Letter.objects.exclude(kind=LetterKind.OBJECTION).delete()
    tasks.send_platform_letters()
    for _ in range(2):
        tasks.note_decisions(account_id=str(acme.pk))

    assert (refused.status_code, again.status_code) == (422, 422)
    assert mailbox.recipients == ["ana@example.org"]
    assert "Search stays off for you." in mailbox.text()
    assert "Search stays off for you." in login(ana).get(PAGE).content.decode()
    begun = change.effective_on
    assert begun
    assert objections.keeps_out(acme.pk, "SMTP.example.org", begun) == change
    assert objections.keeps_out(acme.pk, "SMTP.example.org", TODAY) is None
    with tenant(acme.pk):
        events = AuditEntry.objects.filter(event__startswith="objection").order_by("id")
        assert [entry.event for entry in events] == ["objection.raised", "objection.decided"]
        assert "They sold" not in str(list(events.values_list("details", flat=True)))
    assert "Objection decided" in console.get("/staff/trail/").content.decode()


def test_dropping_the_change_decides_every_objection_and_tells_everybody(
    change: SubProcessor,
    console: Client,
    sam: User,
    ana: Membership,
    gus: Membership,
    login: LogIn,
) -> None:
    one = _object(login, ana, change, "No.")

    objections.decide(one, Outcome.DROPPED, answer="You are right.", by=sam, today=TODAY)

    assert Objection.objects.get().outcome == Outcome.DROPPED
    assert SubProcessor.objects.get(pk=change.pk).dropped_on == TODAY
    told = Letter.objects.filter(kind=LetterKind.CHANGE_DROPPED).values_list("member", flat=True)
    assert set(told) == {ana.pk, gus.pk}
    assert Letter.objects.filter(kind=LetterKind.OBJECTION).get().member_id == ana.pk


def test_an_owner_can_withdraw_and_object_again_until_it_begins(
    change: SubProcessor, ana: Membership, login: LogIn
) -> None:
    one = _object(login, ana, change, "No.")
    owner = login(ana)
    empty = owner.post(f"{PAGE}{change.pk}/object/", {"reason": ""})
    owner.post(f"/app/acme/settings/privacy/objections/{one.pk}/withdraw/")
    _object(login, ana, change, "Still no.")
    Objection.objects.filter(decided_at=None).delete()
    SubProcessor.objects.filter(pk=change.pk).update(
        announced_on=TODAY - timedelta(days=40), effective_on=TODAY
    )

    late = owner.post(f"{PAGE}{change.pk}/object/", {"reason": "Too late?"})

    assert empty.status_code == 422
    assert late.status_code == 422
    assert Objection.objects.get().outcome == Outcome.WITHDRAWN


def test_what_lies_on_the_counter_is_seen_by_its_account_and_staff_and_nobody_else(
    change: SubProcessor,
    acme: Account,
    other: Account,
    ana: Membership,
    gus: Membership,
    login: LogIn,
) -> None:
    """A4."""
    one = _object(login, ana, change, "They sold data of ours.")

    def rows() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM privacy_objection WHERE id = %s", [one.pk])
            return int(cursor.fetchone()[0])

    assert rows() == 1
    with tenant(acme.pk):
        assert rows() == 1
    with tenant(other.pk):
        assert rows() == 0
        assert not Letter.objects.filter(account=acme).exists()
    page = login(gus).get("/app/other/settings/privacy/sub-processors/").content.decode()
    assert "They sold" not in page


@covers("R13", page="/app/<slug>/settings/privacy/sub-processors/")
def test_a_check_that_is_too_old_is_a_warning_in_public_and_in_the_account(
    filled: None, ana: Membership, login: LogIn
) -> None:
    SubProcessor.objects.filter(legal_name="Example Hosting GmbH").update(
        tool="dpf", certificate="x-1", evidence="x", checked_on=TODAY - timedelta(days=91)
    )
    public, inside = Client().get("/privacy/sub-processors/"), login(ana).get(PAGE)

    assert "Check overdue" in public.content.decode()
    assert "Check overdue" in inside.content.decode()
    assert not public.cookies
    SubProcessor.objects.update(checked_on=TODAY)
    assert "Check overdue" not in Client().get("/privacy/sub-processors/").content.decode()
    assert "Transfer checked" in login(ana).get(PAGE).content.decode()


def test_following_takes_a_yes_from_the_mailbox_and_tells_nobody_who_follows(
    filled: None, mailbox: Mailbox
) -> None:
    """A45."""
    stranger = Client()
    first = stranger.post(FOLLOW, {"email": "Fritz@example.org"}, headers={"accept-language": "de"})
    tasks.send_platform_letters()
    link = next(word for word in mailbox.text().split() if "/confirm/" in word)
    path = link.removeprefix(django_settings.PUBLIC_URL)
    stranger.get(path)
    assert Subscriber.objects.get().confirmed_at is None
    assert stranger.post(path).status_code == 200
    assert Subscriber.objects.get().confirmed_at is not None
    mailbox.clear()

    known = stranger.post(FOLLOW, {"email": "fritz@example.org"}, headers={"accept-language": "de"})
    unknown = stranger.post(FOLLOW, {"email": "new@example.org"}, headers={"accept-language": "de"})
    tasks.send_platform_letters()

    assert first.content == known.content == unknown.content
    assert not stranger.cookies
    assert mailbox.recipients == ["fritz@example.org", "new@example.org"]
    assert stranger.post(FOLLOW, {"email": "nothing"}).status_code == 422
    end = subscriptions.end_address(Subscriber.objects.get(email="fritz@example.org"))
    path = end.removeprefix(django_settings.PUBLIC_URL)
    assert Subscriber.objects.count() == 2
    stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert [one.email for one in Subscriber.objects.all()] == ["new@example.org"]
    assert stranger.post(path).status_code == 200


def test_links_to_confirm_end_and_a_mailbox_is_not_flooded(filled: None) -> None:
    subscriptions.ask("fritz@example.org", language="en")
    reader = Subscriber.objects.get()
    link = subscriptions.confirm_address(reader)
    signed = link.rstrip("/").rsplit("/", 1)[1]

    assert subscriptions.to_end(signed) is None
    assert subscriptions.to_confirm(f"{signed}x") is None
    Subscriber.objects.update(asked_at=timezone.now() - timedelta(days=3))
    subscriptions.delete_unconfirmed(timezone.now())
    assert subscriptions.to_confirm(signed) is None
    codes = [
        Client().post(FOLLOW, {"email": "fritz@example.org"}).status_code
        for _ in range(ratelimits.FOLLOW_AS.burst + 1)
    ]
    assert codes == [200] * ratelimits.FOLLOW_AS.burst + [429]


def test_the_feed_names_every_change_with_its_day(change: SubProcessor, console: Client) -> None:
    console.post(f"/staff/sub-processors/{change.pk}/drop/")

    answer = Client().get("/privacy/sub-processors.atom")
    text = answer.content.decode()

    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert "Example Search s.r.o.: dropped" in text
    assert f"Example Search s.r.o.: announced, from {TODAY + timedelta(days=30)}" in text
    assert f"urn:uuid:{change.pk}#announced" in text
    assert not answer.cookies


def test_letters_read_well_in_every_language(
    ana: Membership, change: SubProcessor, mailbox: Mailbox
) -> None:
    """Fails if a letter's words were chosen by whoever started the task."""
    User.objects.filter(pk=ana.user_id).update(language="de")
    with translation.override("cs"):
        tasks.send_platform_letters()

    assert "Unterauftragsverarbeiter" in str(mailbox.only["Subject"])
