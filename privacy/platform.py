"""Facts for documents, from the registers and from an account's own settings."""

from datetime import date
from itertools import groupby

from django.conf import settings
from django.utils import timezone, translation

from accounts import companies, countries
from accounts.declarations import Subject, Volatile
from accounts.models import Account
from privacy import data_map, places, purposes, retention, uses
from privacy.documents import laws
from privacy.documents.facts import (
    Aim,
    DataRow,
    Facts,
    Mail,
    Measure,
    Party,
    Place,
    Question,
    SubProcessor,
)
from privacy.documents.tree import Link
from privacy.measures import HEADINGS
from privacy.models import LegalBasis
from privacy.models import platform as registers
from privacy.uses import Flow

OWNERS = "the owners of the account"
_NOBODY = Party("", "", "", "", "")


def party(on: date | None = None) -> Party:
    """The platform as a party; its details are empty while the register holds none."""
    identity = registers.PlatformIdentity.objects.first()
    if identity is None:
        return _NOBODY
    return Party(
        company_name=identity.company_name,
        vat_id=identity.vat_id,
        address=identity.address,
        country=countries.NAMES.get(identity.country, ""),
        contact=identity.contact,
        registration_no=identity.registration_no,
        dpo=(dpo := identity.dpo_on(on or timezone.now().date())),
        dpo_since=f"{identity.dpo_since}" if dpo and identity.dpo_since else "",
        representative=identity.representative,
    )


def storage_places(region: str, on: date) -> tuple[Place, ...]:
    """Where data of accounts of this region lie on that day, by service."""
    found = registers.Place.objects.filter(region=region, since__lte=on).order_by("service", "city")
    return tuple(
        Place(
            service=one.service,
            place=one.city,
            country=countries.NAMES[one.country],
            status=places.status(one.country, on),
            tool=str(one.get_tool_display()),
            safeguards=one.safeguards,
        )
        for one in found
        if one.until is None or one.until >= on
    )


def sub_processors(on: date) -> tuple[SubProcessor, ...]:
    """Who works for the platform on that day, or has been announced, by name."""
    return tuple(
        SubProcessor(
            name=_announced(one) if one.standing(on) == registers.Standing.ANNOUNCED else str(one),
            address=f"{one.address}, {countries.NAMES[one.country]}",
            contact=one.contact,
            service=f"{one.service}: {one.description} Data: {one.data}.",
            place=", ".join(
                countries.NAMES[country]
                for country in sorted(
                    {one.place_of_storage, one.place_of_processing, one.place_of_access}
                )
            ),
            tool=transfer(one),
        )
        for one in registers.SubProcessor.objects.known_on(on).order_by("legal_name")
    )


def transfer(one: registers.SubProcessor) -> str:
    """The tool with its proof and the day of the last check (R13)."""
    said = [str(one.get_tool_display())]
    if one.certificate:
        said.append(f"certificate {one.certificate}")
    if one.tool != places.Tool.NONE_EEA and one.checked_on:
        said.append(f"checked on {one.checked_on}")
    return ", ".join(said)


def measures() -> tuple[Measure, ...]:
    """The measures under their headings; none at all while one is missing (S46)."""
    found = list(registers.Measure.objects.order_by("position"))
    if len(found) != len(HEADINGS):
        return ()
    today = timezone.now().date()
    return tuple(
        Measure(
            heading,
            one.text,
            responsible=one.responsible,
            tested=str(one.tested_on),
            status="test is due" if one.is_test_due(today) else "in place, tested",
        )
        for heading, one in zip(HEADINGS, found, strict=True)
    )


def authorities() -> tuple[Link, ...]:
    """Public bodies for further reading (S7)."""
    return tuple(
        Link(one.name, one.address)
        for one in registers.Authority.objects.filter(ended_on=None).order_by("position")
    )


def data_rows(account: Account | None) -> tuple[DataRow, ...]:
    """What is kept of visitors and members: by the account's settings, or for the public text all
    that settings can let in. One row for what is kept alike. With an account it stands inside it."""
    holding = uses.conditions() if account else {}
    found = [
        (subject, kind.category, str(one.table.kept), _what(account, kind.what, kind.when))
        for subject in (Subject.VISITOR, Subject.MEMBER)
        for one in data_map.data(subject)
        if uses.holds((kind := one.personal).when, holding)
    ]
    found += [
        (one.subject, one.category, _lasting(one), _what(account, one.what, one.when))
        for one in data_map.volatile()
        if uses.holds(one.when, holding)
    ]
    rows = []
    for (subject, category, kept), data in groupby(sorted(found), key=lambda row: row[:3]):
        rows.append(DataRow(subject, category, ", ".join(dict.fromkeys(d[3] for d in data)), kept))
    return tuple(rows)


def _what(account: Account | None, what: str, when: str) -> str:
    return f"{what} (if switched on)" if when and account is None else what


def _lasting(one: Volatile) -> str:
    if one.lifetime.days:
        return f"beside the database, for {one.lifetime.days} days"
    minutes = int(one.lifetime.total_seconds()) // 60
    return f"in memory, until {minutes} minutes after the last sign of them"


def questions() -> tuple[Question, ...]:
    """What the account's forms ask. Inside the account."""
    return tuple(
        Question(
            str(one.form),
            str(one.label),
            str(one.kind),
            "required" if one.is_required else "optional",
        )
        for one in uses.asked()
    )


def mails(account: Account | None, on: date) -> tuple[Mail, ...]:
    """The e-mails that the account's settings let out, or all there are: each with who hands it
    over (S16). With an account it stands inside it."""
    return tuple(
        Mail(str(one.title) if account else f"{one.title} (if switched on)", *mailer(one, on))
        for one in uses.flows()
        if one.is_on or account is None
    )


def mailer(flow: Flow, on: date) -> tuple[str, str]:
    """Who hands over these e-mails, and in which country: the account's own mail server, or a
    sub-processor of the platform, or while the register has none for it the platform itself."""
    if flow.mailer:
        return flow.mailer, countries.NAMES.get(flow.country, "chosen by the account")
    at_work = registers.SubProcessor.objects.known_on(on).filter(effective_on__lte=on)
    found = at_work.exclude(provider="").filter(provider__iexact=settings.EMAIL_HOST).first()
    if found:
        return found.legal_name, countries.NAMES[found.place_of_processing]
    own = party()
    return own.company_name, own.country


def facts(account: Account | None, on: date | None = None) -> Facts:
    """All that an agreement is computed from: for this account, or for the public text. With an
    account it stands inside it."""
    on = on or timezone.now().date()
    with translation.override("en"):
        return _facts(account, on)


def _facts(account: Account | None, on: date) -> Facts:
    region = account.region if account else next(iter(places.REGIONS))
    company = companies.of(account.pk) if account else None
    return Facts(
        platform=party(on),
        account=_controller(account) if account else None,
        region=places.REGIONS.get(region, ""),
        places=storage_places(region, on),
        sub_processors=sub_processors(on),
        measures=measures(),
        data=data_rows(account),
        retention=_retention(account) if account else "the period that the account has chosen",
        laws=laws.applying(company.country) if company else (),
        authorities=authorities(),
        asked=questions() if account else (),
        mails=mails(account, on),
        aims=aims(account) if account else (),
    )


def aims(account: Account) -> tuple[Aim, ...]:
    """The purposes that the account has declared, in English words where it gave them. Inside it."""
    found = []
    for one in purposes.declared(account.pk):
        words, _language = purposes.words(one, "en")
        basis = purposes.ARTICLES[LegalBasis(one.basis)]
        said = f"{basis}: {one.interest}" if one.interest else basis
        found.append(Aim(words.title, words.text, said, words.data))
    return tuple(found)


def _controller(account: Account) -> Party:
    company = companies.of(account.pk)
    if company is None:
        return _NOBODY
    contact = ", ".join(part for part in (company.contact_name, company.contact_email) if part)
    return Party(
        company_name=company.company_name,
        vat_id=company.vat_id or "not registered",
        address=company.address,
        country=company.country_name,
        contact=contact or OWNERS,
        registration_no=company.registration_no,
        dpo=", ".join(part for part in (company.dpo_name, company.dpo_email) if part),
        representative=company.representative,
    )


def _retention(account: Account) -> str:
    return str(retention.effective(account, timezone.now()).label).lower()


def _announced(one: registers.SubProcessor) -> str:
    return f"{one.legal_name} (announced, from {one.effective_on:%Y-%m-%d})"
