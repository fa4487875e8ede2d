"""In which country a visitor is, as far as their browser's time zone tells (S24).

No address is looked up anywhere: the tz database says which country a zone belongs to, and its
table lies beside this file. A zone is not a place, so whoever shows the country says where it is from.
"""

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("zones.txt")


def country(time_zone: str) -> str:
    """The country (ISO 3166-1) of a zone such as "Europe/Prague"; empty for a zone of no country,
    such as UTC, and for a name that is none."""
    return _countries().get(time_zone, "")


@cache
def _countries() -> dict[str, str]:
    rows = (line.split() for line in _TABLE.read_text().splitlines() if not line.startswith("#"))
    return {zone: code for code, *zones in rows for zone in zones}
