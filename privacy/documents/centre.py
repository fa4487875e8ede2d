"""The public documents: what stands in each, from the registers of this installation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy import cookies, platform
from privacy.documents import cookies as cookie_document
from privacy.documents import dpa, faq, terms
from privacy.documents.facts import Facts, Incomplete
from privacy.documents.tree import Document, Section, Table


@dataclass(frozen=True)
class Kind:
    """A public document; `slug` is its address."""

    slug: str
    name: Promise
    summary: Promise
    make: Callable[[Facts], Document]

    def build(self, facts: Facts, number: int, dated: date) -> Document:
        """The document as its publication of this number. Raises Incomplete."""
        return replace(self.make(facts), version=str(number), dated=dated)


def _identity(facts: Facts) -> Document:
    party = facts.platform
    if missing := list(party.missing("platform")):
        raise Incomplete(missing)
    rows = (
        ("Name", party.company_name),
        ("Registration number", party.registration_no),
        ("VAT ID", party.vat_id),
        ("Address", f"{party.address}, {party.country}"),
        ("Contact", party.contact),
        ("Data protection officer", party.dpo),
        ("Officer in office since", party.dpo_since),
        ("Representative", party.representative),
    )
    return _document(
        "Who processes the data",
        Section(
            title="The processor",
            anchor="processor",
            paragraphs=(
                "The company below runs this service. For what visitors write in a chat, the company whose "
                "website they visit is the controller: it decides why their data are processed, and requests "
                "about them go to it. The company below processes them on its behalf.",
            ),
            tables=(Table("Identity", ("Detail", "Value"), tuple(row for row in rows if row[1])),),
        ),
    )


def _sub_processors(facts: Facts) -> Document:
    _refuse_gaps(facts, "places")
    used = facts.sub_processors
    table = Table(
        "Sub-processors",
        ("Name", "Address", "Contact", "Service", "Place", "Transfer tool"),
        tuple(
            (one.name, one.address, one.contact, one.service, one.place, one.tool) for one in used
        ),
    )
    return _document(
        "Sub-processors and places",
        Section(
            title="Sub-processors",
            anchor="sub-processors",
            paragraphs=(
                "Companies that help to run the service and may process personal data of accounts. A new one is "
                "announced at least 30 days before it begins, so that owners of accounts can object."
                if used
                else "No other company processes personal data for this service.",
            ),
            tables=(table,) if used else (),
        ),
        Section(
            title="How they are chosen",
            anchor="choice",
            paragraphs=(
                "A company is only announced after due diligence on its security, with evidence of it on file and a "
                "contract under Article 28(4) GDPR that passes on the same duties. Each is reviewed again at least "
                "once a year, and what a transfer out of the EEA rests on is checked at least every 90 days.",
            ),
        ),
        Section(
            title="Places",
            anchor="places",
            paragraphs=("Where personal data are stored and processed.",),
            tables=(
                Table(
                    "Places of storage and processing",
                    ("Service", "Place", "Country", "Status", "Transfer tool", "Safeguards"),
                    tuple(
                        (one.service, one.place, one.country, one.status, one.tool, one.safeguards)
                        for one in facts.places
                    ),
                ),
            ),
        ),
    )


def _security(facts: Facts) -> Document:
    _refuse_gaps(facts, "measures")
    return _document(
        "Security measures",
        Section(
            title="Technical and organisational measures",
            anchor="measures",
            paragraphs=(
                "How personal data are protected (Article 32 GDPR). Each measure is tested at least once a year.",
            ),
            tables=(
                Table(
                    "Measures",
                    ("Subject", "Measure", "Status", "Last test", "Who answers for it"),
                    tuple(
                        (one.heading, one.text, one.status, one.tested, one.responsible)
                        for one in facts.measures
                    ),
                ),
            ),
        ),
    )


def _cookies(facts: Facts) -> Document:
    return _document(
        "Cookies of the chat",
        Section(
            title="What the chat stores",
            anchor="stored",
            paragraphs=(
                "This is everything that the chat can store in the browser of a visitor, on the website that "
                "carries it. Before the visitor uses the chat it stores nothing.",
            ),
            tables=(cookie_document.table(cookies.REGISTRY),),
        ),
        Section(
            title="What these pages store",
            anchor="pages",
            paragraphs=(
                "Reading the public pages of the service stores nothing. Members who log in have a cookie for "
                "their session, one against forged forms, and one for the colours if they choose them.",
            ),
        ),
    )


def _refuse_gaps(facts: Facts, *names: str) -> None:
    if missing := [name for name in names if not getattr(facts, name)]:
        raise Incomplete(missing)


def _document(title: str, *sections: Section) -> Document:
    return Document(title, version="", dated=date.min, language="en", sections=sections)


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "faq",
            _("Questions and answers"),
            _("What owners of websites ask about data protection."),
            faq.build,
        ),
        Kind(
            "dpa",
            _("Data processing agreement"),
            _("The contract under Article 28 GDPR, with its appendices."),
            dpa.build,
        ),
        Kind(
            "terms",
            _("Terms of Service"),
            _("What both sides may expect of each other."),
            lambda facts: terms.build(facts.platform),
        ),
        Kind(
            "sub-processors",
            _("Sub-processors and places"),
            _("Who helps to run the service, and where data are."),
            _sub_processors,
        ),
        Kind(
            "security",
            _("Security measures"),
            _("How data are protected (Article 32 GDPR)."),
            _security,
        ),
        Kind(
            "cookies",
            _("Cookies of the chat"),
            _("Everything that the chat can store in a browser."),
            _cookies,
        ),
        Kind(
            "identity",
            _("Who processes the data"),
            _("The company behind the service, and its data protection officer."),
            _identity,
        ),
    )
}


def facts() -> Facts:
    """What public documents are made of."""
    return platform.facts(None)
