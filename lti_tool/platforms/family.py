"""What differs from one platform product to the next, as data.

Only what the specifications leave open or a product does against them; each value of a family has the date it was
last seen true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PlatformFamily:
    """The habits of one product. The defaults are the careful answers, right for a product we have never met."""

    product_family_code: str
    only_fully_graded: bool = True
    """Scores that are not FullyGraded must not be sent once there is a grade: they would erase it."""
    equal_second_timestamp_conflicts: bool = True
    """A score whose timestamp is in the same second as the one before is refused with 409."""
    comment_must_be_repeated: bool = True
    """A score without a comment removes the comment of the score before."""
    grade_by_hand_stays: bool = True
    """A score can be accepted while the teacher's own grade stays: read the result back."""
    roster_calls_assistants_learners: bool = False
    """The roster lists non-editing staff as Learner, though their launches say Instructor."""
    calls_one_at_a_time: bool = False
    """Parallel calls of one registration are charged in advance and throttled."""
    score_extension: Mapping[str, object] = field(default_factory=dict)
    """Members of the product's own that each score carries."""
    frame_ancestors: tuple[str, ...] = ()
    """Origins that frame us, beside the registration's own."""
