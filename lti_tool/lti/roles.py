"""What a person is in a course, from the role addresses a platform sends in launches and rosters.

Addresses are compared whole, after short names ("Learner") are written out: in `membership/Learner#Instructor` and
`institution/person#Instructor` the word Instructor gives no rights in the course. Roles in the institution or the
system say nothing about a course, so an administrator of the school who has no role in the course is nobody there.
https://www.imsglobal.org/spec/lti/v1p3/#role-vocabularies
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
_ADMINISTRATOR = {
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
}


class PrincipalRole(StrEnum):
    """The one role that counts in a course."""

    INSTRUCTOR = "instructor"
    TEACHING_ASSISTANT = "teaching-assistant"
    LEARNER = "learner"
    OBSERVER = "observer"
    TEST_STUDENT = "test-student"
    NOBODY = "nobody"


_SHORT_NAMES = {
    name: f"{MEMBERSHIP}#{name}"
    for name in (
        "Administrator",
        "ContentDeveloper",
        "Instructor",
        "Learner",
        "Manager",
        "Member",
        "Mentor",
        "Officer",
    )
} | {"TeachingAssistant": f"{MEMBERSHIP}/Instructor#TeachingAssistant"}

# Canvas has written this sub-role with a small letter as well (seen in its source, 2026-11):
# https://github.com/instructure/canvas-lms/blob/master/lib/lti/substitutions_helper.rb
_ASSISTANT = {
    f"{MEMBERSHIP}{parent}#{name}"
    for parent in ("", "/Instructor", "/instructor")
    for name in (
        "Grader",
        "TeachingAssistant",
        "TeachingAssistantGroup",
        "TeachingAssistantOffering",
        "TeachingAssistantSection",
        "TeachingAssistantSectionAssociation",
        "TeachingAssistantTemplate",
    )
}
# Who administers this one course may do what its teacher may. A content developer (a designer in Canvas) is not
# here: it would show learners' work to somebody whom the platform does not show grades.
_INSTRUCTOR = {f"{MEMBERSHIP}#Instructor", f"{MEMBERSHIP}#Administrator"} | {
    f"{MEMBERSHIP}/Instructor#{name}"
    for name in (
        "ExternalInstructor",
        "GuestInstructor",
        "Lecturer",
        "PrimaryInstructor",
        "SecondaryInstructor",
    )
}
_LEARNER = {f"{MEMBERSHIP}#Learner"} | {
    f"{MEMBERSHIP}/Learner#{name}"
    for name in ("ExternalLearner", "GuestLearner", "Instructor", "Learner", "NonCreditLearner")
}
_OBSERVER = {f"{MEMBERSHIP}#Mentor", f"{MEMBERSHIP}#Observer"} | {
    f"{MEMBERSHIP}/Manager#ExternalObserver",
    f"{MEMBERSHIP}/Manager#Observer",
}
_ANY_MENTOR = f"{MEMBERSHIP}/Mentor#"


def full_role_uri(role: str) -> str:
    """Return a role as a full address; a short name means a role in the course. What is unknown stays as it is."""
    role = role.strip()
    return _SHORT_NAMES.get(role, role)


def principal_role(roles: Iterable[str]) -> PrincipalRole:
    """Return the role that counts when a person has several; unknown roles and none at all give nobody.

    In this order: a test student is nothing else. An assistant comes before an instructor, because platforms
    send Instructor beside the assistant's sub-role. An observer comes before a learner, because Canvas sends
    Learner for parents too, and they must never earn.
    """
    held = {full_role_uri(role) for role in roles}
    if TEST_USER in held:
        return PrincipalRole.TEST_STUDENT
    if held & _ASSISTANT:
        return PrincipalRole.TEACHING_ASSISTANT
    if held & _INSTRUCTOR:
        return PrincipalRole.INSTRUCTOR
    if held & _OBSERVER or any(role.startswith(_ANY_MENTOR) for role in held):
        return PrincipalRole.OBSERVER
    if held & _LEARNER:
        return PrincipalRole.LEARNER
    return PrincipalRole.NOBODY


def may_earn(role: PrincipalRole) -> bool:
    """Say whether points, badges and a place on a board are for this role."""
    return role is PrincipalRole.LEARNER


def may_review(role: PrincipalRole) -> bool:
    """Say whether this role may see learners' work and approve it."""
    return role in {PrincipalRole.INSTRUCTOR, PrincipalRole.TEACHING_ASSISTANT}


def may_edit(role: PrincipalRole) -> bool:
    """Say whether this role may change tasks, rules and settings of the course."""
    return role is PrincipalRole.INSTRUCTOR


def may_administer(roles: Iterable[str]) -> bool:
    """Say whether somebody administers the platform or the school, so may see its registrations.

    It says nothing about a course, as a role in a course says nothing here: `membership#Administrator` looks after
    one course.
    """
    return not _ADMINISTRATOR.isdisjoint(full_role_uri(role) for role in roles)
