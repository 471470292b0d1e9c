"""Which role counts, and what it may do."""

from __future__ import annotations

import pytest

from lti_tool.lti.roles import (
    TEST_USER,
    PrincipalRole,
    full_role_uri,
    may_administer,
    may_earn,
    may_edit,
    may_review,
    principal_role,
)

M = "http://purl.imsglobal.org/vocab/lis/v2/membership"
I = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"  # noqa: E741
S = "http://purl.imsglobal.org/vocab/lis/v2/system/person"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([f"{M}#Instructor"], PrincipalRole.INSTRUCTOR),
        ([f"{M}#Administrator"], PrincipalRole.INSTRUCTOR),
        ([f"{M}/Instructor#PrimaryInstructor"], PrincipalRole.INSTRUCTOR),
        ([f"{M}#Learner", f"{M}#Instructor"], PrincipalRole.INSTRUCTOR),
        (["Instructor"], PrincipalRole.INSTRUCTOR),
        ([" Instructor "], PrincipalRole.INSTRUCTOR),
        ([f"{M}#Instructor", f"{M}/Instructor#TeachingAssistant"], PrincipalRole.TEACHING_ASSISTANT),
        ([f"{M}#Instructor", f"{M}/instructor#TeachingAssistant"], PrincipalRole.TEACHING_ASSISTANT),
        ([f"{M}/Instructor#TeachingAssistantSection"], PrincipalRole.TEACHING_ASSISTANT),
        ([f"{M}/Instructor#Grader", f"{M}#Instructor"], PrincipalRole.TEACHING_ASSISTANT),
        ([f"{M}#TeachingAssistant"], PrincipalRole.TEACHING_ASSISTANT),
        (["TeachingAssistant"], PrincipalRole.TEACHING_ASSISTANT),
        (["Learner", f"{M}/Instructor#TeachingAssistant"], PrincipalRole.TEACHING_ASSISTANT),
        ([f"{M}#Learner"], PrincipalRole.LEARNER),
        (["Learner"], PrincipalRole.LEARNER),
        ([f"{M}/Learner#NonCreditLearner"], PrincipalRole.LEARNER),
        ([f"{M}/Learner#Instructor"], PrincipalRole.LEARNER),
        ([f"{M}#Learner", f"{I}#Instructor", f"{S}#Administrator"], PrincipalRole.LEARNER),
        ([f"{M}#Learner", f"{I}#Observer", f"{I}#Mentor"], PrincipalRole.LEARNER),
        ([f"{M}#Mentor"], PrincipalRole.OBSERVER),
        ([f"{M}#Learner", f"{M}#Mentor"], PrincipalRole.OBSERVER),
        (["Learner", "Mentor"], PrincipalRole.OBSERVER),
        ([f"{M}#Learner", f"{M}/Mentor#Advisor"], PrincipalRole.OBSERVER),
        ([f"{M}#Learner", f"{M}/Manager#Observer"], PrincipalRole.OBSERVER),
        ([f"{M}#Learner", TEST_USER], PrincipalRole.TEST_STUDENT),
        ([f"{M}#Instructor", TEST_USER], PrincipalRole.TEST_STUDENT),
        ([TEST_USER], PrincipalRole.TEST_STUDENT),
        ([f"{I}#Instructor"], PrincipalRole.NOBODY),
        ([f"{I}#Student"], PrincipalRole.NOBODY),
        ([f"{I}#Administrator", f"{S}#SysAdmin"], PrincipalRole.NOBODY),
        ([f"{M}#ContentDeveloper"], PrincipalRole.NOBODY),
        ([f"{M}#Manager"], PrincipalRole.NOBODY),
        ([f"{M}#Member"], PrincipalRole.NOBODY),
        ([f"{M}#instructor"], PrincipalRole.NOBODY),
        (["instructor"], PrincipalRole.NOBODY),
        ([f"{M}#InstructorX"], PrincipalRole.NOBODY),
        ([f"x{M}#Instructor"], PrincipalRole.NOBODY),
        (["https://evil.example/membership#Instructor"], PrincipalRole.NOBODY),
        (["urn:lti:role:ims/lis/Instructor"], PrincipalRole.NOBODY),
        ([""], PrincipalRole.NOBODY),
        ([], PrincipalRole.NOBODY),
    ],
)
def test_principal_role_is_the_one_that_counts(roles: list[str], expected: PrincipalRole) -> None:
    assert principal_role(roles) is expected
    assert principal_role(reversed(roles)) is expected


@pytest.mark.parametrize(
    ("role", "earn", "review", "edit"),
    [
        (PrincipalRole.INSTRUCTOR, False, True, True),
        (PrincipalRole.TEACHING_ASSISTANT, False, True, False),
        (PrincipalRole.LEARNER, True, False, False),
        (PrincipalRole.OBSERVER, False, False, False),
        (PrincipalRole.TEST_STUDENT, False, False, False),
        (PrincipalRole.NOBODY, False, False, False),
    ],
)
def test_rights_follow_the_role(role: PrincipalRole, earn: bool, review: bool, edit: bool) -> None:
    assert (may_earn(role), may_review(role), may_edit(role)) == (earn, review, edit)


def test_short_name_is_written_out_and_the_unknown_kept() -> None:
    assert full_role_uri("Learner") == f"{M}#Learner"
    assert full_role_uri("Helper") == "Helper"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([f"{I}#Administrator"], True),
        ([f"{S}#Administrator"], True),
        ([f"{S}#SysAdmin"], True),
        ([f"{M}#Learner", f"{I}#Administrator"], True),
        ([f"{M}#Administrator"], False),
        (["Administrator"], False),
        ([f"{M}#Instructor", f"{I}#Staff", f"{S}#User"], False),
        ([f"{I}#administrator"], False),
        ([f"{I}#AdministratorOfNothing"], False),
        ([], False),
    ],
)
def test_administration_is_for_who_administers_the_school_or_the_platform(roles: list[str], expected: bool) -> None:
    assert may_administer(roles) is expected
