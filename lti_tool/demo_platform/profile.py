"""How the platform behaves where platforms differ: one value per behaviour, so that a test can switch one off.

Everything here was seen on a real Moodle 4.5.6 (November 2026). What another platform may do instead stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlatformProfile:
    """The behaviours. Vary one with `dataclasses.replace(MOODLE_PROFILE, ...)`."""

    id_token_seconds: int
    """How long the message of a launch is valid: `exp` is `iat` and this."""
    equal_timestamp_conflicts: bool
    """A score of the same whole second as what is there: 409. Else it replaces; an older one is 409 in any case."""
    unfinished_score_clears: bool
    """A score that is not FullyGraded empties grade and comment. Else both stay, and only the progress changes."""
    overridden_grade_stays: bool
    """A grade typed by hand stays while a score is answered with 200. Else the score takes its place."""
    roster_roles_short: bool
    """The roster says "Learner" where a launch gives the full address. Else both give the full address."""
    assistant_listed_as_learner: bool
    """The roster calls a teacher who may not edit a learner, while the launch says Instructor. Else both agree."""
    line_item_links_curly: bool
    """With `limit`, the Link header of the line items has typographic quotes and `&amp;`. Else it is well-formed."""


MOODLE_PROFILE = PlatformProfile(
    id_token_seconds=60,
    equal_timestamp_conflicts=True,
    unfinished_score_clears=True,
    overridden_grade_stays=True,
    roster_roles_short=True,
    assistant_listed_as_learner=True,
    line_item_links_curly=True,
)
