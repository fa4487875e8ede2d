"""How much goes through one socket: a bound on what is sent unanswered, and on what comes in.

The server's send never waits and its buffers have no bound of their own, so a client that stopped
reading would fill the memory. Clients therefore say `sync` after every 32 frames, and what was
sent since is counted.
"""

import time
from collections.abc import Callable

EPHEMERAL_CREDIT = 64
"""Frames without an answer, above which typing and presence are left out."""

CREDIT = 256
"""Frames without an answer, above which the socket is closed: the client comes back afresh."""

FLOOD = 120
FLOOD_SECONDS = 60.0
"""At most so many frames in so many seconds from one socket (A38)."""


class ClosingError(Exception):
    """The socket must go, and `code` (`wire.CloseCode`) tells the client why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Delivery:
    """The counters of one socket."""

    __slots__ = ("_clock", "_received", "_sent", "_window")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent = 0
        self._received = 0
        self._window = clock()

    def answered(self) -> None:
        """The client has read everything so far."""
        self._sent = 0

    def may_send(self, *, droppable: bool) -> bool:
        """Count one frame down. False: leave it out, which happens to droppable ones only, or,
        if it is not droppable, the client is too slow for the socket."""
        if self._sent >= (EPHEMERAL_CREDIT if droppable else CREDIT):
            return False
        self._sent += 1
        return True

    def may_receive(self) -> bool:
        """Count one frame up. False: that is a flood."""
        now = self._clock()
        if now - self._window >= FLOOD_SECONDS:
            self._window = now
            self._received = 0
        self._received += 1
        return self._received <= FLOOD
