"""The groups of a course, and who is in them: from the custom parameters of launches, or from the groups service."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_many
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.custom_parameters import GROUP_IDS
from lti_tool.lti.groups import Group
from lti_tool.lti.platform_text import is_identifier
from lti_tool.roster.item_models import CourseGroup
from lti_tool.roster.models import Membership

_MOST_GROUPS = 200


@dataclass(frozen=True)
class GroupOfCourse:
    """A group. The name is empty where the platform tells ids only (Moodle 4.5, 2026-11)."""

    id: str
    name: str


def keep_groups_of_launch(membership: Membership, claims: LaunchClaims) -> None:
    """Keep in which groups the person is, where the launch tells: one that does not leaves what is known."""
    told = claims.custom.get(GROUP_IDS)
    if told is None:
        return
    parts = [part.strip() for part in told.split(",")]
    group_ids = list(dict.fromkeys(part for part in parts if is_identifier(part)))[:_MOST_GROUPS]
    if membership.group_ids != group_ids:
        membership.group_ids = group_ids


def keep_groups(tx: Session, context_id: uuid.UUID, groups: Sequence[Group]) -> None:
    """Keep how the groups of the course are called."""
    names = {group.id: group.name for group in groups}
    rows = [
        {"id": new_id(), "context_id": context_id, "external_group_id": group_id, "name": names[group_id]}
        for group_id in sorted(names)
    ]
    insert_many(tx, CourseGroup, rows, key=("context_id", "external_group_id"), update=("name",))


def groups_of(tx: Session, context_id: uuid.UUID) -> list[GroupOfCourse]:
    """Return the groups that somebody in the course is in, those with a name first."""
    names = {
        row.external_group_id: row.name
        for row in tx.execute(
            select(CourseGroup.external_group_id, CourseGroup.name).where(CourseGroup.context_id == context_id)
        )
    }
    told = tx.execute(
        select(Membership.group_ids).where(Membership.context_id == context_id, Membership.left_at.is_(None))
    ).scalars()
    used = {group_id for group_ids in told for group_id in group_ids or ()}
    found = [GroupOfCourse(group_id, names.get(group_id, "")) for group_id in used]
    return sorted(found, key=lambda group: (not group.name, group.name.casefold(), len(group.id), group.id))
