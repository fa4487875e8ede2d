"""What owners of websites ask about data protection, answered from the registers (S2).

No answer names a place, a company or a period of its own, and none promises that somebody is
within the law: that depends on what an account does (S9).
"""

from collections.abc import Callable, Iterable
from datetime import date

from accounts import plans
from accounts.models import PlanName
from privacy import cookies
from privacy.documents.facts import Facts, Incomplete
from privacy.documents.links import page, setting
from privacy.documents.tree import Document, Link, Point, Section
from privacy.prohibited import PROHIBITED

LAW = Link("The text of the GDPR", "https://eur-lex.europa.eu/eli/reg/2016/679/oj")
Answer = tuple[str, str, tuple[Link, ...]]


def build(facts: Facts) -> Document:
    """The sixteen questions. Raises Incomplete rather than leave a gap in an answer."""
    missing = list(facts.platform.missing("platform"))
    missing += [name for name in ("places", "measures") if not getattr(facts, name)]
    if missing:
        raise Incomplete(missing)
    points = (Point(str(number), *answer(facts)) for number, answer in enumerate(_ANSWERS, start=1))
    section = Section("Questions", "questions", points=tuple(points))
    return Document("Questions and answers", "", date.min, "en", (section,))


def _gdpr(facts: Facts) -> Answer:
    return (
        "What is the GDPR?",
        "The General Data Protection Regulation, Regulation (EU) 2016/679, is the law of the European Union on "
        "personal data. It has applied directly in every member state since 25 May 2018, and reaches companies "
        "elsewhere that offer goods or services to people in the Union. Personal data are everything that can "
        "be connected with a person: a name, but also an IP address, a visitor id or a cookie id (Article 4(1), "
        "Recital 30).",
        (LAW, *facts.authorities),
    )


def _stance(facts: Facts) -> Answer:
    return (
        "How does this service stand to the GDPR?",
        "No tool makes a company lawful by itself. We provide what a processor owes: an agreement under "
        "Article 28, security measures, a list of sub-processors, limits to what is kept, and proof of what was "
        "done. What you collect, for which purpose and on which basis is your decision, and you inform your "
        "visitors. The settings show what is on and what is kept.",
        (setting("What your account keeps, and how long", "history"),),
    )


def _whether(facts: Facts) -> Answer:
    return (
        "Are personal data of my visitors processed?",
        "Yes. What visitors write, the contact data that they leave, a visitor id in a cookie and technical data "
        "of the visit are personal data. How much it is depends on your settings. Appendix 1 of the agreement "
        "lists it.",
        (setting("What your account collects", "data"), page("Appendix 1", "dpa", "#appendix-1")),
    )


def _where(facts: Facts) -> Answer:
    places = (
        f"{one.service}: {one.place}, {one.country} ({one.status}; {one.tool})"
        for one in facts.places
    )
    return (
        "Where are personal data stored?",
        f"{'. '.join(places)}. E-mails travel to the mail servers of those to whom they are addressed. "
        "Point 5.3 and Appendix 3 of the agreement say it with the safeguards.",
        (page("Point 5.3", "dpa", "#5.3"), page("Sub-processors and places", "sub-processors")),
    )


def _who(facts: Facts) -> Answer:
    names = _list(
        f"{one.name} for {one.service.split(':')[0].lower()}" for one in facts.sub_processors
    )
    used = f"Yes: {names}." if facts.sub_processors else "No: nobody else processes them for us."
    return (
        "Are other companies (sub-processors) used?",
        f"{used} A new one is announced at least 30 days before it begins, and you can object. Appendix 3 of "
        "the agreement is this list.",
        (page("Sub-processors and places", "sub-processors"),),
    )


def _which(facts: Facts) -> Answer:
    data = "; ".join(
        f"{one.category}: {one.data}" for one in facts.data if one.subject.startswith("visitors")
    )
    return (
        "Which personal data of visitors are processed?",
        f"It depends on your settings. At most: {data}. IP addresses are not stored by default. Visitors "
        "can write anything else about themselves in the chat.",
        (setting("What your account collects", "data"), page("Appendix 1", "dpa", "#appendix-1")),
    )


def _prohibited(facts: Facts) -> Answer:
    kinds = _list(f"{one.data.lower()} ({one.ground})" for one in PROHIBITED)
    return (
        "Are there personal data that I must not collect with it?",
        f"Yes: {kinds}. Do not ask for them: a form with such a field is not saved. Card and bank account "
        "numbers that a visitor writes all the same are masked before they are stored, and messages and "
        "files can be removed.",
        (
            page("Prohibited data in Appendix 1", "dpa", "#appendix-1"),
            setting("What forms ask", "forms"),
        ),
    )


def _employees(facts: Facts) -> Answer:
    return (
        "Are personal data of my employees processed?",
        "Yes, of those who have a log-in: the e-mail address for it, a public name and a photo if they choose "
        "one, and what they do in the account. Visitors never see the e-mail address, and the name may be an "
        "alias.",
        (setting("Your profile", "profile"),),
    )


def _agreement(facts: Facts) -> Answer:
    return (
        "Do I need a data processing agreement?",
        "Yes. Article 28 GDPR asks for one wherever a company processes personal data for another. Ours is "
        "public, with the standard contractual clauses of the European Commission as a part of it. If you need "
        f"another one, write to {facts.platform.contact}.",
        (
            page("The agreement", "dpa"),
            page("Terms of Service", "terms"),
            setting("Your agreements", "agreements"),
        ),
    )


def _consent(facts: Facts) -> Answer:
    return (
        "Do I need the consent of my visitors?",
        "(a) If you use their data only to answer them and to solve their problems, you need no consent for it: "
        "the basis is Article 6(1)(b) or (f) GDPR. You still inform them; the chat shows a notice by default, "
        "which should link to your privacy policy. (b) For other purposes, such as a newsletter, you need a "
        "voluntary consent for each purpose, and the chat must work without it. The rules on cookies apply in "
        "either case.",
        (setting("The notice in the chat", "widget"),),
    )


def _officer(facts: Facts) -> Answer:
    dpo = facts.platform.dpo
    said = f"Yes: {dpo}." if dpo else f"None is appointed. The contact is {facts.platform.contact}."
    return (
        "Is there a data protection officer?",
        f"{said} If you have appointed one yourself, name them in your company's details.",
        (page("Who processes the data", "identity"), setting("Your company", "company")),
    )


def _secured(facts: Facts) -> Answer:
    headings = _list(one.heading.lower() for one in facts.measures)
    return (
        "How are personal data secured?",
        f"By measures for {headings}. Appendix 2 of the agreement says what each of them is.",
        (page("Security measures", "security"),),
    )


def _owner(facts: Facts) -> Answer:
    return (
        "To whom do the data belong?",
        "To you, as far as data of people can belong to anybody: you are the controller and decide about them. "
        "We are the processor and act on your instructions: no analytics of our own, no profiling, no training "
        "of models. With the control comes your responsibility towards your visitors.",
        (setting("Your company", "company"),),
    )


def _limits(facts: Facts) -> Answer:
    free = plans.CATALOGUE[PlanName.FREE]
    paid = plans.CATALOGUE[PlanName.STANDARD]
    return (
        "What limits the processing and protects visitors?",
        "(a) IP addresses are not stored by default. (b) History has an end: "
        f"{_months(free.history_default)} at most on the Free plan, {_months(paid.history_default)} on paid plans "
        "unless you choose otherwise, and what is older is deleted every night. (c) The chat shows a notice about "
        "the processing by default. (d) Nothing is stored on a visitor's device before they use the chat, and "
        "each kind of technical data has a switch.",
        (
            setting("How long history is kept", "history"),
            setting("What your account collects", "data"),
        ),
    )


def _inform(facts: Facts) -> Answer:
    party = facts.platform
    return (
        "What must I tell the visitors of my website?",
        "You are the controller, so you tell them (Article 13 GDPR): who you are and who your processor is, each "
        f"with name, VAT ID and address (ours: {party.company_name}, {party.vat_id}, {party.address}, "
        f"{party.country}); which data you ask for; for which purposes and on which basis; who receives them; how "
        "long they are kept, which is the period of your history; and how to reach you for a copy, a correction "
        "or a deletion.",
        (
            page("Who processes the data", "identity"),
            setting("How long history is kept", "history"),
            setting("The notice in the chat", "widget"),
        ),
    )


def _cookies(facts: Facts) -> Answer:
    named = _list(f"{item.name} ({_lifetime(item.max_age)})" for item in cookies.COOKIES)
    return (
        "Which cookies does the chat use?",
        f"{len(cookies.COOKIES)}, on your own site and not before a visitor uses the chat: {named}. The visitor "
        "id and the conversation id are personal data. The text of a draft is kept in the session storage of the "
        "browser.",
        (page("Cookies of the chat", "cookies"),),
    )


_ANSWERS: tuple[Callable[[Facts], Answer], ...] = (
    _gdpr,
    _stance,
    _whether,
    _where,
    _who,
    _which,
    _prohibited,
    _employees,
    _agreement,
    _consent,
    _officer,
    _secured,
    _owner,
    _limits,
    _inform,
    _cookies,
)


def _lifetime(seconds: int | None) -> str:
    return "until the browser is closed" if seconds is None else f"{seconds // cookies.DAY} days"


def _months(count: int) -> str:
    years, rest = divmod(count, 12)
    if rest or not years:
        return f"{count} months" if count > 1 else "1 month"
    return f"{years} years" if years > 1 else "1 year"


def _list(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
