"""An impact assessment as a document (Art. 35(7) GDPR): description, necessity, risks, measures.

The description comes from the facts, the judgement from the account. Two criteria or more make an
assessment likely to be needed; that is a rule of thumb of the authorities, and it is said so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from privacy.documents.facts import Facts, Incomplete
from privacy.documents.record import LABELS, WITHIN, Record
from privacy.documents.tree import Document, Section, Table

__all__ = ["RISKS", "SCREENING", "WITHIN", "Findings", "Need", "build", "need"]

SCREENING = {
    "scoring": "Evaluation or scoring of people",
    "decisions": "Automated decisions with legal or similar effect",
    "monitoring": "Systematic monitoring",
    "sensitive": "Sensitive data or data of a highly personal nature",
    "scale": "Large scale",
    "matching": "Combining of data sets",
    "vulnerable": "Vulnerable people",
    "innovation": "New technology",
    "refusal": "A right, service or contract depends on it",
}
"""The criteria by which it is seen whether an assessment is needed."""

RISKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "access": (
        "Illegitimate access to conversations",
        (
            "Confidentiality, integrity, availability and resilience",
            "Identification and authorisation of users",
            "Protection in transmission",
            "Protection in storage",
            "Logging of events",
        ),
    ),
    "change": (
        "Unwanted change of conversations",
        ("Data quality", "Logging of events", "Accountability"),
    ),
    "loss": ("Loss of conversations", ("Restoring after an incident", "Regular testing")),
    "excess": (
        "Visitors write more about themselves than is needed",
        ("Data minimisation", "Configuration and secure defaults"),
    ),
    "duration": (
        "Data are kept longer than needed",
        ("Limited retention", "Portability and erasure"),
    ),
    "transfer": (
        "Data end up in a country with less protection",
        ("Governance", "Pseudonymisation and encryption"),
    ),
}
"""What can go wrong for people, and the headings of the measures against it."""


class Need(StrEnum):
    """Whether an assessment is needed, by the screening."""

    OPEN = "Not all criteria are answered."
    UNLIKELY = "No criterion is met: an assessment is not likely to be needed. Keep this as proof of the screening."
    CONSIDER = (
        "One criterion is met: consider an assessment, and write down why you make one or not."
    )
    LIKELY = "Two criteria or more are met: an assessment is likely to be needed before the processing begins."


@dataclass(frozen=True)
class Findings:
    """The facts, and the account's answers by the names of the questions."""

    facts: Facts
    answers: Mapping[str, str]


def need(answers: Mapping[str, str]) -> Need:
    """What the screening says. Two criteria that are met are enough, whatever is still open."""
    met = sum(answers.get(key) == "yes" for key in SCREENING)
    if met > 1:
        return Need.LIKELY
    if any(key not in answers for key in SCREENING):
        return Need.OPEN
    return Need.CONSIDER if met else Need.UNLIKELY


def build(findings: Findings, number: int, dated: date) -> Document:
    """The assessment as its version of this number. Raises Incomplete rather than leave a gap."""
    facts, answers = findings.facts, findings.answers
    if missing := facts.missing():
        raise Incomplete(missing)
    assert facts.account is not None, "an assessment is an account's"
    officer = facts.account.dpo or "none is named"
    return Document(
        title="Data protection impact assessment",
        version=str(number),
        dated=dated,
        language="en",
        sections=(
            Section(
                "Whose assessment it is",
                "controller",
                paragraphs=(
                    f"Controller: {facts.account.company_name}, {facts.account.address}, "
                    f"{facts.account.country}. Data protection officer: {officer}. Processor: "
                    f"{facts.platform.company_name}, its data protection officer: "
                    f"{facts.platform.dpo or 'none is named'}.",
                ),
            ),
            _screening(answers),
            _description(facts),
            Section(
                "Necessity and proportionality (b)",
                "necessity",
                paragraphs=(_said(answers, "necessity"),),
            ),
            _risks(facts, answers),
            _transfers(facts, answers),
            Section(
                "Views, advice and conclusion",
                "conclusion",
                tables=(
                    Table(
                        "Views, advice and conclusion",
                        ("Subject", "What the controller says"),
                        (
                            ("Views of the people concerned", _said(answers, "views")),
                            ("Advice of the officer", _said(answers, "advice")),
                            ("Conclusion", _said(answers, "conclusion")),
                        ),
                    ),
                ),
            ),
        ),
    )


def _said(answers: Mapping[str, str], key: str) -> str:
    return answers.get(key) or "Not answered."


def _screening(answers: Mapping[str, str]) -> Section:
    rows = tuple((label, _said(answers, key)) for key, label in SCREENING.items())
    return Section(
        "Is an assessment needed?",
        "screening",
        paragraphs=(need(answers).value,),
        tables=(Table("Criteria", ("Criterion", "Met"), rows),),
    )


def _description(facts: Facts) -> Section:
    chat = Record(facts).activities()[0]
    rows = tuple(
        (label, getattr(chat, name)) for name, label in LABELS.items() if name != "measures"
    )
    return Section(
        "Description of the processing (a)",
        "description",
        tables=(Table(chat.title, ("Item", "Content"), rows),),
    )


def _risks(facts: Facts, answers: Mapping[str, str]) -> Section:
    against = {one.heading: one.text for one in facts.measures}
    rows = tuple(
        (
            label,
            " ".join(against[heading] for heading in headings if heading in against),
            _said(answers, f"risk:{key}"),
        )
        for key, (label, headings) in RISKS.items()
    )
    return Section(
        "Risks and measures (c), (d)",
        "risks",
        tables=(Table("Risks", ("Risk", "Measures against it", "What is left of it"), rows),),
    )


def _transfers(facts: Facts, answers: Mapping[str, str]) -> Section:
    rows = tuple(
        (
            one.name,
            one.place,
            one.tool,
            "No transfer takes place, so none is assessed."
            if one.tool.startswith(WITHIN)
            else _said(answers, f"transfer:{one.name}"),
        )
        for one in facts.sub_processors
    )
    head = ("Sub-processor", "Place", "Tool", "Note")
    return Section(
        "Transfers, for each sub-processor",
        "transfers",
        paragraphs=() if rows else ("No sub-processor is engaged.",),
        tables=(Table("Notes for the transfer assessment", head, rows),) if rows else (),
    )
