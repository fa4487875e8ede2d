"""Tables of the privacy app, one module for each part."""

from privacy.models.agreements import Acceptance, Agreement, Method
from privacy.models.breaches import Breach, BreachAccount, BreachEntry, EntryKind, Risk
from privacy.models.closing import AccountExport, Closure
from privacy.models.consents import (
    Channel,
    Consent,
    ConsentMethod,
    ConsentPrincipal,
    ConsentRecord,
    ConsentState,
    LegalBasis,
    NoticeAcknowledgement,
    NoticeMode,
    NoticePoint,
    NoticeWording,
    Purpose,
    PurposeCategory,
    PurposeKind,
    PurposeReview,
    PurposeVersion,
)
from privacy.models.custom import AgreementVersion, CustomAgreement, CustomState
from privacy.models.history import (
    HistoryPolicy,
    LegalHold,
    Period,
    PurgeReceipt,
    PurgeRun,
    Whereabouts,
)
from privacy.models.letters import Letter, LetterKind, Subscriber
from privacy.models.objections import ChangeSeen, Objection, Outcome
from privacy.models.platform import (
    Authority,
    Measure,
    Place,
    PlatformIdentity,
    Publication,
    Standing,
    SubProcessor,
)
from privacy.models.policies import PolicyCopy
from privacy.models.records import (
    Assessment,
    DocumentVersion,
    OwnActivity,
    ProcessingEntry,
    RecordNotes,
)
from privacy.models.requests import (
    RequestDetails,
    RequestLetter,
    RequestPerson,
    RequestReceipt,
    SubjectRequest,
)
from privacy.models.restrictions import Restriction, RestrictionGround
from privacy.models.staff import StaffEntry
from privacy.models.subjects import Erasure, ErasureReceipt, SubjectCopy
from privacy.models.suppressions import Suppression
from privacy.models.tickets import Ticket

__all__ = [
    "Acceptance",
    "AccountExport",
    "Agreement",
    "AgreementVersion",
    "Assessment",
    "Authority",
    "Breach",
    "BreachAccount",
    "BreachEntry",
    "ChangeSeen",
    "Channel",
    "Closure",
    "Consent",
    "ConsentMethod",
    "ConsentPrincipal",
    "ConsentRecord",
    "ConsentState",
    "CustomAgreement",
    "CustomState",
    "DocumentVersion",
    "EntryKind",
    "Erasure",
    "ErasureReceipt",
    "HistoryPolicy",
    "LegalBasis",
    "LegalHold",
    "Letter",
    "LetterKind",
    "Measure",
    "Method",
    "NoticeAcknowledgement",
    "NoticeMode",
    "NoticePoint",
    "NoticeWording",
    "Objection",
    "Outcome",
    "OwnActivity",
    "Period",
    "Place",
    "PlatformIdentity",
    "PolicyCopy",
    "ProcessingEntry",
    "Publication",
    "PurgeReceipt",
    "PurgeRun",
    "Purpose",
    "PurposeCategory",
    "PurposeKind",
    "PurposeReview",
    "PurposeVersion",
    "RecordNotes",
    "RequestDetails",
    "RequestLetter",
    "RequestPerson",
    "RequestReceipt",
    "Restriction",
    "RestrictionGround",
    "Risk",
    "StaffEntry",
    "Standing",
    "SubProcessor",
    "SubjectCopy",
    "SubjectRequest",
    "Subscriber",
    "Suppression",
    "Ticket",
    "Whereabouts",
]
