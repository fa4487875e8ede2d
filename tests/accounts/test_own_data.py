"""A member sees, takes along and erases what is kept of them; and the preview of what visitors see."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit, chains, memberships
from accounts.models import Account, AuditEntry, Membership, Role, User
from accounts.tenancy import tenant
from chat.models import Conversation
from privacy import member_data
from tests.accounts.test_profile import picture
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/app/acme/settings/profile/"


@covers("S34", page="/app/<slug>/settings/profile/")
def test_the_profile_previews_what_visitors_see_and_nothing_else(
    ben: Membership, login: LogIn, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    browser = login(ben)
    browser.post(
        PAGE,
        {
            "public_name": "Bertie of the tea shop",
            "description": "Knows every kettle",
            "language": "en",
            "photo": SimpleUploadedFile("me.jpg", picture()),
        },
    )

    page = browser.get(PAGE).content.decode()

    preview = page.split('id="preview"')[1].split("</section>")[0]
    ben.refresh_from_db()
    assert "Bertie of the tea shop" in preview
    assert "Knows every kettle" in preview
    assert ben.photo.url in preview
    assert ben.user.email not in preview


@covers("S32", page="/app/<slug>/settings/profile/data/")
def test_a_member_is_told_at_the_first_log_in_and_only_then(ben: Membership, login: LogIn) -> None:
    Membership.objects.filter(pk=ben.pk).update(told_at=None)
    browser = login(ben)
    assert browser.get("/app/").headers["Location"] == f"{PAGE}data/"
    assert "Before you begin" in browser.get(f"{PAGE}data/").content.decode()

    browser.post(f"{PAGE}told/")

    assert browser.get("/app/").headers["Location"] == "/app/acme/inbox/"
    assert "Before you begin" not in browser.get(f"{PAGE}data/").content.decode()
    ben.refresh_from_db()
    assert ben.told_at is not None


@covers("S32")
def test_the_copy_of_a_member_holds_their_own_data_of_this_account_and_no_secret(
    acme: Account, other: Account, ana: Membership, ben: Membership, login: LogIn
) -> None:
    Membership.objects.create(
        account=other,
        user=ben.user,
        role=Role.AGENT,
        public_name="Elsewhere",
        told_at=timezone.now(),
    )
    with tenant(acme.pk):
        audit.record(acme.pk, audit.Event.SITE_ADDED, by=ben)
        audit.record(acme.pk, audit.Event.WENT_LIVE, by=ana)

    file = login(ben).get(f"{PAGE}data.zip")

    archive = zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content)))  # type: ignore[attr-defined]
    said = json.loads(archive.read("data.json"))["data"]
    assert [one["email"] for one in said["accounts.User"]] == [ben.user.email]
    assert [one["public_name"] for one in said["accounts.Membership"]] == ["Ben"]
    assert [one["event"] for one in said["accounts.AuditEntry"]] == ["Site added"]
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    ben.user.refresh_from_db()
    assert ben.user.password not in everything
    assert all(word not in everything for word in ("Elsewhere", ana.user.email, "password"))
    assert ben.user.email in archive.read("data.html").decode()


@covers("S32")
def test_the_page_reads_the_newest_and_counts_the_others(
    acme: Account, ben: Membership, login: LogIn
) -> None:
    with tenant(acme.pk):
        for _number in range(50):
            audit.record(acme.pk, audit.Event.SITE_ADDED, by=ben)

        with CaptureQueriesContext(connection) as captured:
            entries = {one.table.model: one for one in member_data.shown(ben, newest=3)}

    assert (entries["accounts.AuditEntry"].count, len(entries["accounts.AuditEntry"].rows)) == (
        50,
        3,
    )
    assert (entries["accounts.User"].count, len(entries["accounts.User"].rows)) == (1, 1)
    unbounded = [
        query["sql"]
        for query in captured
        if query["sql"].startswith("SELECT") and "LIMIT" not in query["sql"]
    ]
    assert all("COUNT(" in sql for sql in unbounded)
    page = login(ben).get(f"{PAGE}data/").content.decode()
    assert "The newest of 50." in page


@covers("S32")
def test_leaving_erases_who_it_was_and_the_trail_still_verifies(
    acme: Account, ana: Membership, ben: Membership, conversation: Conversation, login: LogIn
) -> None:
    email = ben.user.email
    with tenant(acme.pk):
        audit.looked(ben, audit.Event.CONVERSATION_READ, ("conversation", conversation.pk))
    browser = login(ben)
    assert browser.post(f"{PAGE}leave/").status_code == 422

    left = browser.post(f"{PAGE}leave/", {"understood": "on"})

    assert left.headers["Location"] == "/login/"
    assert browser.get("/app/acme/inbox/").status_code == 302
    ben.refresh_from_db()
    assert (ben.public_name, ben.description, ben.photo.name, ben.is_active) == ("", "", "", False)
    assert not User.objects.filter(email=email).exists()
    assert not EmailAddress.objects.filter(email=email).exists()
    with tenant(acme.pk):
        chains.seal(AuditEntry, acme.pk)
        assert chains.verify(AuditEntry, acme.pk) == []
        assert AuditEntry.objects.filter(event="member.left", actor_id=ben.pk).count() == 1


def test_somebody_with_a_place_elsewhere_keeps_the_log_in(
    acme: Account, other: Account, ana: Membership, ben: Membership
) -> None:
    Membership.objects.create(account=other, user=ben.user, role=Role.AGENT, public_name="B")

    with tenant(acme.pk):
        memberships.leave(ben)

    assert User.objects.filter(pk=ben.user_id, email=ben.user.email, is_active=True).exists()


def test_the_last_owner_cannot_leave(acme: Account, ana: Membership, login: LogIn) -> None:
    refused = login(ana).post(f"{PAGE}leave/", {"understood": "on"})

    assert refused.status_code == 422
    assert "Make somebody else an owner first." in refused.content.decode()
    with tenant(acme.pk), pytest.raises(ValidationError) as error:
        memberships.leave(ana)
    assert error.value.code == "last_owner"
