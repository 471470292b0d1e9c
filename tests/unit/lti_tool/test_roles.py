"""Which role counts, and what it may do."""

from __future__ import annotations

import pytest

from lti_tool.lti.roles import TEST_USER, PrincipalRole, full_role_uri, may_earn, may_edit, may_review, principal_role

M = "http://purl.imsglobal.org/vocab/lis/v2/membership"
I = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"  # noqa: E741
S = "http://purl.imsglobal.org/vocab/lis/v2/system/person"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([f"{M}#Instructor"], PrincipalRole.instructor),
        ([f"{M}#Administrator"], PrincipalRole.instructor),
        ([f"{M}/Instructor#PrimaryInstructor"], PrincipalRole.instructor),
        ([f"{M}#Learner", f"{M}#Instructor"], PrincipalRole.instructor),
        (["Instructor"], PrincipalRole.instructor),
        ([" Instructor "], PrincipalRole.instructor),
        ([f"{M}#Instructor", f"{M}/Instructor#TeachingAssistant"], PrincipalRole.teaching_assistant),
        ([f"{M}#Instructor", f"{M}/instructor#TeachingAssistant"], PrincipalRole.teaching_assistant),
        ([f"{M}/Instructor#TeachingAssistantSection"], PrincipalRole.teaching_assistant),
        ([f"{M}/Instructor#Grader", f"{M}#Instructor"], PrincipalRole.teaching_assistant),
        ([f"{M}#TeachingAssistant"], PrincipalRole.teaching_assistant),
        (["TeachingAssistant"], PrincipalRole.teaching_assistant),
        (["Learner", f"{M}/Instructor#TeachingAssistant"], PrincipalRole.teaching_assistant),
        ([f"{M}#Learner"], PrincipalRole.learner),
        (["Learner"], PrincipalRole.learner),
        ([f"{M}/Learner#NonCreditLearner"], PrincipalRole.learner),
        ([f"{M}/Learner#Instructor"], PrincipalRole.learner),
        ([f"{M}#Learner", f"{I}#Instructor", f"{S}#Administrator"], PrincipalRole.learner),
        ([f"{M}#Learner", f"{I}#Observer", f"{I}#Mentor"], PrincipalRole.learner),
        ([f"{M}#Mentor"], PrincipalRole.observer),
        ([f"{M}#Learner", f"{M}#Mentor"], PrincipalRole.observer),
        (["Learner", "Mentor"], PrincipalRole.observer),
        ([f"{M}#Learner", f"{M}/Mentor#Advisor"], PrincipalRole.observer),
        ([f"{M}#Learner", f"{M}/Manager#Observer"], PrincipalRole.observer),
        ([f"{M}#Learner", TEST_USER], PrincipalRole.test_student),
        ([f"{M}#Instructor", TEST_USER], PrincipalRole.test_student),
        ([TEST_USER], PrincipalRole.test_student),
        ([f"{I}#Instructor"], PrincipalRole.nobody),
        ([f"{I}#Student"], PrincipalRole.nobody),
        ([f"{I}#Administrator", f"{S}#SysAdmin"], PrincipalRole.nobody),
        ([f"{M}#ContentDeveloper"], PrincipalRole.nobody),
        ([f"{M}#Manager"], PrincipalRole.nobody),
        ([f"{M}#Member"], PrincipalRole.nobody),
        ([f"{M}#instructor"], PrincipalRole.nobody),
        (["instructor"], PrincipalRole.nobody),
        ([f"{M}#InstructorX"], PrincipalRole.nobody),
        ([f"x{M}#Instructor"], PrincipalRole.nobody),
        (["https://evil.example/membership#Instructor"], PrincipalRole.nobody),
        (["urn:lti:role:ims/lis/Instructor"], PrincipalRole.nobody),
        ([""], PrincipalRole.nobody),
        ([], PrincipalRole.nobody),
    ],
)
def test_principal_role_is_the_one_that_counts(roles: list[str], expected: PrincipalRole) -> None:
    assert principal_role(roles) is expected
    assert principal_role(reversed(roles)) is expected


@pytest.mark.parametrize(
    ("role", "earn", "review", "edit"),
    [
        (PrincipalRole.instructor, False, True, True),
        (PrincipalRole.teaching_assistant, False, True, False),
        (PrincipalRole.learner, True, False, False),
        (PrincipalRole.observer, False, False, False),
        (PrincipalRole.test_student, False, False, False),
        (PrincipalRole.nobody, False, False, False),
    ],
)
def test_rights_follow_the_role(role: PrincipalRole, earn: bool, review: bool, edit: bool) -> None:
    assert (may_earn(role), may_review(role), may_edit(role)) == (earn, review, edit)


def test_short_name_is_written_out_and_the_unknown_kept() -> None:
    assert full_role_uri("Learner") == f"{M}#Learner"
    assert full_role_uri("Helper") == "Helper"
