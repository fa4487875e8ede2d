"""Staff read the platform's own record of processing, and enter no account for it."""

from django.test import Client
from django.utils import timezone

from privacy.models import ProcessingEntry
from tests.coverage import covers


@covers("R5", page="/staff/processing/")
def test_staff_read_the_record_as_page_table_and_for_programs(
    console: Client, filled: None
) -> None:
    assert "No controller so far" in console.get("/staff/processing/").content.decode()
    ProcessingEntry.objects.create(
        account_ref="00000000-0000-0000-0000-000000000001",
        controller="Acme Teas s.r.o.",
        address="Kettle Lane 5, Brno",
        country="Czechia",
        contact="Ema Field",
        categories=["Live chat: messages"],
        transfers="None.",
        written_at=timezone.now(),
    )

    assert "Kettle Lane 5, Brno" in console.get("/staff/processing/").content.decode()
    assert "Acme Teas s.r.o." in console.get("/staff/processing.csv").content.decode()
    told = console.get("/staff/processing.json").json()
    assert [one["controller"] for one in told["controllers"]] == ["Acme Teas s.r.o."]
    assert len(told["measures"]) == 17
