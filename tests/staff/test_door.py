"""Who may open the console of the platform."""

import time
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver

from accounts.models import Membership, User
from privacy.models import StaffEntry
from tests.conftest import LogIn

PAGES = (
    *("", "identity/", "measures/", "measures/1/", "trail/", "places/", "places/new/"),
    *("processing/", "processing.csv", "processing.json"),
)


@pytest.mark.parametrize("page", PAGES)
def test_staff_open_every_page(console: Client, filled: None, page: str) -> None:
    assert console.get(f"/staff/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_an_owner_of_an_account_finds_nothing(
    enter: Callable[[User], Client], ana: Membership, page: str
) -> None:
    """Fails if being logged in were enough."""
    assert enter(ana.user).get(f"/staff/{page}").status_code == 404


def test_nobody_is_asked_to_log_in(db: None) -> None:
    assert Client().get("/staff/").headers["Location"] == "/login/?next=/staff/"


def test_a_session_without_a_password_has_to_give_it(login: LogIn, ana: Membership) -> None:
    User.objects.filter(pk=ana.user_id).update(is_staff=True)

    assert login(ana).get("/staff/").headers["Location"].startswith("/reauthenticate/?next=")


@pytest.mark.parametrize(("hours", "may_read", "may_write"), [(0, 1, 1), (1.5, 0, 1), (3, 0, 0)])
def test_a_password_lasts_an_hour_and_a_form_that_is_open_another(
    console: Client, filled: None, hours: float, may_read: int, may_write: int
) -> None:
    session = console.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - hours * 3600}
    ]
    session.save()
    read = console.get("/staff/identity/")
    write = console.post("/staff/identity/", {"company_name": ""})

    assert (read.status_code == 200) == bool(may_read)
    assert (write.status_code == 422) == bool(may_write)


def test_the_way_back_leads_to_the_page(console: Client, filled: None) -> None:
    session = console.session
    del session["account_authentication_methods"]
    session.save()
    asked = console.get("/staff/trail/").headers["Location"]

    answer = console.post(asked, {"password": "correct horse battery staple"})

    assert answer.headers["Location"] == "/staff/trail/"
    assert console.get("/staff/trail/").status_code == 200


def test_who_is_no_longer_staff_is_out_at_once(console: Client, sam: User) -> None:
    call_command("grant_staff", "sam@example.org", "--revoke", stdout=StringIO())

    assert console.get("/staff/").status_code == 404
    assert StaffEntry.objects.get().event == "staff.revoked"


def test_the_command_lets_somebody_in_once_and_says_so(ana: Membership) -> None:
    said = StringIO()
    call_command("grant_staff", "Ana@example.org", stdout=said)
    call_command("grant_staff", "ana@example.org", stdout=said)

    assert said.getvalue() == "Access granted.\nNothing to change.\n"
    assert User.objects.get(pk=ana.user_id).is_staff
    assert StaffEntry.objects.get().target_id == ana.user_id
    with pytest.raises(CommandError, match="Nobody has"):
        call_command("grant_staff", "nobody@example.org")


def test_members_see_the_way_only_if_they_are_staff(login: LogIn, ana: Membership) -> None:
    page = "/app/acme/settings/profile/"
    assert b'href="/staff/"' not in login(ana).get(page).content

    User.objects.filter(pk=ana.user_id).update(is_staff=True)

    assert b'href="/staff/"' in login(ana).get(page).content
    assert get_resolver().reverse("staff_home") == "staff/"
