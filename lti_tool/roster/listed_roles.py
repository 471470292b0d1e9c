"""Which role counts in a course, of what the newest launch said and what the roster says."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lti_tool.lti.nrps import Member
from lti_tool.lti.roles import PrincipalRole

_LEFT = {"inactive", "deleted"}
_RANK = {PrincipalRole.INSTRUCTOR: 2, PrincipalRole.TEACHING_ASSISTANT: 1}
_MOST_BY_CHANCE = 2
"""So many people who are listed as learners can be assistants in a course of any size."""


def is_active(member: Member) -> bool:
    """Say whether this member is in the course now. Most platforms list only those (Moodle 4.5, Canvas, 2026-11)."""
    return member.status.lower() not in _LEFT


def role_now(
    present: PrincipalRole | None,
    listed: PrincipalRole,
    before: PrincipalRole | None,
    *,
    has_launched: bool,
    is_staff: bool | None,
    calls_assistants_learners: bool,
) -> PrincipalRole:
    """Return the role that counts from now on.

    `present` is the one that counted, None for somebody new; `before` what the roster said last time. `is_staff` is
    what the gate for staff says, None where there is none to be believed. A launch is believed over the roster, but for
    a higher role there, and for a change there on a platform whose roster tells assistants from learners.
    """
    if not has_launched:
        if listed is not PrincipalRole.LEARNER or is_staff is False:
            return listed
        was_staff = calls_assistants_learners and present is PrincipalRole.TEACHING_ASSISTANT
        return PrincipalRole.TEACHING_ASSISTANT if is_staff or was_staff else listed
    if present is None or _RANK.get(listed, 0) > _RANK.get(present, 0):
        return listed
    if calls_assistants_learners and listed is PrincipalRole.LEARNER:
        return present
    has_changed = before is not None and listed is not before
    return listed if has_changed and listed is not PrincipalRole.NOBODY else present


def staff_by_gate(
    passing: Sequence[Member], *, listed_learners: Collection[str], launched_learners: Collection[str]
) -> frozenset[str] | None:
    """Return who is staff by the gate for staff, by user id; None where it lets learners in, or nobody at all.

    Both collections are user ids: who the roster calls a learner, and whose newest launch was a learner's. A gate whose
    restriction was forgotten lets everybody in: believing it would leave nobody who can earn.
    """
    subjects = frozenset(member.user_id for member in passing if is_active(member))
    if not subjects or not subjects.isdisjoint(launched_learners):
        return None
    among_learners = len(subjects.intersection(listed_learners))
    if among_learners > _MOST_BY_CHANCE and 2 * among_learners > len(listed_learners):
        return None
    return subjects
