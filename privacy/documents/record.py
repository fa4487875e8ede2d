"""The record of processing activities of an account (Art. 30(1) GDPR; R5).

What the platform knows is filled in from the facts; the account adds activities and remarks of its
own. The exemption of Art. 30(5) is not assumed.
"""

from dataclasses import dataclass, fields
from datetime import date

from privacy.documents.dpa import party_sheet
from privacy.documents.facts import Facts, Incomplete
from privacy.documents.tree import Document, Section, Table
from privacy.places import Tool

WITHIN = str(Tool.NONE_EEA.label)


@dataclass(frozen=True)
class Activity:
    """One processing activity with the items (b) to (g) of Art. 30(1)."""

    title: str
    purposes: str
    subjects: str
    categories: str
    recipients: str
    transfers: str
    limits: str
    measures: str


LABELS = {
    "purposes": "(b) Purposes",
    "subjects": "(c) Data subjects",
    "categories": "(c) Categories of personal data",
    "recipients": "(d) Recipients",
    "transfers": "(e) Transfers to third countries and their safeguards",
    "limits": "(f) Time limits for erasure",
    "measures": "(g) Security measures",
}


@dataclass(frozen=True)
class Record:
    """What a record is made of: the facts, and what the account adds."""

    facts: Facts
    own: tuple[Activity, ...] = ()
    joint_controllers: str = ""
    remarks: str = ""

    def activities(self) -> tuple[Activity, ...]:
        """The activities that the platform knows of, then the account's own."""
        return (_chat(self.facts), _team(self.facts), *self.own)


def build(record: Record, number: int, dated: date) -> Document:
    """The record as its version of this number. Raises Incomplete rather than leave a gap in it."""
    facts = record.facts
    if missing := facts.missing():
        raise Incomplete(missing)
    return Document(
        title="Record of processing activities",
        version=str(number),
        dated=dated,
        language="en",
        sections=(
            _controller(record),
            *(
                Section(one.title, f"activity-{place}", tables=(_table(one),))
                for place, one in enumerate(record.activities(), 1)
            ),
            Section(
                "Security measures (g)",
                "measures",
                tables=(
                    Table(
                        "Measures of the processor",
                        ("Subject", "Measure"),
                        tuple((one.heading, one.text) for one in facts.measures),
                    ),
                ),
            ),
            *_remarks(record),
        ),
    )


def _controller(record: Record) -> Section:
    facts = record.facts
    assert facts.account is not None, "a record is an account's"
    joint = record.joint_controllers
    return Section(
        title="Controller (a)",
        anchor="controller",
        paragraphs=(
            "This is the record under Article 30(1) GDPR of the controller below for its live chat. The platform "
            "processes the data on its behalf, as its processor; where the controller acts for others, as "
            "their processor, the platform is its sub-processor.",
            *((f"Joint controllers: {joint}",) if joint else ()),
        ),
        tables=(
            party_sheet("The controller", facts.account),
            party_sheet("The processor", facts.platform),
        ),
    )


def _table(activity: Activity) -> Table:
    rows = tuple(
        (LABELS[field.name], getattr(activity, field.name))
        for field in fields(activity)
        if field.name in LABELS
    )
    return Table(activity.title, ("Item", "Content"), rows)


def _remarks(record: Record) -> tuple[Section, ...]:
    if not record.remarks:
        return ()
    return (Section("Remarks of the controller", "remarks", paragraphs=(record.remarks,)),)


def _chat(facts: Facts) -> Activity:
    aims = [f"{one.title} ({one.basis})" for one in facts.aims] or ["Answering visitors"]
    asked = ", ".join(dict.fromkeys(one.label for one in facts.asked))
    data = _data(facts, "visitors")
    return Activity(
        title="Live chat with visitors of the websites",
        purposes="; ".join(aims),
        subjects="Visitors of the websites, and people whom they name in conversations",
        categories=f"{data}; asked in forms: {asked}" if asked else data,
        recipients=_recipients(facts),
        transfers=_transfers(facts),
        limits=f"Conversations: {facts.retention} after the last message. {_kept(facts, 'visitors')}",
        measures=_measures(facts),
    )


def _team(facts: Facts) -> Activity:
    return Activity(
        title="Accounts of those who answer",
        purposes="To let members of the account work, and to prove what was done",
        subjects="Members of the account",
        categories=_data(facts, "members"),
        recipients=_recipients(facts, mailed=False),
        transfers=_transfers(facts),
        limits=_kept(facts, "members"),
        measures=_measures(facts),
    )


def _data(facts: Facts, whose: str) -> str:
    found: dict[str, list[str]] = {}
    for row in facts.data:
        if row.subject.startswith(whose):
            found.setdefault(row.category, []).append(row.data)
    return "; ".join(f"{category}: {', '.join(data)}" for category, data in found.items())


def _kept(facts: Facts, whose: str) -> str:
    """Each period once, with the categories that it counts for."""
    found: dict[str, list[str]] = {}
    for row in facts.data:
        if row.subject.startswith(whose):
            found.setdefault(row.kept, []).append(row.category)
    said = (f"{', '.join(dict.fromkeys(which))}: {kept}" for kept, which in found.items())
    return f"{'; '.join(said)}."


def _recipients(facts: Facts, *, mailed: bool = True) -> str:
    names = ["members of the account", f"{facts.platform.company_name} (processor)"]
    names += [f"{one.name} (sub-processor)" for one in facts.sub_processors]
    if mailed and facts.mails:
        names.append("mail providers of those to whom e-mails are addressed")
    return "; ".join(dict.fromkeys(names))


def _transfers(facts: Facts) -> str:
    found = [
        f"{one.service} in {one.country}: {one.tool}, {one.safeguards}"
        for one in facts.places
        if one.status not in {"EU", "EEA"}
    ]
    found += [
        f"{one.name} in {one.place}: {one.tool}"
        for one in facts.sub_processors
        if not one.tool.startswith(WITHIN)
    ]
    return "; ".join(found) or "None."


def _measures(facts: Facts) -> str:
    return "; ".join(one.heading for one in facts.measures)
