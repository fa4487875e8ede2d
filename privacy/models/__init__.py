"""Tables of the privacy app, one module for each part."""

from privacy.models.history import HistoryPolicy, LegalHold, Period, PurgeReceipt, PurgeRun

__all__ = ["HistoryPolicy", "LegalHold", "Period", "PurgeReceipt", "PurgeRun"]
