"""Personal data of consents, notices and purposes."""

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

_OWNER = _("an owner")
_USE = _("use of the product")
_VISITOR = _("the visitor")

TABLES = (
    Table(
        "privacy.ConsentPrincipal",
        subject=Subject.VISITOR,
        title=_("Number under which consents are kept"),
        path=None,
        also=(("subject_id", "pk"),),
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.CONSENT,
        erased=Erased.UNLINKED,
        personal={
            "subject_id": Personal(
                _("whose consents they are"), Category.ACTIVITY, _USE, when="consent"
            )
        },
        plain=("id", "account"),
    ),
    Table(
        "privacy.Consent",
        subject=Subject.VISITOR,
        title=_("Consents"),
        path=None,
        also=(("principal__subject_id", "pk"),),
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.CONSENT,
        erased=Erased.UNLINKED,
        personal={
            "purpose": Personal(_("purpose"), Category.ACTIVITY, _VISITOR, when="consent"),
            "state": Personal(_("how it stands"), Category.ACTIVITY, _VISITOR, when="consent"),
            "changed_at": Personal(_("since when"), Category.ACTIVITY, _USE, when="consent"),
            "valid_until": Personal(
                _("until when it counts"), Category.ACTIVITY, _USE, when="consent"
            ),
        },
        plain=("id", "account", "principal"),
    ),
    Table(
        "privacy.ConsentRecord",
        subject=Subject.VISITOR,
        title=_("Decisions about consents"),
        path=None,
        also=(("principal__subject_id", "pk"),),
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.CONSENT,
        erased=Erased.UNLINKED,
        personal={
            "purpose": Personal(_("purpose"), Category.ACTIVITY, _VISITOR, when="consent"),
            "state": Personal(_("what was decided"), Category.ACTIVITY, _VISITOR, when="consent"),
            "text": Personal(
                _("the words on the screen"), Category.ACTIVITY, _OWNER, when="consent"
            ),
            "language": Personal(_("language"), Category.TECHNICAL, _VISITOR, when="consent"),
            "at": Personal(_("when"), Category.ACTIVITY, _USE, when="consent"),
            "valid_until": Personal(
                _("until when it counts"), Category.ACTIVITY, _USE, when="consent"
            ),
            "page_url": Personal(_("on which page"), Category.TECHNICAL, _VISITOR, when="consent"),
            "how": Personal(_("how it was given"), Category.ACTIVITY, _VISITOR, when="consent"),
            "channel": Personal(
                _("how it was taken back"), Category.ACTIVITY, _VISITOR, when="consent"
            ),
        },
        plain=(
            "id",
            "account",
            "number",
            "digest",
            "principal",
            "version",
            "text_digest",
            "notice_digest",
            "page_salt",
            "page_mark",
            "widget_version",
            "form_field",
            "salt",
            "mark",
        ),
    ),
    Table(
        "privacy.NoticeAcknowledgement",
        subject=Subject.VISITOR,
        title=_("Privacy notices shown"),
        path=None,
        also=(("subject_id", "pk"),),
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.VISITOR,
        erased=Erased.DELETED,
        personal={
            "subject_id": Personal(_("who was told"), Category.ACTIVITY, _USE),
            "wording": Personal(_("which notice"), Category.ACTIVITY, _USE),
            "point": Personal(_("where it was shown"), Category.ACTIVITY, _USE),
            "how": Personal(_("shown or ticked"), Category.ACTIVITY, _VISITOR),
            "at": Personal(_("when"), Category.ACTIVITY, _USE),
        },
        plain=("id", "account"),
    ),
    Table(
        "privacy.NoticeWording",
        plain=("id", "account", "digest", "language", "text", "first_shown_at"),
    ),
    Table(
        "privacy.Purpose",
        subject=Subject.MEMBER,
        title=_("Purposes they ended"),
        path="ended_by__user",
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.ACCOUNT,
        erased=Erased.STAYS,
        personal={"ended_by": Personal(_("who ended a purpose"), Category.ACTIVITY, _USE)},
        plain=("id", "account", "kind", "ended_at"),
    ),
    Table(
        "privacy.PurposeReview",
        subject=Subject.MEMBER,
        title=_("Purposes they looked at"),
        path="reviewed_by__user",
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.ACCOUNT,
        erased=Erased.STAYS,
        personal={"reviewed_by": Personal(_("who looked at purposes"), Category.ACTIVITY, _USE)},
        plain=("id", "account", "considered", "reviewed_at"),
    ),
    Table(
        "privacy.PurposeVersion",
        subject=Subject.MEMBER,
        title=_("Purposes they declared"),
        path="declared_by__user",
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.ACCOUNT,
        erased=Erased.STAYS,
        personal={"declared_by": Personal(_("who declared a purpose"), Category.ACTIVITY, _USE)},
        plain=(
            "id",
            "account",
            "purpose",
            "number",
            "basis",
            "interest",
            "category",
            "texts",
            "months_valid",
            "digest",
            "declared_at",
        ),
    ),
)
