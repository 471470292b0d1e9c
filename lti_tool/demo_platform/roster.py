"""The people of the demo course. Made up, and various on purpose.

One name with letters outside ASCII, one written from right to left, one learner without an e-mail address, one
assistant who may grade but not edit: the cases that a tool meets in its first week at a school.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lti_tool.demo_platform import crowd

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTRUCTOR = f"{_MEMBERSHIP}#Instructor"
LEARNER = f"{_MEMBERSHIP}#Learner"
TEACHING_ASSISTANT = f"{_MEMBERSHIP}/Instructor#TeachingAssistant"
SYSTEM_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"
INSTITUTION_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
MENTOR = f"{_MEMBERSHIP}#Mentor"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

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
    group_ids: tuple[str, ...] = ()
    """The groups of this person in the course."""
    time_zone: str = "Europe/Amsterdam"
    """As in the profile; "99" is what Moodle keeps for somebody who never chose one."""

    @property
    def name(self) -> str:
        """The full name as the platform shows it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def is_learner(self) -> bool:
        """Whether this person can receive a grade: an observer cannot, whatever their roles say."""
        return LEARNER in self.roles and MENTOR not in self.roles

    @property
    def is_observer(self) -> bool:
        """Whether this person looks on for a learner."""
        return MENTOR in self.roles

    @property
    def is_assistant(self) -> bool:
        """Whether this person teaches without editing."""
        return TEACHING_ASSISTANT in self.roles

    @property
    def is_administrator(self) -> bool:
        """Whether this person looks after the platform, and belongs to no course."""
        return SYSTEM_ADMINISTRATOR in self.roles

    @property
    def may_edit(self) -> bool:
        """Whether this person may change the course and its grades."""
        return INSTRUCTOR in self.roles and not self.is_assistant


PEOPLE: tuple[Person, ...] = (
    Person("mila", "3", "Mila", "de Boer", "mila@example.org", (INSTRUCTOR,)),
    Person("sam", "4", "Sam", "Jansen", "sam@example.org", (INSTRUCTOR, TEACHING_ASSISTANT), locale="en"),
    Person("zoe", "5", "Zoë", "Yılmaz", "zoe@example.org", (LEARNER,), group_ids=("11",)),
    Person("ahmed", "6", "Ahmed", "El Idrissi", "ahmed@example.org", (LEARNER,), group_ids=("11", "12")),
    Person("fatma", "7", "Fatma", "Kaya", None, (LEARNER,), time_zone="99"),
    Person("layla", "8", "ليلى", "الحداد", "layla@example.org", (LEARNER,), name_language="ar"),
)

ADMINISTRATOR = Person(
    "noor",
    "2",
    "Noor",
    "Willems",
    "noor@example.org",
    (INSTRUCTOR, SYSTEM_ADMINISTRATOR, INSTITUTION_ADMINISTRATOR),
)
"""Looks after the platform. Opens every course, and is in no roster."""

LEARNERS: tuple[Person, ...] = tuple(person for person in PEOPLE if person.is_learner)


OBSERVER = Person("olga", "20", "Olga", "Yılmaz", "olga@example.org", (LEARNER, MENTOR))
"""A parent, as Canvas lists one: a mentor who carries the role of a learner as well."""
TEST_STUDENT = Person("test-student", "21", "Test", "Student", None, (LEARNER, TEST_USER))
"""As whom a teacher of Canvas tries things."""
_EVERYBODY = (*PEOPLE, ADMINISTRATOR, OBSERVER, TEST_STUDENT)


def find_person(key: str) -> Person | None:
    """Return the person of an "open as" address; learners by number exist whether or not they are in a course."""
    number = crowd.number_of_key(key)
    return learner_by_number(number) if number else next((one for one in _EVERYBODY if one.key == key), None)


def find_user(user_id: str) -> Person | None:
    """Return the person whose LTI `sub` this is."""
    number = crowd.number_of_user(user_id)
    return learner_by_number(number) if number else next((one for one in _EVERYBODY if one.user_id == user_id), None)


@lru_cache(maxsize=crowd.LARGEST)
def learner_by_number(number: int) -> Person:
    """Return one of the learners who are there in any number."""
    given_name, family_name = crowd.name_of(number)
    key = crowd.key_of(number)
    return Person(key, crowd.user_id_of(number), given_name, family_name, f"{key}@example.org", (LEARNER,))
