"""Personal data of the privacy app."""

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

_OWNER = "an owner"
_USE = "use of the product"

TABLES = (
    Table(
        "privacy.LegalHold",
        subject=Subject.VISITOR,
        path=None,
        purpose=Purpose.PROOF,
        basis=Basis.LEGAL,
        kept=Kept.ACCOUNT,
        erased=Erased.UNLINKED,
        personal={
            "target_id": Personal(
                "which conversation or visitor is held", Category.CONTENT, _OWNER
            ),
            "reason": Personal("why it is held", Category.CONTENT, _OWNER),
            "placed_by": Personal("who placed the hold", Category.ACTIVITY, _USE),
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
                "random names of files that are being deleted", Category.CONTENT, _USE
            ),
        },
        plain=("id", "account", "cut_off", "idle_cut_off", "started_at", "finished_at", "counts"),
    ),
    Table("privacy.HistoryPolicy", plain=("id", "account", "period", "reason", "chosen_at")),
    Table(
        "privacy.PurgeReceipt",
        plain=(
            "id",
            "account",
            "number",
            "digest",
            "cut_off",
            "idle_cut_off",
            "started_at",
            "finished_at",
            "counts",
        ),
    ),
)
