"""Tables of the privacy app, one module for each part."""

from privacy.models.agreements import Acceptance, Agreement
from privacy.models.history import HistoryPolicy, LegalHold, Period, PurgeReceipt, PurgeRun
from privacy.models.platform import (
    Authority,
    Measure,
    Place,
    PlatformIdentity,
    Publication,
    Standing,
    SubProcessor,
)
from privacy.models.staff import StaffEntry
from privacy.models.subjects import Erasure, ErasureReceipt, SubjectCopy

__all__ = [
    "Acceptance",
    "Agreement",
    "Authority",
    "Erasure",
    "ErasureReceipt",
    "HistoryPolicy",
    "LegalHold",
    "Measure",
    "Period",
    "Place",
    "PlatformIdentity",
    "Publication",
    "PurgeReceipt",
    "PurgeRun",
    "StaffEntry",
    "Standing",
    "SubProcessor",
    "SubjectCopy",
]
