"""The headings of the security measures (Art. 32 GDPR, S46): each must be filled."""

HEADINGS = (
    "Pseudonymisation and encryption",
    "Confidentiality, integrity, availability and resilience",
    "Restoring after an incident",
    "Regular testing",
    "Identification and authorisation of users",
    "Protection in transmission",
    "Protection in storage",
    "Physical security",
    "Logging of events",
    "Configuration and secure defaults",
    "Governance",
    "Certification and assurance",
    "Data minimisation",
    "Data quality",
    "Limited retention",
    "Accountability",
    "Portability and erasure",
)
