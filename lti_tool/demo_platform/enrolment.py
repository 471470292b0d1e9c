"""Who is in a course now: the people of the roster and the learners by number, but for those who left.

Everybody of the roster begins in every course.
"""

from __future__ import annotations

from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.crowd import number_of_key
from lti_tool.demo_platform.profile import PlatformProfile
from lti_tool.demo_platform.roster import OBSERVER, PEOPLE, TEST_STUDENT, Person, learner_by_number
from lti_tool.demo_platform.store import Store


class Enrolment:
    """The departures in the store. Somebody who left keeps their grades, as on a real platform."""

    def __init__(self, store: Store, profile: PlatformProfile) -> None:
        self._store = store
        extra = ((OBSERVER, profile.observers_listed), (TEST_STUDENT, profile.test_student_listed))
        self._people = (*PEOPLE, *(person for person, is_listed in extra if is_listed))

    def list_people(self, course_id: str = CONTEXT_ID) -> list[Person]:
        """Return who is in a course, in the order of the roster."""
        gone = self.list_gone(course_id)
        everybody = self.list_everybody(course_id)
        return [person for person in everybody if person.user_id not in gone] if gone else everybody

    def list_everybody(self, course_id: str = CONTEXT_ID) -> list[Person]:
        """Return who is or was in a course."""
        return [*self._people, *(learner_by_number(number) for number in range(1, self._crowd_size(course_id) + 1))]

    def list_learners(self, course_id: str = CONTEXT_ID) -> list[Person]:
        """Return who learns or learnt in a course."""
        return [person for person in self.list_everybody(course_id) if person.is_learner]

    def list_gone(self, course_id: str = CONTEXT_ID) -> dict[str, bool]:
        """Return who left a course, by user id, and whether they were only suspended."""
        with self._store.reading() as db:
            rows = db.execute("SELECT user_id, suspended FROM departure WHERE course_id = ?", (course_id,))
            return {row["user_id"]: bool(row["suspended"]) for row in rows}

    def knows(self, person: Person, course_id: str = CONTEXT_ID) -> bool:
        """Tell whether this person is or was in a course, or may look into all of them."""
        number = number_of_key(person.key)
        if number is not None:
            return number <= self._crowd_size(course_id)
        return person in self._people or person.is_administrator

    def holds(self, person: Person, course_id: str = CONTEXT_ID) -> bool:
        """Tell whether this person is in a course, or looks after the platform."""
        return self.knows(person, course_id) and person.user_id not in self.list_gone(course_id)

    def leave(self, person: Person, course_id: str = CONTEXT_ID, *, suspended: bool = False) -> None:
        """Take a person out of a course, for good or until further notice."""
        with self._store.transaction() as db:
            db.execute("INSERT OR REPLACE INTO departure VALUES (?, ?, ?)", (course_id, person.user_id, suspended))

    def come_back(self, person: Person, course_id: str = CONTEXT_ID) -> None:
        """Put a person back into a course."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM departure WHERE course_id = ? AND user_id = ?", (course_id, person.user_id))

    def set_crowd(self, size: int, course_id: str = CONTEXT_ID) -> None:
        """Let a course have this many learners by number."""
        with self._store.transaction() as db:
            db.execute("INSERT OR REPLACE INTO crowd VALUES (?, ?)", (course_id, size))

    def _crowd_size(self, course_id: str) -> int:
        with self._store.reading() as db:
            row = db.execute("SELECT size FROM crowd WHERE course_id = ?", (course_id,)).fetchone()
        return int(row["size"]) if row else 0
