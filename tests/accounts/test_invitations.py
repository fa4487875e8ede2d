"""Invitations: one mailbox, one time, one role."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import invitations, plans
from accounts.models import Account, Invitation, Membership, PlanName, Role, User
from tests.accounts.conftest import PAGE, link_in
from tests.conftest import PASSWORD, LogIn

pytestmark = pytest.mark.django_db(transaction=True)

NEW = {"public_name": "Kim", "password": "a long enough secret"}


def invite(by: Membership, email: str = "kim@example.org", role: Role = Role.AGENT) -> Invitation:
    return invitations.invite(by.account, email=email, role=role, by=by)


def path_in(mail: EmailMessage) -> str:
    return urlsplit(link_in(mail)).path


def test_a_new_person_follows_the_link_and_is_in(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    invite(ana)
    path = path_in(mailoutbox[0])
    assert b"Acme" in guest.get(path).content

    response = guest.post(path, NEW)

    assert response.headers["Location"] == "/app/acme/settings/profile/data/"
    member = Membership.objects.get(user__email="kim@example.org")
    assert (member.account, member.role, member.public_name) == (ana.account, Role.AGENT, "Kim")
    assert guest.get("/app/").headers["Location"] == "/app/acme/settings/profile/data/"


def test_the_new_person_can_log_in_afterwards_without_another_code(
    ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    invite(ana)
    Client(headers=PAGE).post(path_in(mailoutbox[0]), NEW)

    again = Client(headers=PAGE)
    again.post("/login/", {"login": "kim@example.org", "password": NEW["password"]})

    assert again.get("/app/").headers["Location"] == "/app/acme/settings/profile/data/"


def test_the_link_works_once(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    """A49."""
    invite(ana)
    path = path_in(mailoutbox[0])
    guest.post(path, NEW)

    response = Client(headers=PAGE).post(path, {**NEW, "password": "somebody else's secret"})

    assert response.status_code == 410
    assert Membership.objects.filter(account=ana.account).count() == 2


def test_looking_at_the_link_does_not_use_it_up(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    invite(ana)
    path = path_in(mailoutbox[0])

    assert [guest.get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert Invitation.objects.open().count() == 1


def test_an_expired_link_opens_nothing(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    invite(ana)
    path = path_in(mailoutbox[0])

    with time_machine.travel(timezone.now() + invitations.VALID_FOR + timedelta(seconds=1)):
        response = guest.post(path, NEW)

    assert response.status_code == 410
    assert not User.objects.filter(email="kim@example.org").exists()


def test_a_cancelled_link_opens_nothing(
    guest: Client, ana: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    invitation = invite(ana)
    login(ana).post(f"/app/acme/settings/team/invitations/{invitation.pk}/cancel/")

    assert guest.post(path_in(mailoutbox[0]), NEW).status_code == 410


def test_sending_again_makes_a_new_link_and_ends_the_old_one(
    guest: Client, ana: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    invitation = invite(ana)
    login(ana).post(f"/app/acme/settings/team/invitations/{invitation.pk}/resend/")
    old, new = (path_in(mail) for mail in mailoutbox)

    assert guest.get(old).status_code == 410
    assert guest.get(new).status_code == 200


def test_an_accepted_invitation_cannot_be_sent_again(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    invitation = invite(ana)
    guest.post(path_in(mailoutbox[0]), NEW)

    with pytest.raises(ValidationError, match="no longer valid"):
        invitations.resend(invitation, by=ana)


def test_somebody_with_a_log_in_must_log_in_first(
    guest: Client, ana: Membership, gus: Membership, mailoutbox: list[EmailMessage]
) -> None:
    invite(ana, email=gus.user.email)
    path = path_in(mailoutbox[0])

    assert guest.get(path).headers["Location"] == f"/login/?next={path}"
    assert guest.post(path, NEW).headers["Location"] == f"/login/?next={path}"
    assert not Membership.objects.filter(account=ana.account, user=gus.user).exists()


def test_somebody_with_a_log_in_joins_as_themselves(
    ana: Membership, gus: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    invite(ana, email=gus.user.email, role=Role.ADMIN)
    client = login(gus)
    path = path_in(mailoutbox[0])
    assert client.get(path).status_code == 200

    client.post(path)

    assert Membership.objects.get(account=ana.account, user=gus.user).role == Role.ADMIN
    assert gus.user.check_password(PASSWORD)


def test_the_link_of_somebody_else_is_refused(
    ana: Membership, gus: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    """A49: and the page does not say whose it is."""
    invite(ana)
    path = path_in(mailoutbox[0])
    client = login(gus)

    responses = [client.get(path, headers=PAGE), client.post(path, headers=PAGE)]

    assert [response.status_code for response in responses] == [403, 403]
    assert all(b"kim@example.org" not in response.content for response in responses)
    assert Membership.objects.filter(account=ana.account).count() == 1
    with pytest.raises(ValidationError, match="somebody else"):
        invitations.accept(path.split("/")[2], user=gus.user)


def test_a_stranger_who_signed_up_with_the_address_before_is_shut_out(
    guest: Client, ana: Membership, mailoutbox: list[EmailMessage]
) -> None:
    """A43: the password of whoever could not prove the mailbox is overwritten."""
    squatter = User.objects.create_user("kim@example.org", PASSWORD)
    EmailAddress.objects.create(user=squatter, email=squatter.email, primary=True)
    invite(ana)

    guest.post(path_in(mailoutbox[-1]), NEW)

    squatter.refresh_from_db()
    assert not squatter.check_password(PASSWORD)
    assert squatter.check_password(NEW["password"])


def test_a_guessed_link_is_gone(guest: Client, db: None) -> None:
    assert guest.get("/invitations/guessed/").status_code == 410


def test_only_a_hash_of_the_link_is_stored(ana: Membership, mailoutbox: list[EmailMessage]) -> None:
    invitation = invite(ana)
    token = path_in(mailoutbox[0]).split("/")[2]

    stored = {
        str(value) for value in Invitation.objects.filter(pk=invitation.pk).values()[0].values()
    }
    assert all(token not in value for value in stored)


def test_the_link_does_not_follow_the_host_header(
    ana: Membership, login: LogIn, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    """A42."""
    settings.ALLOWED_HOSTS = ["*"]

    login(ana).post(
        "/app/acme/settings/team/",
        {"email": "kim@example.org", "role": "agent"},
        HTTP_HOST="evil.test",
    )

    assert link_in(mailoutbox[0]).startswith("http://chat.test/invitations/")


def test_open_invitations_take_seats(
    acme: Account, ana: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    plans.change(acme, to=PlanName.FREE)
    acme.refresh_from_db()
    client = login(ana)
    answers = [
        client.post(
            "/app/acme/settings/team/", {"email": f"kim{number}@example.org", "role": "agent"}
        )
        for number in range(3)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 422]
    assert b"All seats of your plan are taken" in answers[-1].content
    assert len(mailoutbox) == 2


def test_cancelling_frees_the_seat(acme: Account, ana: Membership) -> None:
    plans.change(acme, to=PlanName.FREE)
    first = invite(ana, "kim1@example.org")
    invite(ana, "kim2@example.org")
    with pytest.raises(ValidationError, match="All seats"):
        invite(ana, "kim3@example.org")

    invitations.cancel(first, by=ana)

    assert not invite(ana, "kim3@example.org").is_expired


def test_after_a_smaller_plan_the_link_waits_for_a_free_seat(
    guest: Client,
    acme: Account,
    ana: Membership,
    adi: Membership,
    ben: Membership,
    mailoutbox: list[EmailMessage],
) -> None:
    invite(ana)
    plans.change(acme, to=PlanName.FREE)

    response = guest.post(path_in(mailoutbox[0]), NEW)

    assert response.status_code == 422
    assert not User.objects.filter(email="kim@example.org").exists()
    assert Invitation.objects.open().count() == 1


def test_an_expired_invitation_can_be_made_again(ana: Membership) -> None:
    invitation = invite(ana)
    Invitation.objects.update(expires_at=timezone.now())

    again = invite(ana)

    assert again.pk == invitation.pk
    assert not again.is_expired


@pytest.mark.parametrize("email", ["ben@example.org", "BEN@example.org"])
def test_a_member_is_not_invited_again(ana: Membership, ben: Membership, email: str) -> None:
    with pytest.raises(ValidationError, match="in the team already"):
        invite(ana, email)


def test_an_invited_address_is_not_invited_again(ana: Membership) -> None:
    invite(ana)

    with pytest.raises(ValidationError, match="invited already"):
        invite(ana, "Kim@example.org")


def test_an_admin_cannot_invite_an_owner(adi: Membership, login: LogIn) -> None:
    """A49."""
    response = login(adi).post(
        "/app/acme/settings/team/", {"email": "kim@example.org", "role": "owner"}
    )

    assert response.status_code == 422
    with pytest.raises(ValidationError, match="cannot give"):
        invite(adi, role=Role.OWNER)
    assert not Invitation.objects.exists()


def test_an_admin_cannot_touch_the_invitation_of_an_owner(ana: Membership, adi: Membership) -> None:
    """A49: a new link for somebody else's invitation would be a way up."""
    invitation = invite(ana, role=Role.OWNER)

    with pytest.raises(ValidationError, match="cannot give"):
        invitations.resend(invitation, by=adi)
    with pytest.raises(ValidationError, match="cannot give"):
        invitations.cancel(invitation, by=adi)


def test_an_agent_cannot_invite(ben: Membership, login: LogIn) -> None:
    response = login(ben).post(
        "/app/acme/settings/team/", {"email": "kim@example.org", "role": "agent"}
    )

    assert response.status_code == 403


def test_the_invitation_of_another_account_is_not_found(
    ana: Membership, gus: Membership, login: LogIn
) -> None:
    """A1."""
    theirs = invite(gus)
    client = login(ana)

    for verb in ("resend", "cancel"):
        response = client.post(f"/app/acme/settings/team/invitations/{theirs.pk}/{verb}/")
        assert response.status_code == 404
    assert Invitation.objects.open().filter(pk=theirs.pk).exists()


def test_a_deactivated_member_can_be_invited_again_and_keeps_their_name(
    ana: Membership, ben: Membership, login: LogIn, mailoutbox: list[EmailMessage]
) -> None:
    Membership.objects.filter(pk=ben.pk).update(is_active=False)
    invite(ana, ben.user.email)

    login(ben).post(path_in(mailoutbox[0]))

    ben.refresh_from_db()
    assert ben.is_active
    assert ben.public_name == "Ben"
