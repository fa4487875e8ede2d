"""Personal data of what is kept, held, copied and purged, and of whole accounts that leave."""

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

TABLES = (
    Table(
        "privacy.LegalHold",
        subject=Subject.VISITOR,
        title=_("Legal holds"),
        path=None,
        also=(("target_id", "pk"), ("target_id", "conversations__pk")),
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.ACCOUNT,
        erased=Erased.DELETED,
        personal={
            "target_id": Personal(
                _("which conversation or visitor is held"), Category.CONTENT, _OWNER
            ),
            "reason": Personal(_("why it is held"), Category.CONTENT, _OWNER),
            "placed_by": Personal(_("who placed the hold"), Category.ACTIVITY, _USE),
        },
        plain=("id", "account", "target_kind", "placed_at", "lifted_at"),
    ),
    Table(
        "privacy.PurgeRun",
        subject=Subject.VISITOR,
        path=None,
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.PURGE,
        erased=Erased.STAYS,
        personal={
            "doomed_files": Personal(
                _("random names of files that are being deleted"), Category.CONTENT, _USE
            ),
        },
        plain=("id", "account", "cut_off", "idle_cut_off", "started_at", "finished_at", "counts"),
    ),
    Table(
        "privacy.SubjectCopy",
        subject=Subject.VISITOR,
        title=_("Copies made for the person"),
        path=None,
        also=(("subject_id", "pk"),),
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.COPY,
        erased=Erased.DELETED,
        personal={
            "subject_id": Personal(_("whose data it is"), Category.CONTENT, _USE),
            "file": Personal(_("copy of all of it"), Category.CONTENT, _USE),
            "requested_by": Personal(_("which agent asked for it"), Category.ACTIVITY, _USE),
            "requested_at": Personal(_("when it was asked for"), Category.ACTIVITY, _USE),
        },
        plain=("id", "account", "finished_at", "failed_at", "expires_at", "size"),
        withheld=("file",),
    ),
    Table(
        "privacy.Closure",
        plain=(
            "id",
            "ending_id",
            "closed_at",
            "held_told_at",
            "begun_at",
            "emptied_at",
            "mailed_at",
            "mail_attempts",
            "settled",
            "finished_at",
            "counts",
            "doomed_files",
            "content_digest",
            "pdf_digest",
        ),
    ),
    Table(
        "privacy.AccountExport",
        subject=Subject.MEMBER,
        title=_("Exports that you asked for"),
        path="requested_by__user",
        purpose=Purpose.CONTRACT,
        basis=Basis.CONTRACT,
        kept=Kept.COPY,
        erased=Erased.DELETED,
        personal={
            "requested_by": Personal(_("which owner asked for it"), Category.ACTIVITY, _USE),
            "requested_at": Personal("when it was asked for", Category.ACTIVITY, _USE),
            "file": Personal(_("everything that the account holds"), Category.CONTENT, _USE),
        },
        plain=(
            "id",
            "account",
            "attempt",
            "claimed_at",
            "finished_at",
            "failed_at",
            "expires_at",
            "tables_done",
            "tables_total",
            "rows",
            "size",
            "digest",
        ),
        withheld=("file",),
    ),
    # In this order: what is found through the people of a request goes before they do.
)
