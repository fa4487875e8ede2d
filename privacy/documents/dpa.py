"""The data processing agreement: our points (Part A), the Clauses by reference (Part B), appendices.

The Clauses are those of Implementing Decision (EU) 2021/915. None of their text stands here: it
is invariable (Clause 2), and point numbers of ours never name a clause.
"""

from datetime import date

from privacy.documents.facts import Facts, Incomplete, Party
from privacy.documents.laws import POINTS
from privacy.documents.links import linked, safeguards
from privacy.documents.tree import Document, Point, Section, Table
from privacy.prohibited import PROHIBITED

VERSION = "1.0"
DATED = date(2026, 11, 24)
CLAUSES = "https://eur-lex.europa.eu/eli/dec_impl/2021/915/oj"


def build(facts: Facts) -> Document:
    """The agreement for these facts. Raises Incomplete rather than leave a gap in it."""
    if missing := facts.missing():
        raise Incomplete(missing)
    return Document(
        title="Data processing agreement",
        version=VERSION,
        dated=DATED,
        language="en",
        sections=(
            _parties(facts),
            *linked(_PART_A_1_TO_4, "2.3", safeguards()),
            _storage(facts),
            *_PART_A_6_TO_8,
            *_other_laws(facts),
            _PART_A_10,
            _part_b(),
            *_annexes(facts),
        ),
    )


def _parties(facts: Facts) -> Section:
    said = []
    if facts.account:
        said.append(party_sheet("The controller", facts.account))
    said.append(party_sheet("The processor", facts.platform))
    return Section(
        title="Parties (Annex I)",
        anchor="parties",
        paragraphs=(
            "This agreement is between the account holder, as controller, and the platform, as processor, "
            "for the personal data that the platform processes for the account. Further controllers may join "
            "by being added to this sheet.",
        ),
        tables=tuple(said),
    )


def party_sheet(role: str, party: Party) -> Table:
    """A party with everything that is known of it, its data protection officer included (S43)."""
    rows = (
        ("Name", party.company_name),
        ("Registration number", party.registration_no),
        ("VAT ID", party.vat_id),
        ("Address", f"{party.address}, {party.country}"),
        ("Contact", party.contact),
        ("Data protection officer", party.dpo),
        ("Representative", party.representative),
    )
    return Table(role, ("Detail", "Value"), tuple(row for row in rows if row[1]))


_PART_A_1_TO_4 = (
    Section(
        title="Part A, point 1: Roles and form",
        anchor="point-1",
        points=(
            Point(
                "1.1",
                "Roles",
                "The account holder is the controller and the platform its processor. Where "
                "the account holder is itself a processor, the platform is its sub-processor, "
                "and the account holder passes on the instructions of the controller.",
            ),
            Point(
                "1.2",
                "Order of documents",
                "The Clauses in Part B prevail over Part A, and both prevail over the Terms "
                "of Service. Part A adds to the Clauses and is never to be read against them.",
            ),
            Point(
                "1.3",
                "Form",
                "This agreement is in writing in electronic form (Article 28(9)). It is "
                "concluded by the act of acceptance of an owner of the account, and the "
                "platform keeps a record of who accepted which version and when.",
            ),
        ),
    ),
    Section(
        title="Part A, point 2: Instructions and purposes",
        anchor="point-2",
        points=(
            Point(
                "2.1",
                "Documented instructions",
                "The platform processes personal data only on documented instructions of the "
                "controller, transfers to third countries included. The settings of the "
                "account, and the audit trail of them, are these instructions. If the "
                "platform holds that an instruction infringes data protection law, it informs "
                "the owners of the account immediately. If a law obliges it to process "
                "otherwise, it tells them before, unless that law forbids it.",
            ),
            Point(
                "2.2",
                "No purposes of its own",
                "The platform does not determine purposes or means of its own: no analytics, "
                "no profiling and no training of models on content. Were it to do so, it "
                "would be a controller for it (Article 28(10)).",
            ),
            Point(
                "2.3",
                "Prohibited data",
                "The service is not made for the data listed as prohibited in Appendix 1. The "
                "controller does not ask for them, and tells visitors not to send them. The "
                "service refuses form fields that ask for them, masks card and bank account "
                "numbers before they are stored, and lets the controller remove messages and "
                "files. This takes away none of the duties of the platform.",
            ),
        ),
    ),
    Section(
        title="Part A, point 3: Security and confidentiality",
        anchor="point-3",
        points=(
            Point(
                "3.1",
                "Security",
                "The platform gives sufficient guarantees and takes the technical and "
                "organisational measures of Appendix 2, as Article 32 asks. It may replace a "
                "measure by one that protects no less.",
            ),
            Point(
                "3.2",
                "Confidentiality",
                "Everyone whom the platform lets process personal data is bound to "
                "confidentiality by contract or by law, and has access only as far as the "
                "work needs it.",
            ),
            Point(
                "3.3",
                "Access by staff",
                "Staff of the platform enter an account only in a session: for a stated reason, "
                "for at most four hours and to read. Unless an owner of the account chooses "
                "otherwise, a session begins only while an owner lets support in, and ends with "
                "that time at the latest. The owners are told of each session by e-mail, see in "
                "the account its reason and every page and conversation that was opened in it, "
                "and can end it at once: no page is given out after that.",
            ),
        ),
    ),
    Section(
        title="Part A, point 4: Sub-processors",
        anchor="point-4",
        points=(
            Point(
                "4.1",
                "General authorisation",
                "The controller gives general written authorisation to engage the "
                "sub-processors of Appendix 3.",
            ),
            Point(
                "4.2",
                "Notice",
                "The platform informs the owners of the account of every intended addition or "
                "replacement at least 30 days before it takes effect.",
            ),
            Point(
                "4.3",
                "Objection",
                "The controller may object until the change takes effect. If no solution is "
                "found, the controller may end the contract without a fee, and may export its "
                "data first.",
            ),
            Point(
                "4.4",
                "Copies",
                "On request the platform provides a copy of the contract with a "
                "sub-processor. It may redact what is a trade secret or would reveal data of "
                "others.",
            ),
            Point(
                "4.5",
                "Same duties, full liability",
                "The platform imposes on every sub-processor by contract the same data "
                "protection obligations as bind the platform here, and remains fully liable "
                "to the controller for what the sub-processor does or fails to do.",
            ),
        ),
    ),
)

_PART_A_6_TO_8 = (
    Section(
        title="Part A, point 6: Assistance",
        anchor="point-6",
        points=(
            Point(
                "6.1",
                "Rights of data subjects",
                "The platform assists the controller in answering requests of data subjects, "
                "by functions of the account and otherwise on request. It forwards promptly "
                "what reaches it directly, and does not answer unless the controller has "
                "authorised it.",
            ),
            Point(
                "6.2",
                "Breaches",
                "The platform notifies the owners of the account of a personal data breach "
                "without undue delay after becoming aware of it, with the nature of the "
                "breach, a contact, the likely consequences and the measures, in phases where "
                "not all is known at once.",
            ),
            Point(
                "6.3",
                "Articles 32 to 36",
                "The platform assists the controller with security, with notifications of "
                "breaches, with data protection impact assessments and with prior "
                "consultation, taking into account what it knows of the processing.",
            ),
        ),
    ),
    Section(
        title="Part A, point 7: Information and audits",
        anchor="point-7",
        points=(
            Point(
                "7.1",
                "Information",
                "The platform makes available all information that is needed to demonstrate "
                "compliance with Article 28, and answers questions about it. Where it adheres to an "
                "approved code of conduct or holds an approved certification, that is an element of "
                "this proof (Article 28(5)).",
            ),
            Point(
                "7.2",
                "Audits",
                "The platform allows for and contributes to audits, including inspections, by "
                "the controller or an auditor whom it mandates. Documents come first, then "
                "inspection on reasonable notice. Each side bears its own costs. A "
                "supervisory authority gets the results on request.",
            ),
        ),
    ),
    Section(
        title="Part A, point 8: Term, deletion and return",
        anchor="point-8",
        points=(
            Point(
                "8.1",
                "Term",
                "This agreement holds for as long as the platform processes personal data for the account.",
            ),
            Point(
                "8.2",
                "Deletion or return",
                "At the end the platform deletes or returns all personal data, at the choice "
                "of the controller: for 30 days an owner may export them, then they are "
                "deleted, unless the law asks for their storage.",
            ),
            Point(
                "8.3",
                "Backups and certificate",
                "Copies in backups are gone 30 days after that. The platform certifies the "
                "deletion on request.",
            ),
        ),
    ),
)

_PART_A_10 = Section(
    title="Part A, point 10: Changes and contacts",
    anchor="point-10",
    points=(
        Point(
            "10.1",
            "Changes",
            "A new version of Part A binds the account once an owner has accepted it. "
            "Earlier versions stay readable.",
        ),
        Point(
            "10.2",
            "Contacts",
            "The contacts of both sides are those in the sheet of the parties.",
        ),
    ),
)


def _storage(facts: Facts) -> Section:
    return Section(
        title="Part A, point 5: Places",
        anchor="point-5",
        points=(
            Point("5.1", "Region", f"The region of this account is {facts.region}."),
            Point(
                "5.2",
                "Flows that leave the region",
                "E-mail is handed over in the countries of the table below and travels to the mail servers of "
                "those to whom it is addressed. Everything else stays at the places of point 5.3.",
            ),
            Point(
                "5.3",
                "Storage and transfers",
                "Personal data are stored and processed at the places below and nowhere else. "
                "The platform transfers personal data to a third country only on documented "
                "instructions of the controller and under Chapter V of the GDPR, with the "
                "tool and the safeguards that are named here.",
            ),
        ),
        tables=(
            *_mails(facts),
            Table(
                "Places of storage and processing (point 5.3)",
                ("Service", "Place", "Country", "Status", "Transfer tool", "Safeguards"),
                tuple(
                    (one.service, one.place, one.country, one.status, one.tool, one.safeguards)
                    for one in facts.places
                ),
            ),
        ),
    )


def _mails(facts: Facts) -> tuple[Table, ...]:
    rows = tuple((one.title, one.mailer, one.country) for one in facts.mails)
    head = ("E-mail", "Handed over by", "Country")
    return (Table("E-mails (point 5.2)", head, rows),) if rows else ()


def _other_laws(facts: Facts) -> tuple[Section, ...]:
    """Point 9, for an account to which one of them applies; the others' numbers stay as they are."""
    if not facts.laws:
        return ()
    points = tuple(POINTS[law] for law in facts.laws)
    return (Section(title="Part A, point 9: Other laws", anchor="point-9", points=points),)


def _part_b() -> Section:
    return Section(
        title="Part B: The Clauses",
        anchor="clauses",
        paragraphs=(
            "The standard contractual clauses of the Annex to Commission Implementing Decision (EU) 2021/915 of "
            f"4 June 2021 (“the Clauses”, {CLAUSES}) are part of this agreement by reference and unmodified "
            "(Article 28(6) and (7)).",
            "Where the Clauses offer options, the parties elect: the references to Regulation (EU) 2016/679 "
            "throughout; the docking clause (Clause 5) applies; in Clause 7.7(a) Option 2, general written "
            "authorisation, with a period of 30 days. Clauses adopted by a supervisory authority (Article 28(8)) "
            "are not used.",
        ),
        tables=(
            Table("What fills which clause and annex", ("Clause or annex", "Filled by"), FILLED_BY),
        ),
    )


FILLED_BY = (
    ("Clause 1", "Point 5.3 for transfers, which the Clauses alone do not cover"),
    ("Clauses 3 and 4", "Point 1.2"),
    ("Clause 5", "Sheet of the parties"),
    ("Clause 6", "Appendix 1"),
    ("Clause 7.1(a)", "Point 2.1"),
    ("Clause 7.1(b)", "Point 2.1"),
    ("Clauses 7.2 and 7.3", "Point 2.2, point 8.1 and Appendix 1"),
    ("Clause 7.4(a)", "Point 3.1 and Appendix 2"),
    ("Clause 7.4(b)", "Points 3.2 and 3.3"),
    ("Clause 7.5", "Point 2.3 and Appendix 1"),
    ("Clause 7.6", "Points 7.1 and 7.2"),
    ("Clause 7.7(a)", "Points 4.1, 4.2 and 4.3 and Appendix 3"),
    ("Clause 7.7(b)", "Point 4.5"),
    ("Clause 7.7(c)", "Point 4.4"),
    ("Clause 7.7(d)", "Point 4.5"),
    ("Clause 7.8", "Points 2.1 and 5.3"),
    ("Clause 8(a)", "Point 6.1"),
    ("Clause 8(b)", "Point 6.1"),
    ("Clause 8(c)", "Point 6.3"),
    ("Clause 9", "Point 6.2"),
    ("Clause 10(d)", "Points 8.2 and 8.3"),
    ("Annex I", "Sheet of the parties"),
    ("Annex II", "Appendix 1"),
    ("Annex III", "Appendix 2"),
    ("Annex IV", "Appendix 3"),
)


def _annexes(facts: Facts) -> tuple[Section, ...]:
    used = tuple(
        (one.name, one.address, one.contact, one.service, one.place, one.tool)
        for one in facts.sub_processors
    )
    return (
        Section(
            title="Appendix 1: Data, and prohibited data (Annex II)",
            anchor="appendix-1",
            paragraphs=(
                "Subject and purpose: live chat between the controller and the visitors of its websites. Nature: "
                "receiving, storing, showing, sending and deleting what they write, with the details below.",
                "Duration: the term of the account. Conversations are kept for "
                f"{facts.retention} after their last message.",
                "Sensitive data: none are intended.",
                *_about_forms(facts),
            ),
            tables=(
                *_aims(facts),
                Table(
                    "Data subjects and data",
                    ("Data subjects", "Category", "Data", "Kept"),
                    tuple((one.subject, one.category, one.data, one.kept) for one in facts.data),
                ),
                *_asked(facts),
                Table(
                    "Prohibited data",
                    ("Data", "Prohibited by"),
                    tuple((one.data, one.ground) for one in PROHIBITED),
                ),
            ),
        ),
        Section(
            title="Appendix 2: Security measures (Annex III)",
            anchor="appendix-2",
            tables=(
                Table(
                    "Measures",
                    ("Subject", "Measure"),
                    tuple((one.heading, one.text) for one in facts.measures),
                ),
            ),
        ),
        Section(
            title="Appendix 3: Sub-processors (Annex IV)",
            anchor="appendix-3",
            paragraphs=() if used else ("No sub-processor is engaged.",),
            tables=(
                Table(
                    "Sub-processors",
                    ("Name", "Address", "Contact", "Service", "Place", "Transfer tool"),
                    used,
                ),
            )
            if used
            else (),
        ),
    )


def _aims(facts: Facts) -> tuple[Table, ...]:
    rows = tuple((one.title, one.basis, one.data) for one in facts.aims)
    head = ("Purpose", "Legal basis", "Data")
    return (Table("Purposes of the controller", head, rows),) if rows else ()


def _about_forms(facts: Facts) -> tuple[str, ...]:
    if facts.account is None:
        return ("Forms ask visitors for what the account has chosen; its own appendix lists it.",)
    return () if facts.asked else ("No form asks visitors for anything before they write.",)


def _asked(facts: Facts) -> tuple[Table, ...]:
    rows = tuple((one.form, one.label, one.kind, one.answer) for one in facts.asked)
    head = ("Form", "Field", "Kind", "Answer")
    return (Table("Asked of visitors in forms", head, rows),) if rows else ()
