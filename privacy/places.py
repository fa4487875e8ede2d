"""Which law reaches where data lie: a country's standing, and the tools for going further (S15, S17)."""

from datetime import date

from django.db import models

REGIONS = {"eu": "European Union"}
"""What an account's region is called in documents."""

EU = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}
EEA = {"IS", "LI", "NO"}
ADEQUATE: dict[str, tuple[date, str]] = {
    "AD": (date(2010, 10, 19), "2010/625/EU"),
    "AR": (date(2003, 6, 30), "2003/490/EC"),
    "CA": (date(2001, 12, 20), "2002/2/EC"),
    "CH": (date(2000, 7, 26), "2000/518/EC"),
    "FO": (date(2010, 3, 5), "2010/146/EU"),
    "GB": (date(2021, 6, 28), "(EU) 2021/1772"),
    "GG": (date(2003, 11, 21), "2003/821/EC"),
    "IL": (date(2011, 1, 31), "2011/61/EU"),
    "IM": (date(2004, 4, 28), "2004/411/EC"),
    "JE": (date(2008, 5, 8), "2008/393/EC"),
    "JP": (date(2019, 1, 23), "(EU) 2019/419"),
    "KR": (date(2021, 12, 17), "(EU) 2022/254"),
    "NZ": (date(2012, 12, 19), "2013/65/EU"),
    "UY": (date(2012, 8, 21), "2012/484/EU"),
}
"""Adequacy decisions under Art. 45 GDPR: since when, and which. Organisations in the United States
are certified one by one, so that country is not among them."""


class Tool(models.TextChoices):
    """What a transfer rests on. There is no other one (S17)."""

    NONE_EEA = "none_eea", "none needed, within the EEA"
    ADEQUACY = "adequacy", "adequacy decision"
    DPF = "dpf", "EU-US Data Privacy Framework"
    SCC_M3 = "scc_m3", "standard contractual clauses (EU) 2021/914, Module 3"
    UK = "uk", "UK transfer agreement or Addendum"


def status(country: str, on: date) -> str:
    """What this country (ISO 3166-1) is on that day: EU, EEA, adequacy or third country."""
    if country in EU:
        return "EU"
    if country in EEA:
        return "EEA"
    decided = ADEQUATE.get(country)
    return "adequacy" if decided and decided[0] <= on else "third country"


def may_rest_on(tool: str, country: str, on: date) -> bool:
    """Whether a transfer to this country can rest on this tool at all."""
    match tool:
        case Tool.NONE_EEA:
            return status(country, on) in {"EU", "EEA"}
        case Tool.ADEQUACY:
            return status(country, on) == "adequacy"
        case Tool.DPF:
            return country == "US"
        case _:
            return True
