"""Agreements between an account and the platform: what holds, what was accepted, what is open.

A new version asks to be accepted again. What has changed within a version, because a setting or a
register did, is shown and can be accepted too (S26, S36).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, chains, companies, launch
from accounts.models import Account, Membership, Role
from privacy import acceptance_addresses, custom, platform, prohibited, renewals
from privacy.documents import differences, dpa, rendering, terms
from privacy.documents.differences import Difference
from privacy.documents.tree import Document
from privacy.models import Acceptance, Agreement, CustomAgreement


@dataclass(frozen=True)
class Standing:
    """Where an account stands with one agreement. `changes` are since what was accepted last."""

    kind: Agreement
    document: Document
    accepted: Acceptance | None
    changes: list[Difference]
    # The account's own agreement, which stands in for this one while it is in force (S37).
    custom: CustomAgreement | None = None
    # Until when a new version has to be accepted (S36).
    accept_by: datetime | None = None

    @property
    def is_missing(self) -> bool:
        """Whether nobody has accepted this version yet."""
        if self.custom:
            return False
        return self.accepted is None or self.accepted.version != self.document.version

    @property
    def is_open(self) -> bool:
        """Whether there is anything to accept."""
        if self.custom:
            return False
        return self.accepted is None or self.accepted.content_digest != self.document.digest


def standings(account: Account) -> list[Standing]:
    """Each agreement as it would be accepted now. Inside the account. Raises Incomplete while the
    account's or the platform's details have a gap."""
    facts = platform.facts(account)
    documents = {
        Agreement.DPA: dpa.build(facts),
        Agreement.TERMS: terms.build(facts.platform),
        Agreement.PROHIBITED: prohibited.document(),
    }
    own = custom.in_force(account)
    due = dict(renewals.waiting(account))
    return [
        _standing(kind, document, own if kind == Agreement.DPA else None, due.get(kind))
        for kind, document in documents.items()
    ]


def accept(
    account: Account, kinds: Iterable[Agreement], *, by: Membership, address: str = ""
) -> list[Acceptance]:
    """Accept these as they are now; what is accepted already stays as it is. With the last of the
    three the account goes live (S35). `address` is where that is done: used and forgotten, unless
    the account stores addresses.

    Raises ValidationError for anybody but an owner and for no kind at all, and Incomplete.
    """
    if by.role != Role.OWNER:
        raise ValidationError(_("Only an owner can do this."), code="not_allowed")
    chosen = set(kinds)
    if not chosen:
        raise ValidationError(_("Tick what you accept."), code="nothing_ticked")
    accepted = [
        record(one.kind, one.document, by=by, address=address)
        for one in standings(account)
        if one.kind in chosen and one.is_open
    ]
    go_live_if_all(account, by=by)
    return accepted


def go_live_if_all(account: Account, *, by: Membership) -> None:
    """Let the account go live if each of the three is accepted and its company is named."""
    if set(Acceptance.objects.values_list("kind", flat=True).distinct()) != set(Agreement):
        return
    if companies.of(account.pk) is not None:
        launch.go_live(account, by=by)


def record(kind: Agreement, document: Document, *, by: Membership, address: str = "") -> Acceptance:
    """Write down that this member has accepted this document. The same one again: the first
    acceptance, unchanged."""
    page, file, salt = rendering.html(document), rendering.pdf(document), chains.salt()
    Acceptance.objects.bulk_create(
        [
            Acceptance(
                account_id=by.account_id,
                kind=kind,
                version=document.version,
                language=document.language,
                content=document.canonical(),
                content_digest=document.digest,
                html=page,
                html_digest=hashlib.sha256(page.encode()).hexdigest(),
                pdf=file,
                pdf_digest=hashlib.sha256(file).hexdigest(),
                role=by.role,
                accepted_by=by.pk,
                accepted_by_salt=salt,
                accepted_by_mark=chains.commitment(str(by.pk), salt=salt),
                ip_address=acceptance_addresses.noted(by.account_id, address),
            )
        ],
        ignore_conflicts=True,
    )
    one = Acceptance.objects.get(kind=kind, content_digest=document.digest)
    if one.accepted_by_salt == salt:
        audit.record(
            by.account_id,
            audit.Event.AGREEMENT_ACCEPTED,
            by=by,
            kind=kind.value,
            version=one.version,
            digest=one.content_digest,
        )
    return one


def history() -> list[Acceptance]:
    """Everything that was ever accepted, newest first, without the files."""
    return list(Acceptance.objects.defer("content", "html", "pdf").order_by("-accepted_at", "-id"))


def _standing(
    kind: Agreement,
    document: Document,
    own: CustomAgreement | None,
    accept_by: datetime | None,
) -> Standing:
    mine = Acceptance.objects.defer("html", "pdf").filter(kind=kind).order_by("-accepted_at")
    if own:
        return Standing(kind, document, mine.first(), [], own)
    # One of the account's own that is not in force says nothing about the standard one.
    accepted = mine.exclude(version__startswith=custom.VERSION).first()
    changes = differences.between(accepted.content, document.canonical()) if accepted else []
    return Standing(kind, document, accepted, changes, accept_by=accept_by)
