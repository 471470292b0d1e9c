"""Publishing what the platform says; the order, the badge and everything else stay as they are."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from config.typed_text import is_blank
from gamification.models import TITLE_LENGTH
from gamification.progress import TaskTexts, task_texts
from gamification.publish import TaskDraft, publish
from gamification.rules import current_rules
from lti_tool.columns import promise_columns
from lti_tool.link_settings.wanted import NO_RULES, READ_BACK, Part, wanted
from lti_tool.lti.link_parameters import Value
from lti_tool.progress import promise_evaluation
from lti_tool.roster.gradebook_models import LinkSetting
from lti_tool.words import language_of, translations


def title_of_task(link_title: str, locale: str) -> str:
    """Return what a new task is called: as its link, or the same for all where nothing can be read there."""
    title = " ".join(link_title.split())[:TITLE_LENGTH].rstrip()
    if not is_blank(title):
        return title
    pgettext = translations(language_of(locale)).pgettext
    return pgettext("learner", "Task from your learning platform")


def take_over(
    tx: Session,
    row: LinkSetting,
    part: Part,
    *,
    title: str,
    theirs: Value | None = None,
    person_id: uuid.UUID,
    now: datetime,
) -> uuid.UUID:
    """Publish the rules with the platform's value; returns the last task, which is the one that `Part.TASK` brings.

    For whoever holds the rules and the setting of the link. A task that was removed comes back with its own words; a
    new one is called `title`. `theirs` is the platform's value of a part that is not among what its launches told.

    Raises:
        RuleInvalid: these rules cannot work; ask `Wanted.problem` first.
    """
    current = current_rules(tx, row.context_id)
    rules = current.rules if current else NO_RULES
    told = row.told if part not in READ_BACK or theirs is None else {**row.told, part: theirs}
    target = wanted(rules, told, row.task_id, part)
    texts = task_texts(tx, row.context_id)
    new_texts = (texts.get(row.task_id) if row.task_id else None) or TaskTexts(title, "")
    drafts = []
    for rule in target.tasks:
        if rule.closed:
            continue
        said = texts.get(rule.task_id, new_texts)
        if part is Part.TITLE and rule.task_id == row.task_id:
            said = TaskTexts(str(theirs), said.instructions)
        drafts.append(
            TaskDraft(
                rule.task_id if rules.rule_for(rule.task_id) else None,
                said.title,
                rule.points,
                instructions=said.instructions,
                is_bonus=rule.is_bonus,
                confirmation=rule.confirmation,
                stays_when_undone=rule.stays_when_undone,
            )
        )
    published = publish(
        tx,
        row.context_id,
        by_person_id=person_id,
        tasks=drafts,
        goal_points=target.goal_points,
        achievement=rules.achievement,
        order=rules.order,
        seen_number=current.number if current else 0,
        now=now,
    )
    if published.evaluation_needed:
        promise_evaluation(tx, row.context_id, now=now)
    elif published.is_new:
        promise_columns(tx, row.context_id, now=now)  # they are called like the tasks
    return published.rules.tasks[len(drafts) - 1].task_id
