"""The privacy policy of an account: as it is now, as it was copied, and what lies between (S62-S70).

Whoever links to the public page never has an old text. Whoever copies it into their own website has
to copy it again after a change of settings, and is told so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit, companies
from accounts.declarations import Subject
from accounts.models import Account, Membership
from privacy import cookies, purposes, retention, uses
from privacy.documents import differences
from privacy.documents.differences import Difference
from privacy.documents.facts import Incomplete
from privacy.documents.tree import Document
from privacy.models import (
    LegalBasis,
    Place,
    PlatformIdentity,
    PolicyCopy,
    PurposeKind,
    Standing,
    SubProcessor,
)
from privacy.policy import kinds, text
from privacy.policy.facts import Asked, Named, PolicyFacts, Recipient, Stored, Use

_STANDARD = frozenset({"name", "email", "phone"})
"""Fields that the policy has words for."""
_NOBODY = Named("", "", "", "")


@dataclass(frozen=True)
class Gap:
    """Something without which there is no text, and the page that mends it: a name of an address
    below the account, or empty where only the platform can."""

    text: str
    page: str = ""


@dataclass(frozen=True)
class Drift:
    """A text that was copied and is not what the settings say any more."""

    copy: PolicyCopy
    changes: list[Difference]


def document(account: Account, language: str, on: date | None = None) -> Document:
    """The policy as it is now. Inside the account. Raises Incomplete while a mandatory value is
    missing (S63)."""
    found = facts(account, language, on)
    if missing := found.missing():
        raise Incomplete(missing)
    return text.build(found, language, on or timezone.now().date())


def gaps(account: Account) -> list[Gap]:
    """What the account, or the platform, has to provide before there is a text. Inside the account."""
    return list(_gaps(facts(account, account.language).missing()))


def digest(document: Document) -> str:
    """By which a text is known again, on whatever day it was made."""
    return replace(document, dated=date.min).digest


def copied(
    account: Account, language: str, seen: str, *, by: Membership | None
) -> PolicyCopy | None:
    """Remember that the text with this digest was copied. None: it is not what the settings say any
    more, and somebody copied what an old page showed. Raises Incomplete."""
    now = document(account, language)
    if digest(now) != seen:
        return None
    copy, is_new = PolicyCopy.objects.update_or_create(
        account=account,
        language=language,
        digest=seen,
        defaults={"copied_at": timezone.now(), "copied_by": by},
        create_defaults={
            "copied_at": timezone.now(),
            "copied_by": by,
            "content": now.canonical(),
        },
    )
    if is_new:
        audit.record(account.pk, audit.Event.POLICY_COPIED, by=by, language=language)
    return copy


def copies(account: Account) -> dict[str, PolicyCopy]:
    """What was copied last in each language."""
    found = PolicyCopy.objects.filter(account=account).order_by("language", "-copied_at")
    return {one.language: one for one in found.distinct("language")}


def drifts(account: Account) -> list[Drift]:
    """The languages whose copied text has grown old, with what has changed since (S70). Inside the
    account. Raises Incomplete."""
    return [drift for one in copies(account).values() if (drift := _drift(account, one))]


def _drift(account: Account, copy: PolicyCopy) -> Drift | None:
    now = document(account, copy.language)
    if digest(now) == copy.digest:
        return None
    return Drift(copy, differences.between(copy.content, now.canonical()))


def public_url(account: Account, language: str = "") -> str:
    """Where everybody can read it, with the settings of that moment."""
    path = reverse("privacy_policy_public", args=[account.public_key])
    return f"{settings.PUBLIC_URL}{path}{f'?lang={language}' if language else ''}"


def facts(account: Account, language: str, on: date | None = None) -> PolicyFacts:
    """What the text in this language is filled with. Inside the account."""
    on = on or timezone.now().date()
    stated = _uses(account, language)
    memory = [
        one
        for one in uses.volatile(Subject.VISITOR)
        if kinds.VOLATILE.get(one.what) in {"pages", "referrer"}
    ]
    return PolicyFacts(
        controller=_controller(account),
        processor=_processor(),
        uses=stated,
        data=kinds.grouped(uses.data(Subject.VISITOR), uses.volatile(Subject.VISITOR)),
        asked=_asked(language),
        stored=tuple(_stored()),
        recipients=tuple(_recipients(on)),
        countries=_countries(account, on),
        is_mailed=any(flow.is_on for flow in uses.flows()),
        period=retention.effective(account, timezone.now()),
        memory_minutes=int(memory[0].lifetime.total_seconds()) // 60 if memory else 0,
        register_url=f"{settings.PUBLIC_URL}{reverse('privacy_document', args=['sub-processors'])}",
        request_url=f"{settings.PUBLIC_URL}{reverse('privacy_request_new', args=[account.public_key])}",
    )


def _controller(account: Account) -> Named:
    company = companies.of(account.pk)
    if company is None:
        return _NOBODY
    return Named(
        company_name=company.company_name,
        address=company.address,
        country=company.country,
        contact=_joined(company.contact_name, company.contact_email)
        if company.contact_email
        else "",
        vat_id=company.vat_id,
        registration_no=company.registration_no,
        representative=company.representative,
        dpo=_joined(company.dpo_name, company.dpo_email),
    )


def _processor() -> Named:
    identity = PlatformIdentity.objects.first()
    if identity is None:
        return _NOBODY
    return Named(
        company_name=identity.company_name,
        address=identity.address,
        country=identity.country,
        contact=identity.contact,
        vat_id=identity.vat_id,
        registration_no=identity.registration_no,
        representative=identity.representative,
        dpo=identity.dpo,
    )


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


_BASES = {LegalBasis.CONTRACT: "contract", LegalBasis.INTEREST: "interests"}


def _uses(account: Account, language: str) -> tuple[Use, ...]:
    """The declared purposes. Until support is declared, the sentence names both bases that it can
    rest on and says when which does."""
    declared = purposes.declared(account.pk)
    found = [
        Use(_BASES[LegalBasis(one.basis)], interest=one.interest)
        for one in declared
        if one.kind == PurposeKind.SUPPORT
    ] or [Use("support_basis")]
    for one in declared:
        if one.kind == PurposeKind.FURTHER:
            said, _language = purposes.words(one, language)
            found.append(Use("consent", title=said.title, text=said.text, data=said.data))
    return tuple(found)


def _asked(language: str) -> tuple[Asked, ...]:
    """What forms ask. A field of the account's own is called what its label says."""
    with translation.override(language):
        return tuple(
            Asked(
                field.point or str(field.form),
                field.key if field.key in _STANDARD else "",
                str(field.label),
                field.is_required,
            )
            for field in uses.asked()
        )


def _stored() -> Iterator[Stored]:
    for item in cookies.settable(uses.conditions()):
        is_cookie = item.storage is cookies.Storage.COOKIE
        word = item.short_name if is_cookie else f"{item.short_name}_text"
        days = None if item.max_age is None else item.max_age // cookies.DAY
        yield Stored(item.name, is_cookie, word, days)


def _recipients(on: date) -> Iterator[Recipient]:
    for one in SubProcessor.objects.known_on(on).order_by("legal_name"):
        if one.standing(on) == Standing.ACTIVE:
            where = {one.place_of_storage, one.place_of_processing, one.place_of_access}
            yield Recipient(one.legal_name, tuple(sorted(where)), one.tool)


def _countries(account: Account, on: date) -> tuple[str, ...]:
    found = Place.objects.filter(region=account.region, since__lte=on)
    return tuple(sorted({one.country for one in found if one.until is None or one.until >= on}))


def _gaps(missing: list[str]) -> Iterator[Gap]:
    whose = {name.partition(".")[0] for name in missing}
    of_company = [name.partition(".")[2] for name in missing if name.startswith("controller.")]
    if of_company == ["contact"]:
        yield Gap(_("An e-mail address to which visitors can write"), "settings_company")
    elif of_company:
        yield Gap(_("Who is responsible: name and address of your company"), "settings_company")
    if whose & {"processor", "countries"}:
        yield Gap(_("Our own details, which we have to complete"))
