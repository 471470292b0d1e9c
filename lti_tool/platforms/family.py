"""What differs from one platform product to the next, as data.

Only what the specifications leave open or a product does against them; each value of a family has the date it was
last seen true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.platforms.registration_habits import RegistrationHabits


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
    counts_attempts: bool = False
    """Scores belong to attempts, which it tells apart by when they were handed in: so each score says that."""
    frame_ancestors: tuple[str, ...] = ()
    """Origins that frame us, beside the registration's own."""
    schools_have_own_hosts: bool = False
    """Schools share a registration's issuer, and each can show its pages at a name of its own: see
    `roster/deployment_origins`."""
    frame_resize: str = "object"
    """How it wants to be told the height of our page: as an `object`, as `text`, or (empty) not at all."""
    links_have_address: bool = True
    """A deep-linked item carries the address that opens it. Else only its custom parameters say what it is."""
    roster_tells_who_may_open: bool = False
    """The roster of one link lists who may open it: so a link can stand at an assignment of the platform."""
    places_to_hand_in: frozenset[str] = frozenset()
    """Placements where learners pick what they hand in for an assignment."""
    places_in_text: frozenset[str] = frozenset()
    """Placements where what is picked becomes words in a text: no column, and nothing that can be restricted."""
    places_of_settings: frozenset[str] = frozenset()
    """Placements from which staff come to set something up."""
    places_outside_courses: frozenset[str] = frozenset()
    """Placements that stand in no course, whatever context their launches name."""
    contexts_outside_courses: frozenset[str] = frozenset()
    """Types of contexts that are no course."""
    course_path: str = ""
    """Where a course is on the issuer, with `{course}` for its id; empty where ids of launches do not tell."""
    registration: RegistrationHabits = field(default_factory=RegistrationHabits)
    """What it wants to be told when we register ourselves."""
