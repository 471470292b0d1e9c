"""Clocks: always aware, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from config.clock import SettableClock, SystemClock


def test_system_clock_when_asked_gives_an_aware_moment_in_utc() -> None:
    before = datetime.now(UTC)

    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_settable_clock_when_not_moved_stands_still_and_moves_when_told() -> None:
    clock = SettableClock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))

    assert clock.now() == clock.now()
    clock.advance(hours=1, seconds=5)
    assert clock.now() == datetime(2026, 9, 1, 8, 0, tzinfo=UTC) + timedelta(hours=1, seconds=5)
