"""The one reader of the wall clock. Everything else is handed a Clock, so tests can move time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until told otherwise: for tests and benchmarks."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.at

    def advance(self, **delta: float) -> None:
        """Move forward by the keyword arguments of `timedelta`."""
        self.at += timedelta(**delta)
