"""Consent records and receipts in the fields of ISO/IEC TS 27560, as DPV terms, and as the receipt of
the Kantara Initiative. Filled from the register of consents, the company, and the platform's
registers; with a gap in those they are not made, and it is said what is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts import companies, countries
from accounts.models import Account, CompanyIdentity, Site
from privacy import consents, platform, proofs, purposes
from privacy.documents.facts import Facts, Incomplete, Party
from privacy.models import Channel, Consent, ConsentRecord, ConsentState, PurposeCategory
from privacy.policy import words

SCHEMA = "ISO/IEC TS 27560:2023"
KANTARA = "KI-CR-v1.1.0"
_NONE = "none"
_CONTROLLER, _PROCESSOR, _AUTHORITY = "controller", "processor", "authority"

RIGHTS = (
    "access (Art. 15 GDPR)",
    "rectification (Art. 16 GDPR)",
    "erasure (Art. 17 GDPR)",
    "restriction (Art. 18 GDPR)",
    "portability (Art. 20 GDPR)",
    "objection (Art. 21 GDPR)",
    "withdrawal of consent (Art. 7(3) GDPR)",
    "complaint to an authority (Art. 77 GDPR)",
)
WITHDRAWAL = "at any time in the privacy menu of the chat, and by the link in each e-mail"
PROCESSING = "stored by the chat service, used by the controller; no automated decisions"

DPV_STATES = {
    ConsentState.GIVEN: "dpv:ConsentGiven",
    ConsentState.REFUSED: "dpv:ConsentRefused",
    ConsentState.WITHDRAWN: "dpv:ConsentWithdrawn",
    ConsentState.EXPIRED: "dpv:ConsentExpired",
    ConsentState.INVALIDATED: "dpv:ConsentInvalidated",
    # Ended by somebody else than the person.
    ConsentState.TERMINATED: "dpv:ConsentRevoked",
}
DPV_PURPOSES = {
    PurposeCategory.SERVICE: "dpv:CustomerCare",
    PurposeCategory.MARKETING: "dpv:Marketing",
    PurposeCategory.NEWSLETTER: "dpv:DirectMarketing",
    PurposeCategory.RESEARCH: "dpv:ResearchAndDevelopment",
    PurposeCategory.PERSONALISATION: "dpv:Personalisation",
    PurposeCategory.OTHER: "dpv:Purpose",
}
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


@dataclass(frozen=True)
class Setting:
    """What is the same in every record of an account at this time."""

    account: Account
    company: CompanyIdentity
    facts: Facts
    controller: Party
    site: str
    policy: str


def setting(account: Account) -> Setting:
    """Inside the account. Raises Incomplete with what is missing of company and registers."""
    facts = platform.facts(account)
    company = companies.of(account.pk)
    missing = facts.missing()
    if company is None or facts.account is None or missing:
        raise Incomplete(missing or ["account.company_name"])
    site = Site.objects.order_by("created_at").values_list("origin", flat=True).first()
    return Setting(
        account=account,
        company=company,
        facts=facts,
        controller=facts.account,
        site=site or account.name,
        policy=settings.PUBLIC_URL + reverse("privacy_policy_public", args=[account.public_key]),
    )


def record(consent: Consent, events: Sequence[ConsentRecord], place: Setting) -> dict[str, Any]:
    """The consent with everything that happened to it. `events` are its records in order."""
    return {
        "header": {
            "schema_version": SCHEMA,
            "record_id": str(consent.pk),
            "pii_principal_id": str(consent.principal_id),
        },
        "pii_processing": _processing(events[0], place),
        "party_identification": _parties(place),
        "events": [_event(one) for one in events],
    }


def receipt(one: ConsentRecord) -> dict[str, Any]:
    """What the person is given for one decision: the record with this one event, under a number of
    its own. Inside the account. Raises Incomplete."""
    place = setting(Account.objects.get(pk=one.account_id))
    assert one.principal_id
    assert one.purpose_id
    consent = Consent.objects.get(principal_id=one.principal_id, purpose_id=one.purpose_id)
    return {
        "receipt": {"receipt_id": str(uuid4()), "schema_version": SCHEMA},
        **record(consent, [one], place),
    }


def kantara(one: ConsentRecord) -> dict[str, Any]:
    """The same as a Consent Receipt 1.1.0. A telephone number is left out, as no company is asked
    for one. Inside the account. Raises Incomplete."""
    place = setting(Account.objects.get(pk=one.account_id))
    said, purpose = _words(one), _processing(one, place)["purposes"][0]
    return {
        "version": KANTARA,
        "jurisdiction": purpose["jurisdiction"],
        "consentTimestamp": int(_at(one).timestamp()),
        "collectionMethod": purpose["collection_method"],
        "consentReceiptID": str(uuid4()),
        "language": one.language,
        "piiPrincipalId": str(one.principal_id),
        "piiControllers": [_kantara_controller(place)],
        "policyUrl": place.policy,
        "services": [
            {
                "service": purpose["service"],
                "purposes": [
                    {
                        "purpose": said.title,
                        "purposeCategory": [_category(one).value],
                        "consentType": "EXPLICIT",
                        "piiCategory": [said.data],
                        "primaryPurpose": False,
                        "termination": purpose["retention_period"],
                        "thirdPartyDisclosure": bool(place.facts.sub_processors),
                        "thirdPartyName": ", ".join(purpose["recipients"]),
                    }
                ],
            }
        ],
        "sensitive": False,
        "spiCat": [],
    }


def as_dpv(written: dict[str, Any]) -> dict[str, Any]:
    """A record or a receipt in DPV terms, a node of a JSON-LD graph."""
    header, processing = written["header"], written["pii_processing"]
    purpose = processing["purposes"][0]
    people = {one["party_id"]: one for one in written["party_identification"]}
    is_receipt = "receipt" in written
    return {
        "@id": f"urn:uuid:{written['receipt']['receipt_id'] if is_receipt else header['record_id']}",
        "@type": "dpv:ConsentReceipt" if is_receipt else "dpv:ConsentRecord",
        "dct:conformsTo": SCHEMA,
        "dct:identifier": header["record_id"],
        "dct:language": processing["language"],
        "dpv:hasDataSubject": {"@id": f"urn:uuid:{header['pii_principal_id']}"},
        "dpv:hasDataController": _dpv_party(people[_CONTROLLER], "dpv:DataController"),
        "dpv:hasDataProcessor": _dpv_party(people[_PROCESSOR], "dpv:DataProcessor"),
        "dpv:hasAuthority": _dpv_party(people[_AUTHORITY], "dpv:DataProtectionAuthority"),
        "dpv:hasPurpose": {
            "@type": DPV_PURPOSES[PurposeCategory(purpose["purpose_type"])],
            "dct:title": purpose["purpose"],
        },
        "dpv:hasLegalBasis": {"@id": "eu-gdpr:A6-1-a"},
        "dpv:hasPersonalData": [
            {"@type": "dpv:PersonalData", "dct:title": one["type"]}
            for one in purpose["pii_information"]
        ],
        "dpv:hasProcessing": [{"@id": "dpv:Store"}, {"@id": "dpv:Use"}],
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageDuration",
            "dct:description": purpose["retention_period"],
        },
        "dpv:hasLocation": purpose["storage_locations"],
        "dpv:hasJurisdiction": purpose["jurisdiction"],
        "dpv:hasRecipient": [
            {"@type": "dpv:Recipient", "schema:name": one} for one in purpose["recipients"]
        ],
        "dpv:hasRight": list(purpose["privacy_rights"]),
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:source": processing["privacy_notice"]["url"],
        },
        "dpv:hasConsentStatus": [
            {
                "@type": DPV_STATES[ConsentState(one["state"])],
                "dpv:isIndicatedAtTime": one["event_time"],
                "dpv:isIndicatedBy": {"@id": f"urn:uuid:{one['entity_id']}"}
                if one["entity_id"] != _CONTROLLER
                else people[_CONTROLLER]["name"],
                "dpv:hasDuration": one["validity_duration"],
            }
            for one in written["events"]
        ],
    }


def rows(found: Iterable[Consent], place: Setting) -> Iterable[dict[str, Any]]:
    """The records of these consents."""
    for consent in found:
        if events := list(consents.records(consent).select_related("version")):
            yield record(consent, events, place)


def flat(written: dict[str, Any]) -> list[tuple[str, str]]:
    """A record as names and values for a table: of lists, all in one cell; of events, the last."""
    last = written["events"][-1]
    purpose = written["pii_processing"]["purposes"][0]
    parties = {one["party_id"]: one for one in written["party_identification"]}
    cells: dict[str, Any] = {
        **written["header"],
        "privacy_notice": written["pii_processing"]["privacy_notice"]["url"],
        "language": written["pii_processing"]["language"],
        **{key: value for key, value in purpose.items() if key not in {"pii_information"}},
        "pii_information": [one["type"] for one in purpose["pii_information"]],
        "controller": parties[_CONTROLLER]["name"],
        "controller_address": parties[_CONTROLLER]["address"],
        "controller_contact": parties[_CONTROLLER]["contact"],
        "authority": parties[_AUTHORITY]["name"],
        **{key: value for key, value in last.items() if not isinstance(value, dict)},
        "events": [f"{one['event_time']} {one['state']}" for one in written["events"]],
    }
    return [(name, "; ".join(v) if isinstance(v, list) else str(v)) for name, v in cells.items()]


def _processing(one: ConsentRecord, place: Setting) -> dict[str, Any]:
    said, facts = _words(one), place.facts
    is_optional = True
    return {
        "privacy_notice": {"url": place.policy, "version_sha256": one.notice_digest or None},
        "language": one.language,
        "purposes": [
            {
                "purpose": said.title,
                "purpose_type": _category(one).value,
                "lawful_basis": "consent, Art. 6(1)(a) GDPR",
                "pii_information": [
                    {
                        "type": said.data,
                        "attribute_id": one.form_field or "consent",
                        "is_optional": is_optional,
                        "sensitive_category": _NONE,
                        "special_category": _NONE,
                    }
                ],
                "pii_controllers": [_CONTROLLER],
                "collection_method": _collected(one),
                "processing_method": PROCESSING,
                "storage_locations": _unique(f"{p.place}, {p.country}" for p in facts.places),
                "processing_locations": _unique(p.country for p in facts.places),
                "geographic_restrictions": facts.region,
                "retention_period": (
                    f"data: {facts.retention} after the last message; record: {proofs.MONTHS} "
                    "months after the consent ends"
                ),
                "service": _origin(one.page_url) or place.site,
                "jurisdiction": place.company.country,
                "recipients": [facts.platform.company_name]
                + [sub.name for sub in facts.sub_processors],
                "withdrawal_method": WITHDRAWAL,
                "privacy_rights": list(RIGHTS),
                "authority_party": _AUTHORITY,
            }
        ],
    }


def _parties(place: Setting) -> list[dict[str, Any]]:
    processor = place.facts.platform
    name, address = _authority(place.company.country)
    return [
        {
            "party_id": _CONTROLLER,
            "name": place.controller.company_name,
            "type": "organisation",
            "role": "PII controller",
            "address": f"{place.controller.address}, {place.controller.country}",
            "contact": place.controller.contact,
            "email": place.company.contact_email or place.company.dpo_email or None,
            "url": place.site,
        },
        {
            "party_id": _PROCESSOR,
            "name": processor.company_name,
            "type": "organisation",
            "role": "PII processor",
            "address": f"{processor.address}, {processor.country}",
            "contact": processor.contact,
            "email": None,
            "url": settings.PUBLIC_URL,
        },
        {
            "party_id": _AUTHORITY,
            "name": name,
            "type": "authority",
            "role": "authority",
            "address": place.controller.country,
            "contact": address,
            "email": None,
            "url": address,
        },
    ]


def _event(one: ConsentRecord) -> dict[str, Any]:
    is_persons = one.channel not in {Channel.SYSTEM, Channel.MEMBER}
    return {
        "event_time": _at(one).isoformat(),
        "validity_duration": _duration(one),
        "entity_id": str(one.principal_id) if is_persons else _CONTROLLER,
        "event_type": "explicit" if is_persons else "notice",
        "state": one.state,
        "wording": one.text,
        "wording_sha256": one.text_digest,
        "purpose_version": one.version.number if one.version else 0,
        "language": one.language,
        "page": one.page_url,
        "widget_version": one.widget_version,
        "form_field": one.form_field,
        "how": one.how,
        "channel": one.channel,
        "chain": {"number": one.number, "sha256": one.digest},
    }


def _duration(one: ConsentRecord) -> str:
    """How long it counts or counted, as a duration of ISO 8601 where time is the end of it."""
    months = one.version.months_valid if one.version else None
    return f"P{months}M" if months else "until withdrawn"


def _words(one: ConsentRecord) -> purposes.Words:
    """The words of the version that was agreed to, in the language in which it was."""
    assert one.version is not None
    return purposes.words(one.version, one.language)[0]


def _category(one: ConsentRecord) -> PurposeCategory:
    assert one.version is not None
    return PurposeCategory(one.version.category)


def _collected(one: ConsentRecord) -> str:
    with translation.override("en"):
        how = str(one.get_how_display()) or "by a decision in the chat"
    return f"{how}, field {one.form_field}" if one.form_field else how


def _kantara_controller(place: Setting) -> dict[str, Any]:
    company = place.company
    street = ", ".join(part for part in (company.address_line1, company.address_line2) if part)
    said = {
        "piiController": company.company_name,
        "onBehalf": False,
        "contact": place.controller.contact,
        "address": {
            "streetAddress": street,
            "postalCode": company.postcode,
            "addressLocality": company.city,
            "addressCountry": company.country,
        },
        "piiControllerUrl": place.site,
    }
    if email := company.contact_email or company.dpo_email:
        said["email"] = email
    return said


def _dpv_party(party: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "@type": kind,
        "schema:name": party["name"],
        "dpv:hasAddress": party["address"],
        "dpv:hasContact": party["contact"],
    }


def _authority(country: str) -> tuple[str, str]:
    """Who supervises companies of this country, and where it is found."""
    known = words.authority(country)
    name = known.name if known else ""
    return (
        name or f"Supervisory authority of {countries.NAMES.get(country, country)}",
        known.url if known else words.authorities_elsewhere(),
    )


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3]) if url else ""


def _at(one: ConsentRecord) -> datetime:
    assert one.at is not None
    return one.at.astimezone(UTC)


def _unique(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))
