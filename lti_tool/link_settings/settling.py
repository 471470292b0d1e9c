"""The teacher's answer where the platform and this service say different things."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import Conflict, NotAllowed, NotFound
from gamification.publish import lock_pointer
from lti_tool.link_settings.taking import take_over, title_of_task
from lti_tool.link_settings.view import lms_view
from lti_tool.link_settings.wanted import READ_BACK, Part
from lti_tool.lti.roles import PrincipalRole, may_edit
from lti_tool.roster.gradebook_models import LinkSetting


def settle(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    role: PrincipalRole,
    link_id: uuid.UUID,
    part: Part,
    theirs: str,
    takes: bool,
    seen_number: int,
    locale: str,
    now: datetime,
) -> None:
    """Take over what the platform says (`takes`), or keep what holds here. What is settled already stays so.

    `theirs` and `seen_number` are the platform's value, as text, and the version of the rules that the teacher saw;
    `locale` is their language, for a task whose link has no title.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such link in this course.
        Conflict: the rules or the platform's settings changed meanwhile, or the value cannot be taken.
    """
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
    lock_pointer(tx, context_id)
    row = tx.execute(
        select(LinkSetting)
        .where(LinkSetting.resource_link_id == link_id, LinkSetting.context_id == context_id)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("link-setting")
    view = lms_view(tx, context_id)
    question = next((asked for asked in view.questions if (asked.link_id, asked.part) == (link_id, part)), None)
    if question is None:
        return
    if view.version_number != seen_number or str(question.theirs) != theirs:
        raise Conflict("changed-meanwhile")
    if takes and question.obstacle is not None:
        raise Conflict("cannot-be-taken", question.obstacle)
    if not takes or part in READ_BACK:
        # Taken over, it is no news either when the task changes here.
        row.declined = {**row.declined, part: question.theirs}
    if not takes:
        return
    if part is Part.MAXIMUM and row.told.get(Part.POINTS) == question.ours:
        # The parameter of the link is the number of before: the teacher has just chosen between the two.
        row.declined = {**row.declined, Part.POINTS: question.ours}
    title = title_of_task(question.link_title, locale)
    last_task = take_over(tx, row, part, title=title, theirs=question.theirs, person_id=person_id, now=now)
    if part is Part.TASK:
        row.task_id = last_task
