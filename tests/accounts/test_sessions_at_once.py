"""The end of an account and somebody who uses their session at the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connections, transaction

from accounts import memberships
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chatapp.sessions import SessionStore

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def _being_saved(key: str, **said: Any) -> Iterator[None]:
    """Somebody's browser has saved this in the session, and the request is not over yet; it ends
    as soon as another waits for it."""
    saved, waited = Event(), Event()

    def save() -> None:
        with transaction.atomic():
            store = SessionStore(key)
            store.update(said)
            store.save()
            saved.set()
            waited.wait(1)
        connections.close_all()

    browser = Thread(target=save)
    browser.start()
    assert saved.wait(10)
    try:
        yield
    finally:
        waited.set()
        browser.join(10)


def test_what_is_saved_at_that_moment_is_not_overwritten(
    acme: Account, ana: Membership, gus: Membership
) -> None:
    """Gus, who works elsewhere, looked into the account once."""
    store = SessionStore()
    store.update({"_auth_user_id": str(gus.user_id), "last_account": acme.slug, "basket": "old"})
    store.create()
    key = store.session_key
    assert key

    with _being_saved(key, basket="new"), tenant(acme.pk):
        memberships.end_all(acme)

    said = Session.objects.get(pk=key).get_decoded()
    assert said == {"_auth_user_id": str(gus.user_id), "basket": "new"}


def test_who_has_just_gone_on_to_another_account_stays_there(
    acme: Account, ana: Membership, gus: Membership
) -> None:
    store = SessionStore()
    store.update({"_auth_user_id": str(gus.user_id), "last_account": acme.slug})
    store.create()
    key = store.session_key
    assert key

    with _being_saved(key, last_account="other"), tenant(acme.pk):
        memberships.end_all(acme)

    assert Session.objects.get(pk=key).get_decoded()["last_account"] == "other"
