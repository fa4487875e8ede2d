"""Personal data of what the platform itself keeps: breaches, agreements with one account, questions."""

from django.utils.translation import gettext_noop as _

from accounts.declarations import (
    Basis,
    Category,
    Erased,
    Kept,
    Personal,
    Purpose,
    Subject,
    Table,
)

_USE = _("use of the product")
_WRITER = "whoever writes to the platform"

TABLES = (
    Table(
        "privacy.Breach",
        plain=(
            "id",
            "number",
            "title",
            "occurred_at",
            "detected_at",
            "aware_at",
            "risk",
            "opened_at",
            "closed_at",
        ),
    ),
    Table(
        "privacy.BreachEntry",
        subject=Subject.STAFF,
        path=None,
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.PLATFORM,
        erased=Erased.UNLINKED,
        personal={
            "actor_id": Personal("who acted for the platform", Category.ACTIVITY, _USE),
            "actor_salt": Personal("proof of who acted", Category.ACTIVITY, _USE),
        },
        plain=(
            "id",
            "breach",
            "number",
            "digest",
            "at",
            "kind",
            "text",
            "details",
            "actor_kind",
            "actor_mark",
        ),
    ),
    Table("privacy.BreachAccount", plain=("id", "account", "breach", "added_at")),
    Table(
        "privacy.CustomAgreement",
        subject=Subject.MEMBER,
        path=None,
        purpose=Purpose.CONTRACT,
        basis=Basis.CONTRACT,
        kept=Kept.ACCOUNT,
        erased=Erased.UNLINKED,
        personal={
            "words": Personal(
                _("what the account wants to agree differently"), Category.CONTENT, _USE
            ),
            "pdf": Personal(_("contacts in accepted agreements"), Category.CONTACT, _USE),
            "signed_pdf": Personal(_("contacts in accepted agreements"), Category.CONTACT, _USE),
            "countersigned_by": Personal(_("who accepted an agreement"), Category.ACTIVITY, _USE),
        },
        plain=(
            "id",
            "account",
            "state",
            "title",
            "pdf_digest",
            "offer_id",
            "signed_digest",
            "requested_at",
            "uploaded_at",
            "countersigned_at",
            "in_force_at",
            "ended_at",
            "noted_state",
        ),
    ),
    Table("privacy.AgreementVersion", plain=("id", "kind", "version", "since", "before")),
    Table(
        "privacy.Ticket",
        subject=Subject.WRITER,
        path=None,
        purpose=Purpose.INFORM,
        basis=Basis.LEGAL,
        kept=Kept.TICKET,
        erased=Erased.DELETED,
        personal={
            "name": Personal("name of whoever asks", Category.IDENTITY, _WRITER),
            "email": Personal("e-mail address of whoever asks", Category.CONTACT, _WRITER),
            "language": Personal("language of the letters", Category.TECHNICAL, _WRITER),
            "words": Personal("what they ask", Category.CONTENT, _WRITER),
            "answer": Personal("what is answered", Category.CONTENT, "staff of the platform"),
        },
        plain=("id", "number", "received_at", "due_at", "answered_at", "closed_at"),
    ),
)
