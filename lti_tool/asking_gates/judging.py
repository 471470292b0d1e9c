"""Which answers about a gate are to be believed, and how soon to ask again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from lti_tool.roster.gates import GateProblem, PlacedGate

FEWEST = 3
"""With fewer people it is no wonder that all of them finished something, or that all of them undid it."""
SOON = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
_MOST_DOUBLINGS = 9


def doubt(*, learners: int, passing: int, newly: int, before: int, is_empty: bool, problem: str) -> GateProblem | None:
    """Return why an answer must not be believed before the teacher says so; None for one that can be.

    Of the learners of the course so many pass now, so many of them for the first time or again, and so many passed
    before. A forgotten restriction lets everybody in at once; a class that finishes one by one arrives there too, with
    few new ones at the end. A hidden link lets nobody in at once; staff may always open a link that is there, so an
    answer without anybody in it (`is_empty`) is not believed of a single learner either.
    """
    if learners >= FEWEST and passing >= learners and 2 * newly >= learners:
        return None if problem == GateProblem.EVERYBODY_CONFIRMED else GateProblem.EVERYBODY_PASSES
    if not passing and before and (before >= FEWEST or is_empty):
        return None if problem == GateProblem.NOBODY_CONFIRMED else GateProblem.NOBODY_PASSES
    return None


def may_be_asked(gate: PlacedGate, *, now: datetime) -> bool:
    """Say whether a gate is asked in this round: one that fails is asked ever less often, up to every few days."""
    if not gate.failures:
        return True
    since = gate.asked_at or gate.placed_at
    return now - since >= SOON * (1 << min(gate.failures, _MOST_DOUBLINGS))


def next_round(quiet_for: timedelta) -> timedelta:
    """Return when to ask the gates of a course again, given for how long nothing happened there.

    Five minutes while people are at work, growing to an hour in the course of a quiet day, and then once a day: a
    launch makes it at once.
    """
    if quiet_for > DAY:
        return DAY
    return min(max(SOON, quiet_for / 6), HOUR)
