"""What an account uses its visitors' data for, as its owners declared it (S38, S39, S42).

Notice, policy, record of processing and agreement read `declared`. A purpose that is not support
has a box of its own in the chat; support has none, because it needs no consent.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit, companies
from accounts.declarations import Subject
from accounts.models import Account, CompanyIdentity, Language, Membership, Role
from accounts.tenancy import current_account
from privacy import uses
from privacy.models import (
    LegalBasis,
    Purpose,
    PurposeCategory,
    PurposeKind,
    PurposeReview,
    PurposeVersion,
)

MOST = 8
"""Further purposes that an account may have at a time: more boxes than that nobody reads."""


ARTICLES = {
    LegalBasis.CONTRACT: "Art. 6(1)(b) GDPR",
    LegalBasis.INTEREST: "Art. 6(1)(f) GDPR",
    LegalBasis.CONSENT: "Art. 6(1)(a) GDPR",
}
"""How documents cite a basis."""


@dataclass(frozen=True)
class Words:
    """What a box says in one language: its name, what the visitor agrees to, which data are used."""

    title: str
    text: str
    data: str


@dataclass(frozen=True)
class Box:
    """A consent box as a visitor sees it. `version` is the SHA-256 of all of its words, and comes
    back with the tick: only what was read can be agreed to."""

    id: UUID
    title: str
    text: str
    details: str
    version: str
    language: str
    purpose_version: UUID
    months_valid: int | None

    @property
    def wording(self) -> str:
        """All of its words, as the record keeps them."""
        return "\n".join((self.title, self.text, self.details))


@dataclass(frozen=True)
class Told:
    """What notice and boxes of an account are made of, read at once: who is responsible, the
    account's language, and the further purposes that go on."""

    controller: str
    language: str
    further: Sequence[PurposeVersion]


def told(account_id: UUID) -> Told:
    """Read in two statements, as each visitor's hello does. Inside the account."""
    company = CompanyIdentity.objects.filter(account_id=OuterRef("pk")).values("company_name")[:1]
    named = Account.objects.annotate(company=Subquery(company))
    name, language, controller = named.values_list("name", "language", "company").get(pk=account_id)
    further = [one for one in declared(account_id) if one.kind == PurposeKind.FURTHER]
    return Told(controller or name, language, further)


def declared(account_id: UUID) -> list[PurposeVersion]:
    """The purposes that count now, each as it was declared last: support first, then in the order
    in which they came. Empty while the owner has not been asked. Inside the account."""
    newest = (
        PurposeVersion.objects.filter(account_id=account_id, purpose__ended_at=None)
        .order_by("purpose_id", "-number")
        .distinct("purpose_id")
        .select_related("purpose", "declared_by")
    )
    return sorted(newest, key=lambda one: (one.kind != PurposeKind.SUPPORT, one.purpose_id))


def names(account_id: UUID) -> dict[UUID, str]:
    """What each further purpose is called in the account's language, those that have ended
    included, in the order in which they came."""
    newest = (
        PurposeVersion.objects.filter(account_id=account_id, purpose__kind=PurposeKind.FURTHER)
        .order_by("purpose_id", "-number")
        .distinct("purpose_id")
        .select_related("purpose")
    )
    language = Account.objects.values_list("language", flat=True).get(pk=account_id)
    return {one.purpose.pk: words(one, language)[0].title for one in newest}


def words(version: PurposeVersion, language: str, *, base: str = "") -> tuple[Words, str]:
    """The version's words in this language, or else in the account's, and which one it is. `base`
    is the account's language for whoever knows it."""
    if version.kind == PurposeKind.SUPPORT:
        chosen = spoken(language)
        with translation.override(chosen):
            return support_words(), chosen
    wanted = spoken(language)
    if wanted not in version.texts and not base:
        base = Account.objects.values_list("language", flat=True).get(pk=version.account_id)
    for one in (wanted, base, *version.texts):
        if one in version.texts:
            return Words(**version.texts[one]), one
    raise ValueError("a further purpose has words")


def spoken(language: str) -> str:
    """The language of ours that this tag means ("de-AT" is German), else the installation's."""
    short = language.lower().split("-")[0]
    return short if short in Language.values else settings.LANGUAGE_CODE.split("-")[0]


def support_words() -> Words:
    """What support is, in the language that is active."""
    return Words(
        title=_("Answering visitors"),
        text=_("Your questions are answered in the chat and by e-mail."),
        data=_("what you write, what you say of yourself, and the technical data of your visit"),
    )


def declare_support(
    basis: LegalBasis, interest: str = "", *, account_id: UUID, by: Membership | None
) -> PurposeVersion:
    """Declare that visitors are answered, and why that is lawful. Again: another version, unless
    nothing is new.

    Raises ValidationError: `basis` for consent, which support does not need; `interest_missing`
    for a legitimate interest that is not put in words (Art. 13(1)(d)); `not_allowed`.
    """
    _refuse_unless_manager(by)
    if basis == LegalBasis.CONSENT:
        raise ValidationError(_("Support does not rest on consent."), code="basis")
    interest = interest.strip() if basis == LegalBasis.INTEREST else ""
    if basis == LegalBasis.INTEREST and not interest:
        raise ValidationError(_("Put the interest in words."), code="interest_missing")
    _lock(account_id)
    purpose, _new = Purpose.objects.get_or_create(
        account_id=account_id, kind=PurposeKind.SUPPORT, ended_at=None
    )
    return _declare(
        purpose,
        PurposeVersion(basis=basis, interest=interest, category=PurposeCategory.SERVICE),
        by=by,
    )


def declare_further(
    texts: Mapping[str, Words],
    *,
    account_id: UUID,
    category: PurposeCategory,
    months_valid: int | None = None,
    purpose_id: UUID | None = None,
    by: Membership | None,
) -> PurposeVersion:
    """Declare a purpose that needs consent, or with `purpose_id` say it anew: what visitors agreed
    to before stays as it was, and the new box is another one. Nothing new: the version as it is.

    Raises ValidationError: `language_missing` without words in the account's language,
    `incomplete` for words with a gap, `too_many`, `ended` for a purpose that is over,
    `not_allowed`.
    """
    _refuse_unless_manager(by)
    _lock(account_id)
    language = Account.objects.values_list("language", flat=True).get(pk=account_id)
    if language not in texts:
        raise ValidationError(
            _("Write the words in the language of your account."), code="language_missing"
        )
    if any(not value.strip() for each in texts.values() for value in asdict(each).values()):
        raise ValidationError(_("A box needs a name, words and data."), code="incomplete")
    if purpose_id:
        purpose = Purpose.objects.filter(
            pk=purpose_id, kind=PurposeKind.FURTHER, ended_at=None
        ).first()
        if purpose is None:
            raise ValidationError(_("This purpose has ended."), code="ended")
    elif Purpose.objects.filter(kind=PurposeKind.FURTHER, ended_at=None).count() >= MOST:
        raise ValidationError(
            _("At most %(most)d further purposes at a time.") % {"most": MOST}, code="too_many"
        )
    else:
        purpose = Purpose.objects.create(account_id=account_id, kind=PurposeKind.FURTHER)
    said = {
        one: {name: value.strip() for name, value in asdict(each).items()}
        for one, each in texts.items()
    }
    return _declare(
        purpose,
        PurposeVersion(
            basis=LegalBasis.CONSENT, category=category, texts=said, months_valid=months_valid
        ),
        by=by,
    )


def review(account_id: UUID, *, by: Membership | None) -> None:
    """Write down that somebody has looked at what data are used for, with all that the account lets
    in now (S38)."""
    PurposeReview.objects.update_or_create(
        account_id=account_id,
        defaults={
            "considered": sorted(_let_in()),
            "reviewed_at": timezone.now(),
            "reviewed_by": by,
        },
    )


def needs_review(account_id: UUID) -> list[str]:
    """What visitors are asked or watched for that was not when somebody last looked, in texts of the
    data map, to be translated: what it is used for has to be thought about anew. Empty when
    nothing has come, and while nothing is declared at all, which `declared` says."""
    last = PurposeReview.objects.filter(account_id=account_id).first()
    if last is None:
        return []
    new = sorted(_let_in() - set(last.considered))
    named = {one.personal.when: one.personal.what for one in reversed(uses.data(Subject.VISITOR))}
    named |= {one.when: one.what for one in uses.volatile(Subject.VISITOR)}
    return [named[name] for name in new if name in named]


def _let_in() -> set[str]:
    """The names of all conditions that hold; that there are boxes follows from the answer."""
    return {name for name, holds in uses.conditions().items() if holds and name != "consent"}


def end(purpose: Purpose, *, by: Membership | None, now: datetime | None = None) -> None:
    """End a further purpose: its box is gone, and nothing may be done on its basis from now on. A
    job writes that down in each consent (`consents.end_overdue`). Ended already: nothing happens.

    Raises ValidationError `support`: whoever runs a chat answers people. `not_allowed`.
    """
    _refuse_unless_manager(by)
    if purpose.kind == PurposeKind.SUPPORT:
        raise ValidationError(_("Support cannot end while the chat runs."), code="support")
    purpose = Purpose.objects.select_for_update(of=("self",)).get(pk=purpose.pk)
    if purpose.ended_at:
        return
    purpose.ended_at, purpose.ended_by = now or timezone.now(), by
    purpose.save(update_fields=["ended_at", "ended_by"])
    audit.record(
        purpose.account_id, audit.Event.PURPOSE_ENDED, by=by, target=("purpose", purpose.pk)
    )


def consent_boxes(language: str, said: Told | None = None) -> list[Box]:
    """One box for each further purpose, none for support (S39, S42). Inside the account. `said` is
    what `told` has just read, for whoever has."""
    if said is None:
        account_id = current_account()
        assert account_id is not None
        said = told(account_id)
    return [_box(one, language, said) for one in said.further]


def box(purpose_id: UUID, language: str) -> Box | None:
    """The box of one purpose; None if it has none (any more)."""
    return next((one for one in consent_boxes(language) if one.id == purpose_id), None)


def preview(texts: Mapping[str, Words], months_valid: int | None, account_id: UUID) -> list[Box]:
    """The box as visitors would see it with these words, once for each language."""
    version = PurposeVersion(
        account_id=account_id,
        purpose=Purpose(account_id=account_id, kind=PurposeKind.FURTHER),
        texts={one: asdict(each) for one, each in texts.items()},
        months_valid=months_valid,
    )
    return boxes_of(version)


def boxes_of(version: PurposeVersion) -> list[Box]:
    """The boxes of one version, once for each language that it has words in."""
    said = told(version.account_id)
    return [_box(version, one, said) for one in version.texts]


def controller_name(account_id: UUID) -> str:
    """Who is responsible: the company, or the account's name while it has not named one."""
    company = companies.of(account_id)
    if company:
        return company.company_name
    return str(Account.objects.values_list("name", flat=True).get(pk=account_id))


def _box(version: PurposeVersion, language: str, by: Told) -> Box:
    said, chosen = words(version, language, base=by.language)
    with translation.override(chosen):
        # Art. 4(11), 7(3): who, which data, and the way back, beside the box and not behind a link.
        details = _(
            "%(controller)s uses for this: %(data)s. You are free to leave the box empty: the chat "
            "works the same. You can withdraw at any time under “My data” in the chat; what was "
            "done until then stays lawful."
        ) % {"controller": by.controller, "data": said.data.rstrip(".")}
        if version.months_valid:
            lasts = ngettext(
                "Your consent counts for %(months)d month.",
                "Your consent counts for %(months)d months.",
                version.months_valid,
            )
            details = f"{details} {lasts % {'months': version.months_valid}}"
    wording = "\n".join((said.title, said.text, details))
    return Box(
        id=version.purpose.pk,
        title=said.title,
        text=said.text,
        details=details,
        version=hashlib.sha256(wording.encode()).hexdigest(),
        language=chosen,
        purpose_version=version.pk,
        months_valid=version.months_valid,
    )


def _declare(purpose: Purpose, version: PurposeVersion, *, by: Membership | None) -> PurposeVersion:
    """Save it as the purpose's next version, unless the newest says the same. The caller holds the
    account's lock."""
    said = {
        "basis": version.basis,
        "interest": version.interest,
        "category": version.category,
        "texts": version.texts,
        "months_valid": version.months_valid,
    }
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    version.digest = hashlib.sha256(canonical.encode()).hexdigest()
    newest = purpose.versions.order_by("-number").first()
    if newest and newest.digest == version.digest:
        return newest
    before = purpose.versions.aggregate(number=Max("number"))["number"] or 0
    version.account_id, version.purpose, version.number = purpose.account_id, purpose, before + 1
    version.declared_by = by
    version.save(force_insert=True)
    audit.record(
        purpose.account_id,
        audit.Event.PURPOSE_CHANGED if before else audit.Event.PURPOSE_DECLARED,
        by=by,
        target=("purpose", purpose.pk),
        basis=ARTICLES[LegalBasis(version.basis)],
        version=version.number,
    )
    return version


def _lock(account_id: UUID) -> None:
    """Two members who declare at once come one after the other."""
    Account.objects.select_for_update(no_key=True).get(pk=account_id)


def _refuse_unless_manager(by: Membership | None) -> None:
    if by is not None and by.role not in {Role.OWNER, Role.ADMIN}:
        raise ValidationError(_("Only an owner or admin can do this."), code="not_allowed")
