"""How a message ends that could not be handled: tried again after a growing pause, or given up.

Nearly everything that goes wrong at a platform passes: it is upgraded, its certificate is renewed, somebody mends the
registration. Giving up at the first odd answer would lose a learner's score for good.
"""

from __future__ import annotations

import random
from datetime import timedelta

from config.errors import PlatformFailed, ToolError

MOST_ATTEMPTS = 30
"""With pauses that grow to six hours: a platform that is down for a day costs nothing."""
LONGEST_PAUSE = timedelta(hours=6)
THROTTLED = "throttled"
"""Stands for the status of an answer that was 403 and meant 429."""
_REFUSED_BY_US = {"address-refused", "scheme-refused"}
"""Addresses that are never called."""
_REFUSED = {(code, status) for code in ("score-failed", "line-item-failed") for status in (400, 422)}
"""The service has read the score, or the new column, and does not want it: the same will not please it later."""
_WAITS_FOR_ADMINISTRATOR = {"key-locked"}
"""Own failures that pass when an administrator acts: they wait for as long as that takes, and say so loudly."""
_PASSES = {"key-changed"}
"""Own failures that pass by themselves."""


def is_final(error: Exception, attempts: int) -> bool:
    """Say whether trying again is of no use. An error without a name of ours may be anything, so it is tried again."""
    if waits_for_administrator(error):
        return False
    if attempts >= MOST_ATTEMPTS:
        return True
    if isinstance(error, PlatformFailed):
        return error.code in _REFUSED_BY_US or (error.code, error.status) in _REFUSED
    return isinstance(error, ToolError) and error.code not in _PASSES


def waits_for_administrator(error: Exception) -> bool:
    """Say whether only an administrator can mend it."""
    return isinstance(error, ToolError) and error.code in _WAITS_FOR_ADMINISTRATOR


def asks_for_rest(error: Exception) -> bool:
    """Say whether the platform was called too often: a school has one bucket, so nothing else is sent there either."""
    return isinstance(error, PlatformFailed) and error.retryable and error.status in {403, 429}


def name_of(error: Exception) -> str:
    """Return what is kept of a failure: its code and, where a platform answered, the status of the answer.

    A 403 that means "later" is told apart from one that means "never".
    """
    if not isinstance(error, ToolError):
        return type(error).__name__
    status: int | str | None = error.status if isinstance(error, PlatformFailed) else None
    if status == 403 and asks_for_rest(error):
        status = THROTTLED
    return error.code if status is None else f"{error.code} {status}"


def pause_after(attempts: int, retry_after_seconds: float | None = None) -> timedelta:
    """Return how long to wait before the next try: 2, 4, 8 … seconds with jitter, at least what was asked for."""
    seconds = min(2.0 ** min(attempts, 20), LONGEST_PAUSE.total_seconds())
    seconds *= random.uniform(0.8, 1.2)  # noqa: S311  (spreads load, keeps no secret)
    return timedelta(seconds=max(seconds, retry_after_seconds or 0.0))
