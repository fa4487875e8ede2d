"""Facts for documents, from the registers and from an account's own settings."""

from datetime import date
from itertools import groupby

from django.utils import timezone, translation

from accounts import companies, countries
from accounts.declarations import Subject
from accounts.models import Account
from privacy import data_map, places, retention
from privacy.documents import laws
from privacy.documents.facts import DataRow, Facts, Measure, Party, Place, SubProcessor
from privacy.documents.tree import Link
from privacy.measures import HEADINGS
from privacy.models import platform as registers

OWNERS = "the owners of the account"
_NOBODY = Party("", "", "", "", "")


def party() -> Party:
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
        dpo=identity.dpo,
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
            tool=_transfer(one),
        )
        for one in registers.SubProcessor.objects.known_on(on).order_by("legal_name")
    )


def _transfer(one: registers.SubProcessor) -> str:
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
    return tuple(Measure(heading, one.text) for heading, one in zip(HEADINGS, found, strict=True))


def authorities() -> tuple[Link, ...]:
    """Public bodies for further reading (S7)."""
    return tuple(
        Link(one.name, one.address)
        for one in registers.Authority.objects.filter(ended_on=None).order_by("position")
    )


def data_rows() -> tuple[DataRow, ...]:
    """What is kept of visitors and members, from the data map: one row for what is kept alike."""
    found = [
        (str(one.table.subject), str(one.personal.category), str(one.table.kept), one.personal.what)
        for subject in (Subject.VISITOR, Subject.MEMBER)
        for one in data_map.data(subject)
    ]
    rows = []
    for (subject, category, kept), data in groupby(sorted(found), key=lambda row: row[:3]):
        rows.append(DataRow(subject, category, ", ".join(dict.fromkeys(d[3] for d in data)), kept))
    return tuple(rows)


def facts(account: Account | None, on: date | None = None) -> Facts:
    """All that an agreement is computed from: for this account, or for the public text. With an
    account it stands inside it."""
    on = on or timezone.now().date()
    region = account.region if account else next(iter(places.REGIONS))
    company = companies.of(account.pk) if account else None
    return Facts(
        platform=party(),
        account=_controller(account) if account else None,
        region=places.REGIONS.get(region, ""),
        places=storage_places(region, on),
        sub_processors=sub_processors(on),
        measures=measures(),
        data=data_rows(),
        retention=_retention(account) if account else "the period that the account has chosen",
        laws=laws.applying(company.country) if company else (),
        authorities=authorities(),
    )


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
    with translation.override("en"):
        return str(retention.effective(account, timezone.now()).label).lower()


def _announced(one: registers.SubProcessor) -> str:
    return f"{one.legal_name} (announced, from {one.effective_on:%Y-%m-%d})"
