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
_STAFF = "staff of the platform"

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
    Table(
        "privacy.PlatformIdentity",
        subject=Subject.CONTACT,
        path=None,
        purpose=Purpose.CONTRACT,
        basis=Basis.CONTRACT,
        kept=Kept.REGISTER,
        erased=Erased.STAYS,
        personal={
            "contact": Personal("contact of the platform", Category.CONTACT, _STAFF),
            "dpo": Personal("data protection officer of the platform", Category.CONTACT, _STAFF),
            "representative": Personal("representative of the platform", Category.CONTACT, _STAFF),
        },
        plain=("id", "company_name", "vat_id", "registration_no", "address", "country"),
    ),
    Table(
        "privacy.SubProcessor",
        subject=Subject.CONTACT,
        path=None,
        purpose=Purpose.CONTRACT,
        basis=Basis.CONTRACT,
        kept=Kept.REGISTER,
        erased=Erased.STAYS,
        personal={"contact": Personal("contact of a sub-processor", Category.CONTACT, _STAFF)},
        plain=(
            "id",
            "legal_name",
            "address",
            "country",
            "service",
            "description",
            "data",
            "parent",
            "place_of_storage",
            "place_of_processing",
            "place_of_access",
            "tool",
            "evidence",
            "contract",
            "reviewed_on",
            "provider",
            "announced_on",
            "effective_on",
            "emergency",
            "ended_on",
        ),
    ),
    Table(
        "privacy.Place",
        plain=(
            "id",
            "service",
            "city",
            "country",
            "region",
            "tool",
            "safeguards",
            "since",
            "until",
        ),
    ),
    Table("privacy.Authority", plain=("id", "position", "name", "address")),
    Table("privacy.Measure", plain=("id", "position", "text", "responsible", "tested_on")),
    Table(
        "privacy.Publication",
        plain=(
            "id",
            "document",
            "number",
            "content",
            "digest",
            "html",
            "html_digest",
            "pdf",
            "pdf_digest",
            "published_at",
        ),
    ),
)
