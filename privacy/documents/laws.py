"""Laws beside the GDPR that an agreement speaks of where they apply to the account (point 9)."""

from enum import StrEnum

from privacy.documents.tree import Point


class Law(StrEnum):
    """A law by the country of the account, as ISO 3166-1 code."""

    UNITED_KINGDOM = "GB"
    SWITZERLAND = "CH"
    UNITED_STATES = "US"


def applying(country: str) -> tuple[Law, ...]:
    """The laws that apply to an account of this country (ISO 3166-1), besides the GDPR."""
    return tuple(law for law in Law if law == country)


POINTS = {
    Law.UNITED_KINGDOM: Point(
        "9.1",
        "United Kingdom",
        "As far as the UK GDPR and the Data Protection Act 2018 apply to the processing, references to the "
        "GDPR are also references to them, and the Information Commissioner is the supervisory authority. A "
        "transfer that they restrict rests on the International Data Transfer Agreement or on the UK "
        "Addendum to the standard contractual clauses of the European Union.",
    ),
    Law.SWITZERLAND: Point(
        "9.2",
        "Switzerland",
        "As far as the Swiss Federal Act on Data Protection applies to the processing, references to the "
        "GDPR are also references to that Act, the Federal Data Protection and Information Commissioner is "
        "the supervisory authority, and data subjects in Switzerland may sue where they live.",
    ),
    Law.UNITED_STATES: Point(
        "9.3",
        "California",
        "As far as the CCPA, as amended by the CPRA, applies to the processing, the account holder is the "
        "business and the platform its service provider. The platform neither sells nor shares personal "
        "information, does not keep, use or disclose it outside the service and the direct business "
        "relationship, does not combine it with that of others, and tells the account holder if it can no "
        "longer meet these duties. The account holder may take reasonable steps to stop a use that it has "
        "not authorised.",
    ),
}
