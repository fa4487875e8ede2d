"""The policy as a document, and that document as plain text."""

from collections.abc import Iterator
from datetime import date

from django.utils import translation
from django.utils.formats import date_format

from privacy.documents.tree import Document, Section, Table
from privacy.places import Tool
from privacy.policy import words as languages
from privacy.policy.facts import Named, PolicyFacts, Use
from privacy.policy.words import Words

WIDTH = 72
"""Of the line under a heading, at most, in characters."""


def build(facts: PolicyFacts, language: str, on: date) -> Document:
    """The whole text (Art. 13 GDPR, S64-S72). The caller has made sure that nothing is missing."""
    say = languages.of(language)
    sections = (
        _about(say),
        _controller(facts, say),
        _processor(facts, say),
        _purposes(facts, say),
        _data(facts, say),
        _asked(facts, say),
        _storage(facts, say),
        _recipients(facts, say),
        _places(facts, say),
        _period(facts, say),
        _rights(facts, say),
        *([_objection(say)] if facts.rests_on_interests else []),
        *([_consent(facts, say)] if facts.consents else []),
        _complaint(facts, say),
        _decisions(say),
    )
    return Document(say("title"), "", on, language, sections)


def updated(document: Document) -> str:
    """The line that says of which day the text is."""
    with translation.override(document.language):
        day = date_format(document.dated, "DATE_FORMAT")
    return languages.of(document.language)("updated", date=day)


def plain(document: Document) -> str:
    """The document for places where there is no markup."""
    return "\n".join(_lines(document)).strip() + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield from (document.title, "=" * min(len(document.title), WIDTH), "", updated(document))
    for section in document.sections:
        yield from ("", "", section.title, "-" * min(len(section.title), WIDTH))
        for paragraph in section.paragraphs:
            yield from ("", paragraph)
        if section.items:
            yield from ("", *(f"- {item}" for item in section.items))
        for table in section.tables:
            yield from ("", f"{table.caption}:")
            for first, *rest in table.rows:
                named = zip(table.head[1:], rest, strict=True)
                yield f"- {first} ({'; '.join(f'{head}: {cell}' for head, cell in named)})"


def _about(say: Words) -> Section:
    return Section(say("about.title"), "about", (say("about.processed"),))


def _controller(facts: PolicyFacts, say: Words) -> Section:
    items = tuple(_identity(facts.controller, say))
    return Section(say("controller.title"), "controller", (say("controller.lead"),), items=items)


def _processor(facts: PolicyFacts, say: Words) -> Section:
    items = tuple(_identity(facts.processor, say))
    return Section(say("processor.title"), "processor", (say("processor.lead"),), items=items)


def _identity(named: Named, say: Words) -> Iterator[str]:
    yield named.company_name
    yield f"{named.address}, {say.country(named.country)}"
    yield say("party.vat", value=named.vat_id) if named.vat_id else say("party.no_vat")
    for name in ("registration", "contact", "representative", "dpo"):
        value = getattr(named, "registration_no" if name == "registration" else name)
        if value:
            yield say(f"party.{name}", value=value)


def _purposes(facts: PolicyFacts, say: Words) -> Section:
    rows = [(use.title or say("purposes.support"), _basis(use, say)) for use in facts.uses]
    rows.append((say("purposes.proof"), say("purposes.proof_basis")))
    head = (say("purposes.purpose"), say("purposes.basis"))
    table = Table(say("purposes.table"), head, tuple(rows))
    return Section(say("purposes.title"), "purposes", tables=(table,))


def _basis(use: Use, say: Words) -> str:
    if use.basis == "interests":
        return say("purposes.interests", interest=use.interest)
    return say(f"purposes.{use.basis}")


def _data(facts: PolicyFacts, say: Words) -> Section:
    rows = tuple(
        (say(f"categories.{group}"), ", ".join(say(f"kinds.{kind}") for kind in kinds))
        for group, kinds in facts.data.items()
    )
    table = Table(say("data.table"), (say("data.category"), say("data.which")), rows)
    paragraphs = (
        say("data.sources"),
        say("data.pushed"),
        say("data.with_ip" if facts.stores_ip else "data.without_ip"),
        say("data.care"),
    )
    return Section(say("data.title"), "data", paragraphs, tables=(table,))


def _asked(facts: PolicyFacts, say: Words) -> Section:
    duty = say("asked.duty")
    if not facts.asked:
        return Section(say("asked.title"), "asked", (say("asked.nothing"), duty))
    head = (say("asked.form"), say("asked.field"), say("asked.needed"))
    rows = tuple(
        (
            say.texts.get(f"asked.{one.form}", one.form),
            say(f"kinds.{one.kind}") if one.kind else one.label,
            say("asked.required" if one.is_required else "asked.optional"),
        )
        for one in facts.asked
    )
    tables = (Table(say("asked.table"), head, rows),)
    return Section(say("asked.title"), "asked", (duty,), tables=tables)


def _storage(facts: PolicyFacts, say: Words) -> Section:
    rows = []
    for one in facts.stored:
        where = say("storage.cookie" if one.is_cookie else "storage.session_storage")
        kept = say("storage.session") if one.days is None else say("storage.days", days=one.days)
        rows.append((f"{one.name} ({where})", say(f"cookies.{one.word}"), kept))
    head = (say("storage.name"), say("storage.purpose"), say("storage.kept"))
    table = Table(say("storage.table"), head, tuple(rows))
    return Section(say("storage.title"), "storage", (say("storage.lead"),), tables=(table,))


def _recipients(facts: PolicyFacts, say: Words) -> Section:
    paragraphs = [say("recipients.own")]
    if facts.is_mailed:
        paragraphs.append(say("recipients.mail"))
    paragraphs.append(
        say("recipients.register", url=facts.register_url)
        if facts.recipients
        else say("recipients.none")
    )
    rows = tuple(
        (one.name, _countries(one.countries, say), say(f"tools.{one.tool}"))
        for one in facts.recipients
    )
    head = (say("recipients.company"), say("recipients.country"), say("recipients.basis"))
    tables = (Table(say("recipients.table"), head, rows),) if rows else ()
    return Section(say("recipients.title"), "recipients", tuple(paragraphs), tables=tables)


def _places(facts: PolicyFacts, say: Words) -> Section:
    stored = say("places.stored", countries=_countries(facts.countries, say))
    is_beyond = any(one.tool != Tool.NONE_EEA for one in facts.recipients)
    paragraphs = [stored]
    if facts.recipients:
        paragraphs.append(say("places.beyond" if is_beyond else "places.within"))
    return Section(say("places.title"), "places", tuple(paragraphs))


def _countries(codes: tuple[str, ...], say: Words) -> str:
    return ", ".join(sorted(say.country(code) for code in codes))


def _period(facts: PolicyFacts, say: Words) -> Section:
    paragraphs = [say(f"period.{facts.period.value}"), say("period.visitors")]
    if facts.memory_minutes:
        what = ", ".join(say(f"kinds.{kind}") for kind in facts.in_memory)
        paragraphs.append(say("period.memory", minutes=facts.memory_minutes, what=what))
    paragraphs += [say("period.exceptions"), say("period.proofs")]
    return Section(say("period.title"), "period", tuple(paragraphs))


def _rights(facts: PolicyFacts, say: Words) -> Section:
    names = ("access", "rectification", "erasure", "restriction", "portability")
    paragraphs = [say("rights.contact", contact=facts.controller.contact)]
    paragraphs.append(say("rights.menu"))
    if facts.request_url:
        paragraphs.append(say("rights.page", url=facts.request_url))
    return Section(
        say("rights.title"),
        "rights",
        (*paragraphs, say("rights.lead")),
        items=tuple(say(f"rights.{name}") for name in names),
    )


def _objection(say: Words) -> Section:
    return Section(say("objection.title"), "objection", (say("objection.text"),))


def _consent(facts: PolicyFacts, say: Words) -> Section:
    rows = tuple((f"{use.title}: {use.text}", use.data) for use in facts.consents)
    head = (say("purposes.purpose"), say("data.which"))
    return Section(
        say("consent.title"),
        "consent",
        (say("consent.text"), say("consent.how")),
        tables=(Table(say("consent.table"), head, rows),),
    )


def _complaint(facts: PolicyFacts, say: Words) -> Section:
    found = languages.authority(facts.controller.country)
    if found is None:
        where = say("complaint.others", url=languages.authorities_elsewhere())
    elif found.name:
        where = say("complaint.authority", name=found.name, url=found.url)
    else:
        where = say("complaint.authorities", url=found.url)
    return Section(say("complaint.title"), "complaint", (say("complaint.text"), where))


def _decisions(say: Words) -> Section:
    return Section(say("decisions.title"), "decisions", (say("decisions.text"),))
