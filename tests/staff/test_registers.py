"""Registers in the console: added, changed and ended, and nothing lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from privacy import platform, publications, registers, sub_processors, tasks, trail
from privacy.models import (
    Authority,
    Measure,
    Place,
    PlatformIdentity,
    StaffEntry,
    Standing,
    SubProcessor,
)
from tests.coverage import covers
from tests.staff.conftest import FILE

TODAY = timezone.now().date()
PLACE = {
    "service": "Files",
    "city": "Brno",
    "country": "CZ",
    "region": "eu",
    "tool": "none_eea",
    "safeguards": "Encrypted disks",
    "since": "2026-01-01",
}
COMPANY = {
    "legal_name": "Example Search s.r.o.",
    "address": "Ulice 1, Brno",
    "country": "CZ",
    "contact": "Data protection office, privacy@search.example.org",
    "service": "Search",
    "description": "Finds words in conversations.",
    "data": "content of conversations",
    "switchable": "",
    "parent": "",
    "replaces": "",
    "place_of_storage": "CZ",
    "place_of_processing": "CZ",
    "place_of_access": "CZ",
    "tool": "none_eea",
    "evidence": "",
    "certificate": "",
    "checked_on": "",
    "contract": "Agreement 7",
    "diligence_on": str(TODAY),
    "security": "Audit report",
    "reviewed_on": str(TODAY),
    "provider": "",
}


def draft(console: Client, **changes: str) -> SubProcessor:
    answer = console.post("/staff/sub-processors/new/", {**COMPANY, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return SubProcessor.objects.order_by("-pk")[0]


def announce(console: Client, one: SubProcessor, days: int = 30, emergency: str = "") -> Any:
    return console.post(
        f"/staff/sub-processors/{one.pk}/announce/",
        {"effective_on": str(TODAY + timedelta(days=days)), "emergency": emergency},
    )


def test_a_place_that_is_added_stands_in_the_public_document_at_once(
    console: Client, filled: None
) -> None:
    assert console.post("/staff/places/new/", PLACE).status_code == 302

    assert "Brno" in Client().get("/privacy/sub-processors/").content.decode()


@covers("S17", page="/staff/places/")
def test_a_tool_must_fit_and_privacy_shield_is_not_offered(console: Client, filled: None) -> None:
    form = console.get("/staff/places/new/").content.decode()
    refused = console.post("/staff/places/new/", {**PLACE, "country": "US"})
    unknown = console.post("/staff/places/new/", {**PLACE, "tool": "privacy_shield"})

    assert "shield" not in form.lower().replace("shield-check", "")
    assert "This tool cannot carry a transfer to United States." in refused.content.decode()
    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert Place.objects.count() == 3


def test_ending_keeps_the_entry_and_takes_it_out_of_what_is_published(
    console: Client, filled: None
) -> None:
    place = Place.objects.get(service="E-mail")
    yesterday = str(TODAY - timedelta(days=1))

    console.post(f"/staff/places/{place.pk}/end/", {"last_day": yesterday})

    assert Place.objects.get(pk=place.pk).until == TODAY - timedelta(days=1)
    assert "Copenhagen" in console.get("/staff/places/").content.decode()
    assert "E-mail" not in {one.service for one in platform.storage_places("eu", TODAY)}
    again = console.post(f"/staff/places/{place.pk}/end/", {"last_day": str(TODAY)})
    assert again.status_code == 422


def test_an_entry_cannot_end_before_it_began(console: Client, filled: None) -> None:
    place = Place.objects.get(service="E-mail")

    answer = console.post(f"/staff/places/{place.pk}/end/", {"last_day": "2025-12-31"})

    assert "This is before the first day." in answer.content.decode()
    assert Place.objects.get(pk=place.pk).until is None


def test_the_history_of_an_entry_says_who_changed_what(console: Client, filled: None) -> None:
    place = Place.objects.get(service="E-mail")
    said = {**PLACE, "service": "E-mail", "city": "Aarhus", "country": "DK"}
    console.post(f"/staff/places/{place.pk}/", said)
    page = console.get(f"/staff/places/{place.pk}/").content.decode()

    assert "<del>Copenhagen</del>" in page
    assert "<ins>Aarhus</ins>" in page
    assert "sam@example.org" in page


def test_saving_what_it_says_already_leaves_no_trace(console: Client, filled: None) -> None:
    before = StaffEntry.objects.count()
    place = Place.objects.get(service="E-mail")
    same = {name: getattr(place, name) for name in PLACE}

    assert console.post(f"/staff/places/{place.pk}/", same).status_code == 302
    assert StaffEntry.objects.count() == before


def test_of_a_person_the_trail_keeps_only_that_something_changed(
    console: Client, filled: None
) -> None:
    identity = PlatformIdentity.objects.get()
    fields = {
        name: getattr(identity, name)
        for name in ("company_name", "vat_id", "registration_no", "address", "country")
    }
    console.post(
        "/staff/identity/",
        {**fields, "address": "2 Lantern Quay, Cork", "contact": "Olga, olga@example.org"},
    )

    entry = StaffEntry.objects.order_by("-number")[0]
    assert entry.details["fields"]["contact"] is None
    assert entry.details["fields"]["address"] == ["1 Lantern Quay, Cork", "2 Lantern Quay, Cork"]
    assert "2 Lantern Quay" in Client().get("/privacy/identity/").content.decode()


def test_a_measure_is_changed_and_an_authority_added_and_ended(
    console: Client, filled: None
) -> None:
    console.post(
        "/staff/measures/3/",
        {"text": "Restored twice a year.", "responsible": "Operations", "tested_on": str(TODAY)},
    )
    body = {"name": "Example authority", "address": "https://authority.example.org/"}
    taken = console.post("/staff/authorities/new/", {**body, "position": "1"})
    console.post("/staff/authorities/new/", {**body, "position": "3"})
    one = Authority.objects.get(position=3)
    console.post(f"/staff/authorities/{one.pk}/end/", {"last_day": str(TODAY)})

    assert Measure.objects.get(position=3).text == "Restored twice a year."
    assert "Another entry has this place" in taken.content.decode()
    assert "Example authority" not in {link.text for link in platform.authorities()}
    assert Authority.objects.filter(pk=one.pk).exists()
    assert console.get("/staff/measures/18/").status_code == 404
    assert console.get("/staff/nothing/").status_code == 404


@covers("S20", page="/staff/sub-processors/")
@pytest.mark.parametrize("field", ["contract", "diligence_on", "security", "reviewed_on"])
def test_without_due_diligence_nothing_is_announced(
    console: Client, filled: None, field: str
) -> None:
    one = draft(console, **{field: ""})

    answer = announce(console, one)

    assert answer.status_code == 422
    assert SubProcessor.objects.get(pk=one.pk).announced_on is None
    assert "Example Search" not in Client().get("/privacy/sub-processors/").content.decode()


@covers("S20")
def test_a_review_that_will_be_too_old_is_refused(console: Client, filled: None) -> None:
    assert "How they are chosen" in Client().get("/privacy/sub-processors/").content.decode()
    one = draft(console, reviewed_on=str(TODAY - timedelta(days=340)))

    assert "more than a year old" in announce(console, one).content.decode()
    assert announce(console, one, days=5, emergency="The old one is down.").status_code == 302


def test_less_than_the_days_of_notice_needs_an_emergency(console: Client, filled: None) -> None:
    """S21."""
    one = draft(console)

    assert announce(console, one, days=29).status_code == 422
    assert announce(console, one, days=-1, emergency="Down.").status_code == 422
    assert announce(console, one).status_code == 302
    page = Client().get("/privacy/sub-processors/").content.decode()
    assert f"Example Search s.r.o. (announced, from {TODAY + timedelta(days=30)})" in page


def test_what_was_announced_is_fixed_and_the_rest_can_be_kept_up(
    console: Client, filled: None
) -> None:
    one = draft(console)
    announce(console, one)

    console.post(
        f"/staff/sub-processors/{one.pk}/",
        {**COMPANY, "legal_name": "Another Company", "contract": "Agreement 8"},
    )

    one.refresh_from_db()
    assert (one.legal_name, one.contract) == ("Example Search s.r.o.", "Agreement 8")
    assert announce(console, one, days=60).status_code == 422


def test_a_successor_ends_the_one_that_it_replaces_on_the_day_before(
    console: Client, filled: None, sam: User
) -> None:
    old = SubProcessor.objects.get(legal_name="Example Hosting GmbH")
    one = draft(console, replaces=str(old.pk), service="Servers and backups")
    announce(console, one)
    begins = TODAY + timedelta(days=30)

    assert sub_processors.take_effect(begins - timedelta(days=1)) == []
    assert sub_processors.take_effect(begins) == [old]
    assert sub_processors.take_effect(begins) == []
    old.refresh_from_db()
    assert old.ended_on == begins - timedelta(days=1)
    names = {named.name for named in platform.sub_processors(begins)}
    assert "Example Search s.r.o." in names
    assert "Example Hosting GmbH" not in names


def test_the_calendar_alone_lets_a_successor_begin(
    console: Client, filled: None, sam: User
) -> None:
    old = SubProcessor.objects.get(legal_name="Example Hosting GmbH")
    one = draft(console, replaces=str(old.pk))
    long_ago = TODAY - timedelta(days=31)
    SubProcessor.objects.filter(pk=one.pk).update(
        announced_on=long_ago, effective_on=long_ago + timedelta(days=30)
    )

    tasks.publish_documents()

    old.refresh_from_db()
    assert old.ended_on == TODAY - timedelta(days=2)
    page = Client().get("/privacy/sub-processors/").content.decode()
    assert "Example Search s.r.o." in page
    assert "Example Hosting GmbH" not in page


def test_what_has_not_begun_can_be_dropped_and_stays_in_the_register(
    console: Client, filled: None
) -> None:
    one = draft(console)
    announce(console, one)
    at_work = SubProcessor.objects.get(legal_name="Example Hosting GmbH")

    assert console.post(f"/staff/sub-processors/{one.pk}/drop/").status_code == 302
    assert console.post(f"/staff/sub-processors/{at_work.pk}/drop/").status_code == 422

    one.refresh_from_db()
    assert one.standing(TODAY) == Standing.DROPPED
    assert "Example Search" not in Client().get("/privacy/sub-processors/").content.decode()
    assert "Example Search" in console.get("/staff/sub-processors/").content.decode()


def test_the_frameworks_certificate_must_be_named(console: Client, filled: None) -> None:
    us = {name: "US" for name in COMPANY if name.startswith("place_of_")}
    dpf = {**COMPANY, **us, "tool": "dpf", "evidence": "Listed"}

    refused = console.post("/staff/sub-processors/new/", dpf)

    assert "Name the certificate" in refused.content.decode()
    one = draft(
        console,
        **{**us, "tool": "dpf", "evidence": "Listed", "certificate": "C-1"},
        checked_on=str(TODAY),
    )
    announce(console, one)
    page = Client().get("/privacy/sub-processors/").content.decode()
    assert f"certificate C-1, checked on {TODAY}" in page


@covers("R13", page="/staff/")
def test_what_nobody_has_looked_at_for_too_long_is_named(console: Client, filled: None) -> None:
    hosting = SubProcessor.objects.get(legal_name="Example Hosting GmbH")
    SubProcessor.objects.update(reviewed_on=TODAY)
    Measure.objects.update(tested_on=TODAY)
    assert "Nothing is missing, and nothing is overdue." in console.get("/staff/").content.decode()

    SubProcessor.objects.filter(pk=hosting.pk).update(
        reviewed_on=TODAY - timedelta(days=366),
        tool="scc_m3",
        checked_on=TODAY - timedelta(days=91),
    )
    Measure.objects.filter(position=4).update(tested_on=TODAY - timedelta(days=366))
    page = console.get("/staff/").content.decode()

    assert "Example Hosting GmbH was last reviewed more than a year ago." in page
    assert "Nobody has checked for 90 days what the transfer to Example Hosting GmbH" in page
    assert "Measure 4 was last tested more than a year ago." in page
    SubProcessor.objects.update(checked_on=TODAY - timedelta(days=90))
    assert "Nobody has checked" not in console.get("/staff/").content.decode()


def test_gaps_are_named(console: Client) -> None:
    page = console.get("/staff/").content.decode()

    assert "cannot be published. Missing: platform.company_name" in page


def test_reading_a_file_again_ends_what_it_no_longer_names(
    console: Client, filled: None, sam: User
) -> None:
    registers.write(Place(**{**PLACE, "since": date(2026, 1, 1)}), by=sam)
    one = draft(console)

    registers.load(FILE)

    assert Place.objects.get(service="Files").until == TODAY - timedelta(days=1)
    assert SubProcessor.objects.get(pk=one.pk).standing(TODAY) == Standing.DRAFT
    assert StaffEntry.objects.order_by("-number")[0].event == trail.Event.LOADED


def test_a_place_that_a_file_names_again_is_open_again(filled: None) -> None:
    Place.objects.filter(service="E-mail").update(until=TODAY - timedelta(days=9))

    registers.load(FILE)

    assert Place.objects.get(service="E-mail").until is None


def test_the_trail_holds_and_shows_what_was_tampered_with(console: Client, filled: None) -> None:
    assert trail.verify() == []
    assert "The chain holds" in console.get("/staff/trail/").content.decode()

    with pytest.raises(IntegrityError), transaction.atomic():
        StaffEntry.objects.filter(number=2).update(event="entry.changed")
    StaffEntry.objects.filter(number=2).delete()

    assert [fault.number for fault in trail.verify()] == [2]
    assert "does not hold at entry 2" in console.get("/staff/trail/").content.decode()


def test_forgetting_who_acted_leaves_the_chain_whole(console: Client, filled: None) -> None:
    console.post("/staff/places/new/", PLACE)
    StaffEntry.objects.update(actor_id=None, actor_salt="")

    assert trail.verify() == []


def test_the_language_of_the_page_is_not_that_of_the_documents(
    console: Client, filled: None
) -> None:
    console.post("/staff/places/new/", PLACE, headers={"Accept-Language": "de"})

    one = publications.current("sub-processors")
    assert one is not None
    assert one.number == 2
    assert "Places of storage and processing" in one.html


def test_every_field_is_named_as_its_form_says(console: Client, filled: None) -> None:
    """Fails if a field falls back to the name of its column, which nobody translates."""
    for address in ("places", "sub-processors", "authorities"):
        page = console.get(f"/staff/{address}/new/").context["form"]
        labels = {name: str(field.label) for name, field in page.fields.items()}
        assert labels == {name: str(label) for name, label in page._meta.labels.items()}
