"""The platform's registers: one file, taken as a whole or not at all."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from privacy import places, platform, registers
from privacy.documents import dpa
from privacy.documents.facts import Incomplete
from privacy.models import Measure, Place, PlatformIdentity, SubProcessor
from privacy.places import Tool
from tests.coverage import covers

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"


def _changed(folder: Path, old: str, new: str) -> Path:
    text = FILE.read_text()
    assert old in text
    path = folder / "registers.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_loading_puts_everything_in_place_and_again_changes_nothing(db: None) -> None:
    first = registers.load(FILE)
    second = registers.load(FILE)

    assert (
        first
        == second
        == {"platform": 1, "place": 3, "sub_processor": 2, "measure": 17, "authority": 2}
    )
    assert PlatformIdentity.objects.count() == 1
    assert Place.objects.count() == 3
    assert len(platform.measures()) == Measure.objects.count() == 17


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('country = "IE"', 'country = "XX"', "platform 1, country: "),
        ('vat_id = "IE0000000XX"\n', "", "platform 1, vat_id: "),
        ("[platform]", "[platform]\ncolour = 1", "platform 1, colour: no such key"),
        ("[[place]]", "[[plaice]]", "plaice: no such table"),
        ('tool = "none_eea"', 'tool = "privacy_shield"', "place 1, tool: "),
        ('country = "DE"', 'country = "US"', "This tool cannot carry a transfer to United States"),
        ("announced_on = 2025-11-01", "announced_on = 2025-12-15", "at least 30 days after"),
        ("announced_on = 2025-11-01", 'announced_on = "soon"', "sub_processor 1, announced_on: "),
        ("reviewed_on = 2026-09-01\n", "", "sub_processor 1, reviewed_on: "),
        ("position = 17", "position = 16", "each position from 1 to 17"),
        ('service = "Servers', 'parent = "Nobody"\nservice = "Servers', "no such sub-processor"),
        ("[platform]", "[platform", "registers.toml: "),
    ],
)
def test_a_fault_is_named_and_nothing_changes(
    db: None, tmp_path: Path, old: str, new: str, fault: str
) -> None:
    registers.load(FILE)

    with pytest.raises(registers.Unusable) as refused:
        registers.load(_changed(tmp_path, old, new))

    assert fault in str(refused.value)
    assert Place.objects.count() == 3
    assert SubProcessor.objects.get(legal_name="Example Hosting GmbH").announced_on == date(
        2025, 11, 1
    )


def test_the_database_refuses_an_unannounced_sub_processor(db: None) -> None:
    """S21."""
    registers.load(FILE)

    with pytest.raises(IntegrityError), transaction.atomic():
        SubProcessor.objects.update(announced_on=date(2025, 12, 31))
    SubProcessor.objects.update(announced_on=date(2025, 12, 31), emergency="The old one is down.")


@covers("S15", page="/privacy/sub-processors/")
@pytest.mark.parametrize(
    ("country", "on", "standing"),
    [
        ("CZ", date(2026, 1, 1), "EU"),
        ("NO", date(2026, 1, 1), "EEA"),
        ("JP", date(2019, 1, 22), "third country"),
        ("JP", date(2019, 1, 23), "adequacy"),
        ("US", date(2026, 1, 1), "third country"),
        ("GB", date(2026, 1, 1), "adequacy"),
    ],
)
def test_a_country_has_a_standing_on_each_day(country: str, on: date, standing: str) -> None:
    assert places.status(country, on) == standing


def test_the_union_has_its_members() -> None:
    assert len(places.EU) == 27
    assert places.EU.isdisjoint(places.EEA | set(places.ADEQUATE))


def test_privacy_shield_is_not_a_tool() -> None:
    """S17."""
    assert [tool.value for tool in Tool] == ["none_eea", "adequacy", "dpf", "scc_m3", "uk"]


@pytest.mark.parametrize(
    ("tool", "country", "fits"),
    [
        ("none_eea", "NO", True),
        ("none_eea", "CH", False),
        ("adequacy", "CH", True),
        ("adequacy", "US", False),
        ("dpf", "US", True),
        ("dpf", "IN", False),
        ("scc_m3", "IN", True),
    ],
)
def test_a_tool_fits_a_country_or_not(tool: str, country: str, fits: bool) -> None:
    assert places.may_rest_on(tool, country, date(2026, 1, 1)) is fits


def test_who_is_announced_is_listed_with_the_day_and_who_has_ended_is_not(db: None) -> None:
    registers.load(FILE)
    one = SubProcessor.objects.get(legal_name="Example Post ApS")

    def names(on: date) -> list[str]:
        return [named.name for named in platform.sub_processors(on) if "Post" in named.name]

    assert names(date(2025, 10, 31)) == []
    assert names(date(2025, 12, 31)) == ["Example Post ApS (announced, from 2026-01-01)"]
    assert names(date(2026, 1, 1)) == ["Example Post ApS"]
    one.ended_on = date(2026, 5, 1)
    one.save()
    assert names(date(2026, 5, 1)) == ["Example Post ApS"]
    assert names(date(2026, 5, 2)) == []


def test_a_place_counts_from_its_first_day_to_its_last(db: None) -> None:
    """S14."""
    registers.load(FILE)
    Place.objects.filter(service="E-mail").update(until=date(2026, 5, 1))

    def services(on: date) -> set[str]:
        return {place.service for place in platform.storage_places("eu", on)}

    assert services(date(2025, 12, 31)) == set()
    assert "E-mail" in services(date(2026, 5, 1))
    assert services(date(2026, 5, 2)) == {"Database and files", "Encrypted backups"}
    assert platform.storage_places("elsewhere", date(2026, 5, 1)) == ()


def test_the_data_of_visitors_and_members_come_from_the_data_map(db: None) -> None:
    rows: dict[str, Any] = {}
    for row in platform.data_rows(None):
        rows.setdefault(row.subject, []).append(row.data)

    assert "e-mail" in " ".join(rows["visitors of the account's sites"])
    assert any("photo" in data for data in rows["members of the account"])
    assert len(rows) == 2


def test_without_registers_nothing_can_be_made(db: None) -> None:
    with pytest.raises(Incomplete) as refused:
        dpa.build(platform.facts(None))

    assert {"platform.company_name", "places", "measures"} <= set(refused.value.missing)
