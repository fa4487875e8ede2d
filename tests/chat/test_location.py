"""The country that a time zone tells, without asking anybody about an address."""

from zoneinfo import available_timezones

import pytest

from accounts import countries
from chat import location
from tests.coverage import covers


@covers("S24")
@pytest.mark.parametrize(
    ("zone", "code"),
    [
        ("Europe/Prague", "CZ"),
        ("America/New_York", "US"),
        ("Europe/Kiev", "UA"),
        ("Asia/Calcutta", "IN"),
        ("Iceland", "IS"),
        ("UTC", ""),
        ("Etc/GMT-1", ""),
        ("", ""),
        ("Europe/Prague ", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_a_zone_tells_its_country(zone: str, code: str) -> None:
    assert location.country(zone) == code


def test_every_zone_of_a_place_has_a_country_that_has_a_name() -> None:
    continents = {
        "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian",
        "Pacific",
    }  # fmt: skip
    zones = {zone for zone in available_timezones() if zone.partition("/")[0] in continents}
    assert len(zones) > 400

    assert {zone for zone in zones if not location.country(zone)} == set()
    assert {location.country(zone) for zone in zones} <= set(countries.NAMES)
