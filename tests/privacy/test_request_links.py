"""The link by e-mail: a mailbox proven with one press, on another device, and never more than that."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts import ratelimits
from accounts.declarations import Subject
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat.models import Conversation, Visitor
from privacy import erasures, requests
from privacy.models import RequestDetails, RequestPerson, SubjectRequest
from privacy.models.requests import Channel, Proof, RequestKind, RequestState
from privacy.tasks import build_copy, send_request_letters
from tests.coverage import covers

pytestmark = pytest.mark.django_db(transaction=True)

NELL = "nell@example.org"


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def asked(acme: Account) -> str:
    """The address of a request for a copy, as whoever asked has it."""
    given = {"kind": "access", "email": NELL}
    return Client().post(f"/privacy/requests/{acme.public_key}/", given).headers["Location"]


def _mailed(account: Account) -> tuple[str, str]:
    """The link of the newest letter as the path of the page and the key."""
    send_request_letters(account_id=str(account.pk))
    assert mail.outbox[-1].to == [NELL]
    found = re.search(r"(/privacy/request/\S+)\?link=(\w{64})", str(mail.outbox[-1].body))
    assert found
    return found[1], found[2]


def _use(path: str, key: str) -> Any:
    return Client().post(path, {"act": "link", "link": key})


@covers("R8", "R3", page="/privacy/requests/<key>/")
def test_the_link_proves_the_mailbox_on_any_device_once(acme: Account, asked: str) -> None:
    path, key = _mailed(acme)
    assert path == asked
    opened = Client().get(f"{path}?link={key}")

    # A scanner of mails that follows links has changed nothing, and no other site hears of it.
    assert "go on" in opened.content.decode()
    assert opened["Referrer-Policy"] == "no-referrer"
    with tenant(acme.pk):
        assert not SubjectRequest.objects.get().is_proven
        assert key not in str(list(RequestDetails.objects.values()))
    used = _use(path, key)

    assert (used.status_code, used.cookies) == (302, {})
    with tenant(acme.pk):
        assert SubjectRequest.objects.get().proof == Proof.CODE
    # Proven is the mailbox. Whose data it is about, a member decides (A10).
    assert "Your data are ready" not in Client().get(path).content.decode()
    assert _use(path, key).status_code == 422


@covers("R8", "R3", page="/privacy/requests/<key>/")
@pytest.mark.parametrize("spoiled", ["late", "another code", "code used", "forged", "empty"])
def test_a_link_is_good_for_half_an_hour_and_no_longer_than_its_code(
    acme: Account, asked: str, spoiled: str
) -> None:
    path, key = _mailed(acme)
    with tenant(acme.pk):
        one = SubjectRequest.objects.get()
        if spoiled == "late":
            past = timezone.now() - timedelta(seconds=1)
            RequestDetails.objects.update(code_expires_at=past)
        if spoiled == "another code":
            requests.new_code(one.pk, now=timezone.now())
        if spoiled == "code used":
            code = re.findall(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)[0]
            assert requests.is_code(one, code, now=timezone.now())
    tried = {"forged": "0" * 64, "empty": ""}.get(spoiled, key)

    answer = _use(path, tried)

    assert answer.status_code == 422
    assert "no longer good" in answer.content.decode()
    with tenant(acme.pk):
        assert not SubjectRequest.objects.get().is_proven


@covers("R8")
def test_an_address_that_a_stranger_typed_opens_the_stranger_s_chat_to_nobody(
    acme: Account, asked: str, new_conversation: Callable[..., Conversation]
) -> None:
    """A10: whoever reads the mailbox proves the mailbox, and not that the chat was theirs."""
    new_conversation("I am not Nell, and this is mine", name="Gus", email=NELL)
    path, key = _mailed(acme)
    _use(path, key)

    with tenant(acme.pk):
        one = SubjectRequest.objects.get()
        assert not RequestPerson.objects.exists()
        assert [person.pk for person in requests.candidates(one)] == [
            Visitor.objects.get(email=NELL).pk
        ]
    shown = Client().get(path).content.decode()
    for word in ("Gus", "not Nell", "Download", "Look at it"):
        assert word not in shown
    for act in ("look", "fetch", "erase"):
        assert Client().post(path, {"act": act, "pass": "", "file": ""}).status_code == 302


@pytest.fixture
def answered(
    acme: Account, ana: Membership, new_conversation: Callable[..., Conversation], asked: str
) -> Conversation:
    """Ana has found Nell's conversation, had it copied, and answered."""
    talk = new_conversation("Where is my parcel?", name="Nell", email=NELL)
    path, key = _mailed(acme)
    _use(path, key)
    with tenant(acme.pk):
        one = SubjectRequest.objects.get()
        requests.choose(one, talk.visitor_id, by=ana)
        (copy,) = requests.make_copies(one, by=ana)
    build_copy(account_id=str(acme.pk), copy_id=str(copy.pk))
    with tenant(acme.pk):
        requests.answer(one, subject="Here", body="Hello", by=ana, now=timezone.now())
    send_request_letters(account_id=str(acme.pk))
    return talk


@covers("R8", page="/privacy/requests/<key>/")
def test_behind_the_link_the_person_looks_downloads_and_asks_for_deletion(
    acme: Account, ana: Membership, asked: str, answered: Conversation
) -> None:
    browser = Client()
    browser.post(asked, {"act": "send"})
    path, key = _mailed(acme)
    assert browser.post(path, {"act": "look", "pass": "forged", "file": key}).status_code == 302

    opened = browser.post(path, {"act": "link", "link": key})

    (copy,) = opened.context["files"]
    given = {"pass": opened.context["pass"], "file": str(copy.pk)}
    looked = browser.post(path, {"act": "look", **given})
    assert "Where is my parcel?" in looked.content.decode()
    policy = looked["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "no-store" in looked["Cache-Control"]
    fetched = browser.post(path, {"act": "fetch", **given})
    archive = zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content)))  # type: ignore[attr-defined]
    assert "data.json" in archive.namelist()

    asked_more = browser.post(path, {"act": "erase", **given})

    with tenant(acme.pk):
        follower = SubjectRequest.objects.get(kind=RequestKind.ERASURE)
        assert (follower.proof, follower.state) == (Proof.CODE, RequestState.RECEIVED)
        assert requests.chosen_ids(follower) == [answered.visitor_id]
        assert Visitor.objects.filter(pk=answered.visitor_id).exists(), "people decide"
    assert asked_more.headers["Location"] == requests.address(follower)
    assert "We have your request" in browser.get(asked_more.headers["Location"]).content.decode()
    # Pressed twice is asked once.
    assert browser.post(path, {"act": "erase", **given}).status_code == 302
    with tenant(acme.pk):
        assert SubjectRequest.objects.count() == 2
        assert requests.erase_people(follower, by=ana) == 1


def test_what_is_gone_is_not_asked_for_again(
    acme: Account, ana: Membership, asked: str, answered: Conversation
) -> None:
    with tenant(acme.pk):
        one = SubjectRequest.objects.get()
        erasures.erase(Subject.VISITOR, answered.visitor, account_id=acme.pk, by=ana)

        with pytest.raises(ValidationError) as refused:
            requests.follow_with_erasure(one, now=timezone.now())

    assert refused.value.code == "nobody"


def test_links_are_not_tried_out_one_after_the_other(acme: Account, asked: str) -> None:
    """A51"""
    statuses = [_use(asked, "0" * 64).status_code for _ in range(ratelimits.REQUEST_CODE.burst + 1)]

    assert statuses[-1] == 429
    with tenant(acme.pk):
        one = requests.receive(RequestKind.ACCESS, Channel.PAGE, email=NELL, now=timezone.now())
        assert not requests.is_link(one, "0" * 64, now=timezone.now())
