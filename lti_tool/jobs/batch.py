"""Messages that were claimed together: one in hand, the rest behind it under leases of the same age.

Work that lasts renews its lease and gives the rest back, so that nothing waits behind it that another worker could do.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from config import outbox_claiming, outbox_finishing
from config.errors import ToolError
from config.outbox_claiming import Claimed
from lti_tool.tool import Tool

KeepLease = Callable[[], None]
"""Called by a handler between two steps of long work.

Raises:
    LeaseLost: another worker has the message now; stop at once.
    Interrupted: this worker was told to stop; the message goes back and is begun again by another.
"""


class LeaseLost(ToolError):
    """Somebody else has the message by now."""

    def __init__(self) -> None:
        super().__init__("lease-lost")


class Interrupted(ToolError):
    """The worker was told to stop in the middle of long work."""

    def __init__(self) -> None:
        super().__init__("interrupted")


class Batch:
    """Claimed messages, handed out one at a time as long as their leases are fresh and nobody said stop."""

    def __init__(self, tool: Tool, claimed: Sequence[Claimed], *, lease_seconds: float, stop: threading.Event) -> None:
        self._tool = tool
        self._waiting = deque(claimed)
        self._lease_seconds = lease_seconds
        self._stop = stop
        self.in_hand: Claimed | None = None

    def __iter__(self) -> Iterator[Claimed]:
        """Yield each message; gives the rest back instead when told to stop or when their leases are half over."""
        while self._waiting:
            if self._stop.is_set() or self._is_half_over(self._waiting[0]):
                self.release_rest()
                return
            self.in_hand = self._waiting.popleft()
            yield self.in_hand

    def keep(self) -> None:
        """Keep the message in hand; see `KeepLease`."""
        if self._stop.is_set():
            raise Interrupted
        if self.in_hand is None or not self._is_half_over(self.in_hand):
            return
        self.release_rest()
        self.in_hand = outbox_claiming.renew(
            self._tool.db, self.in_hand, now=self._tool.clock.now(), lease_seconds=self._lease_seconds
        )
        if self.in_hand is None:
            raise LeaseLost

    def release_rest(self) -> None:
        """Give back what was not begun."""
        while self._waiting:
            outbox_finishing.release(self._tool.db, self._waiting.popleft(), now=self._tool.clock.now())

    def _is_half_over(self, claimed: Claimed) -> bool:
        return claimed.lease_until - self._tool.clock.now() < timedelta(seconds=self._lease_seconds / 2)
