"""The people of the demo course. Made up, and various on purpose.

One name with letters outside ASCII, one written from right to left, one learner without an e-mail address, one
assistant who may grade but not edit: the cases that a tool meets in its first week at a school.
"""

from __future__ import annotations

from dataclasses import dataclass

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTRUCTOR = f"{_MEMBERSHIP}#Instructor"
LEARNER = f"{_MEMBERSHIP}#Learner"
TEACHING_ASSISTANT = f"{_MEMBERSHIP}/Instructor#TeachingAssistant"

SHORT_ROLES = {INSTRUCTOR: "Instructor", LEARNER: "Learner"}
"""The roles as Moodle spells them in the roster, where a short name exists."""


@dataclass(frozen=True)
class Person:
    """Somebody in the course. `key` is what stands in the address of "open as"; `user_id` is the LTI `sub`."""

    key: str
    user_id: str
    given_name: str
    family_name: str
    email: str | None
    roles: tuple[str, ...]
    locale: str = "nl"
    name_language: str | None = None
    """The language in which the name is written, where that is another than that of the page."""

    @property
    def name(self) -> str:
        """The full name as the platform shows it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def is_learner(self) -> bool:
        """Whether this person can receive a grade."""
        return LEARNER in self.roles

    @property
    def is_assistant(self) -> bool:
        """Whether this person teaches without editing."""
        return TEACHING_ASSISTANT in self.roles

    @property
    def may_edit(self) -> bool:
        """Whether this person may change the course and its grades."""
        return INSTRUCTOR in self.roles and not self.is_assistant


PEOPLE: tuple[Person, ...] = (
    Person("mila", "3", "Mila", "de Boer", "mila@example.org", (INSTRUCTOR,)),
    Person("sam", "4", "Sam", "Jansen", "sam@example.org", (INSTRUCTOR, TEACHING_ASSISTANT), locale="en"),
    Person("zoe", "5", "Zoë", "Yılmaz", "zoe@example.org", (LEARNER,)),
    Person("ahmed", "6", "Ahmed", "El Idrissi", "ahmed@example.org", (LEARNER,)),
    Person("fatma", "7", "Fatma", "Kaya", None, (LEARNER,)),
    Person("layla", "8", "ليلى", "الحداد", "layla@example.org", (LEARNER,), name_language="ar"),
)

LEARNERS: tuple[Person, ...] = tuple(person for person in PEOPLE if person.is_learner)


def find_person(key: str) -> Person | None:
    """Return the person of an "open as" address."""
    return next((person for person in PEOPLE if person.key == key), None)


def find_user(user_id: str) -> Person | None:
    """Return the person whose LTI `sub` this is."""
    return next((person for person in PEOPLE if person.user_id == user_id), None)
