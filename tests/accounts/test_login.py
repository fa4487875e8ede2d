"""Log-in, log-out and a new password."""

from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership, Role
from tests.accounts.conftest import PAGE, link_in
from tests.conftest import PASSWORD, LogIn

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    return client.post("/login/", {"login": email, "password": password})  # type: ignore[return-value]


def reset_link(guest: Client, email: str, mailoutbox: list[EmailMessage]) -> str:
    guest.post("/password/reset/", {"email": email})
    return link_in(mailoutbox[-1])


def test_log_in_leads_to_the_inbox(guest: Client, ana: Membership) -> None:
    assert log_in(guest, ana.user.email).headers["Location"] == "/app/"
    assert guest.get("/app/").headers["Location"] == "/app/acme/inbox/"


def test_the_address_may_be_typed_in_capitals(guest: Client, ana: Membership) -> None:
    assert log_in(guest, ana.user.email.upper()).status_code == 302


def test_the_account_that_was_open_last_is_opened_again(
    guest: Client, ana: Membership, gus: Membership
) -> None:
    Membership.objects.create(
        account=gus.account, user=ana.user, role=Role.AGENT, told_at=gus.told_at
    )
    log_in(guest, ana.user.email)
    assert guest.get("/app/").headers["Location"] == "/app/other/inbox/"

    guest.get("/app/acme/settings/profile/")

    assert guest.get("/app/").headers["Location"] == "/app/acme/inbox/"


def test_log_out_ends_the_session(ana: Membership, login: LogIn) -> None:
    client = login(ana)
    client.post("/logout/")

    assert client.get("/app/").headers["Location"].startswith("/login/")


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    guest: Client, ana: Membership
) -> None:
    """A45."""
    wrong = log_in(guest, ana.user.email, "not the password at all")
    unknown = log_in(guest, "nobody@example.org", "not the password at all")

    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert b"is not right" in wrong.content
    assert b"is not right" in unknown.content


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test/", "javascript:alert(1)"])
def test_log_in_leads_nowhere_else(guest: Client, ana: Membership, target: str) -> None:
    """A48."""
    response = guest.post(
        "/login/", {"login": ana.user.email, "password": PASSWORD, "next": target}
    )

    assert response.headers["Location"] == "/app/"


def test_a_new_password_comes_by_mail_and_the_old_one_and_all_sessions_end(
    guest: Client, ana: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    """A44."""
    elsewhere = login(ana)
    assert elsewhere.get("/app/").headers["Location"] == "/app/acme/inbox/"

    page = guest.get(urlsplit(reset_link(guest, ana.user.email, mailoutbox)).path, follow=True)
    new = {"password1": "another long secret", "password2": "another long secret"}
    guest.post(page.redirect_chain[-1][0], new)

    assert log_in(Client(headers=PAGE), ana.user.email).status_code == 200
    assert log_in(Client(headers=PAGE), ana.user.email, "another long secret").status_code == 302
    assert elsewhere.get("/app/").headers["Location"].startswith("/login/")


def test_a_reset_link_works_once(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    path = urlsplit(reset_link(guest, ana.user.email, mailoutbox)).path
    page = guest.get(path, follow=True)
    new = {"password1": "another long secret", "password2": "another long secret"}
    guest.post(page.redirect_chain[-1][0], new)

    again = Client(headers=PAGE).get(path, follow=True)

    assert b'name="password1"' in page.content
    assert b'name="password1"' not in again.content


def test_asking_for_a_new_password_is_answered_alike_for_everyone(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    """A45: also one mail each, so that the answer takes as long."""
    answers = [
        guest.post("/password/reset/", {"email": email})
        for email in (ana.user.email, "nobody@example.org")
    ]

    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [
        (302, "/password/reset/done/")
    ] * 2
    assert len(mailoutbox) == 2


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
def test_links_in_mail_never_follow_the_host_header(
    guest: Client,
    ana: Membership,
    mailoutbox: list[EmailMessage],
    settings: Settings,
    header: str,
    email: str,
) -> None:
    """A42: even on an installation that answers to any name."""
    settings.ALLOWED_HOSTS = ["*"]

    guest.post("/password/reset/", {"email": email}, headers={header: "evil.test"})

    (mail,) = mailoutbox
    assert link_in(mail).startswith("http://chat.test/")
    assert "evil.test" not in mail.subject + str(mail.body)


def test_a_sign_up_mail_to_a_known_address_does_not_follow_the_host_header(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    """A42."""
    settings.ALLOWED_HOSTS = ["*"]
    form = {
        "email": ana.user.email,
        "site_name": "Tea",
        "site_address": "tea.test",
        "password1": PASSWORD,
    }

    guest.post("/signup/", form, HTTP_HOST="evil.test")

    assert link_in(mailoutbox[0]) == "http://chat.test/password/reset/"
    assert "evil.test" not in mailoutbox[0].subject


def test_a_form_without_the_csrf_token_is_refused(ana: Membership) -> None:
    """A47."""
    client = Client(enforce_csrf_checks=True)

    assert log_in(client, ana.user.email).status_code == 403
