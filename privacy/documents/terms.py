"""The Terms of Service between the platform and an account holder. In our own words, and for people.

Whoever is the platform stands in its identity and not here. Nothing in them takes away a duty that
the processing agreement lays on the platform (S30).
"""

from datetime import date

from privacy.documents.facts import Incomplete, Party
from privacy.documents.links import linked, safeguards
from privacy.documents.tree import Document, Point, Section, Table

VERSION = "1.0"
DATED = date(2026, 11, 24)


def build(platform: Party) -> Document:
    """The Terms of this platform. Raises Incomplete rather than leave a gap in them."""
    if missing := list(platform.missing("platform")):
        raise Incomplete(missing)
    return Document(
        title="Terms of Service",
        version=VERSION,
        dated=DATED,
        language="en",
        sections=(
            _provider(platform),
            *linked(_SECTIONS, "3.3", safeguards()),
            _law(platform),
        ),
    )


def _provider(platform: Party) -> Section:
    rows = (
        ("Name", platform.company_name),
        ("Registration number", platform.registration_no),
        ("VAT ID", platform.vat_id),
        ("Address", f"{platform.address}, {platform.country}"),
        ("Contact", platform.contact),
    )
    return Section(
        title="1. Who and what",
        anchor="1",
        points=(
            Point(
                "1.1",
                "The parties",
                "These terms are between the company named below, which runs the service (“the platform”), and "
                "the company or person that holds an account (“you”). The service is for businesses and "
                "other organisations, not for consumers.",
            ),
            Point(
                "1.2",
                "The service",
                "The service is live chat for websites: a widget on your sites, an inbox for your agents, and "
                "the settings and records that belong to them, as your plan includes them.",
            ),
            Point(
                "1.3",
                "Personal data",
                "For the personal data of your visitors you are the controller and the platform is your "
                "processor. The data processing agreement rules that, is accepted separately, and prevails "
                "over these terms wherever both speak of personal data.",
            ),
        ),
        tables=(Table("The platform", ("Detail", "Value"), tuple(row for row in rows if row[1])),),
    )


_SECTIONS = (
    Section(
        title="2. Your account",
        anchor="2",
        points=(
            Point(
                "2.1",
                "Opening it",
                "An owner opens the account with a proven e-mail address, names the company behind it, and "
                "accepts these terms, the data processing agreement and the list of prohibited data. Until "
                "then the widget stays off.",
            ),
            Point(
                "2.2",
                "Members",
                "You decide who is a member and in which role, and you answer for what members do in your "
                "account. Each member has a log-in of their own; log-ins are not shared.",
            ),
            Point(
                "2.3",
                "Keeping it safe",
                "You keep passwords secret and tell the platform without delay if somebody else may know one. "
                "The platform protects the account with the measures of Appendix 2 of the data processing "
                "agreement.",
            ),
        ),
    ),
    Section(
        title="3. What you may and may not do",
        anchor="3",
        points=(
            Point(
                "3.1",
                "Use",
                "You may use the service on the sites that you have listed in the account and are entitled to "
                "equip with it.",
            ),
            Point(
                "3.2",
                "What you answer for",
                "You answer for a legal basis for what you do with visitors' data, for the information that "
                "they are owed, and for what your agents write. The account has settings and texts that help: "
                "the notice in the chat, the switches for technical data, the periods for history. None of "
                "this takes over a duty of yours, or moves one of the platform's to you.",
            ),
            Point(
                "3.3",
                "Prohibited data",
                "The service is not made for the data listed as prohibited in Appendix 1 of the data "
                "processing agreement. You do not ask for them, and forms that would are not saved. Where a "
                "visitor sends them all the same, you delete them; the service masks card and bank account "
                "numbers before they are stored.",
            ),
            Point(
                "3.4",
                "Not allowed",
                "It is not allowed to break the law with the service, to send advertising to people who have "
                "not agreed to it, to deceive visitors about who is writing to them, to spread malware, to "
                "overload the service or to get around its limits, or to look for the data of other "
                "accounts. Security research in your own account is welcome if you report what you find.",
            ),
        ),
    ),
    Section(
        title="4. Plans and money",
        anchor="4",
        points=(
            Point(
                "4.1",
                "Plans",
                "What each plan includes, and what it costs, stands on the page of the plans. The Free plan "
                "costs nothing and asks for no means of payment.",
            ),
            Point(
                "4.2",
                "Changing the plan",
                "You may change to another plan at any time. If the new plan keeps history for a shorter "
                "time, the account says at once what will be deleted and when, and you can change back or "
                "export before then.",
            ),
            Point(
                "4.3",
                "Prices",
                "A higher price applies from the next period that you pay for, and the owners are told at "
                "least 30 days before it begins.",
            ),
        ),
    ),
    Section(
        title="5. Running the service",
        anchor="5",
        points=(
            Point(
                "5.1",
                "Availability",
                "The platform runs the service with care and repairs faults without delay. It does not promise "
                "that the service is never interrupted. Planned interruptions are announced.",
            ),
            Point(
                "5.2",
                "Improving it",
                "The platform may change functions if what you pay for keeps its value. A function that "
                "matters is not taken out without 30 days' notice, except to keep the service safe or lawful.",
            ),
            Point(
                "5.3",
                "Your content",
                "What you and your visitors write stays yours. The platform uses it only to run the service "
                "for you: not for analytics of its own, not for profiling, and not to train models.",
            ),
        ),
    ),
    Section(
        title="6. Suspension and end",
        anchor="6",
        points=(
            Point(
                "6.1",
                "Your right to leave",
                "An owner may close the account at any time. For 30 days it can still be read and exported, "
                "then it is deleted as the data processing agreement says.",
            ),
            Point(
                "6.2",
                "Suspension",
                "The platform may suspend an account that breaks point 3.4 or endangers others, no further "
                "and no longer than needed. It tells the owners the reason at once, where the law allows it, "
                "and hears them.",
            ),
            Point(
                "6.3",
                "The platform's right to end",
                "The platform may end the contract with 60 days' notice, and without notice where you break "
                "it seriously and go on after a warning. The days for export in point 6.1 remain.",
            ),
        ),
    ),
    Section(
        title="7. Liability",
        anchor="7",
        points=(
            Point(
                "7.1",
                "Without a limit",
                "Each side is liable without a limit for intent and gross negligence, for harm to life, body "
                "and health, and wherever the law allows no limit.",
            ),
            Point(
                "7.2",
                "Otherwise",
                "For slight negligence each side is liable only for breach of a duty on which the other may "
                "rely, and for damage that could be foreseen, in one year at most up to what you paid for the "
                "12 months before.",
            ),
            Point(
                "7.3",
                "What this leaves alone",
                "This section limits neither what data subjects may claim (Article 82 GDPR) nor the duties of "
                "the platform under the data processing agreement and its Clauses.",
            ),
        ),
    ),
    Section(
        title="8. Changes of these terms",
        anchor="8",
        points=(
            Point(
                "8.1",
                "Notice",
                "A new version is sent to the owners at least 30 days before it is to hold, with what has "
                "changed. It binds you once an owner has accepted it.",
            ),
            Point(
                "8.2",
                "If you do not accept",
                "You may leave with an export. Earlier versions stay readable.",
            ),
        ),
    ),
)


def _law(platform: Party) -> Section:
    return Section(
        title="9. Law and last words",
        anchor="9",
        points=(
            Point(
                "9.1",
                "Law",
                f"The law of {platform.country} applies, where the platform has its seat. Mandatory law that "
                "protects you where you are is not affected.",
            ),
            Point(
                "9.2",
                "If a point does not hold",
                "If one of these points is void, the others hold all the same.",
            ),
        ),
    )
