"""The one way in which a verb says no."""

from chat import wire


class RefusedError(Exception):
    """The verb changed nothing, and `code` says why. Every verb refuses before its first write.

    Let it leave the transaction all the same: what the caller wrote before the verb must go too.
    """

    def __init__(
        self, code: wire.Refusal, *, retry_after: float | None = None, field: str | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.retry_after = retry_after
        self.field = field
