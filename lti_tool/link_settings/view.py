"""What the teacher is told about the settings in the platform: what is set there, what differs, what does nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.engine.rule_set import RuleSet
from gamification.errors import RuleProblem
from gamification.progress import TaskTexts, finished_tasks, task_texts
from gamification.rules import current_rules
from lti_tool.link_settings.reading_back import plain_title, read_back
from lti_tool.link_settings.wanted import NO_RULES, Part, holds_of, open_rule, told_of, wanted
from lti_tool.lti.link_parameters import CONFIRM, POINTS, REQUIRED, Value
from lti_tool.roster.gradebook_models import LinkSetting
from lti_tool.roster.models import ResourceLink
from lti_tool.roster.platform_of_course import platform_of_course

_TOLD_OF_A_TASK = (Part.POINTS, Part.REQUIRED, Part.CONFIRMATION)
_OF_A_TASK = (Part.TITLE, Part.MAXIMUM, *_TOLD_OF_A_TASK)


@dataclass(frozen=True)
class SetInLms:
    """What the platform says of an open task, whether or not it holds; None where it says nothing."""

    task_title: str
    link_title: str
    points: int | None
    is_required: bool | None
    confirmation: str | None


@dataclass(frozen=True)
class Question:
    """Something that the platform says and that does not hold here: the teacher decides.

    For `Part.TASK`, `theirs` are the points of a task that is not there, `ours` is None, and `was_removed` says whether
    it ever was. `obstacle` says why the platform's value cannot be taken over, None when it can.
    """

    link_id: uuid.UUID
    link_title: str
    part: Part
    task_title: str
    theirs: Value
    ours: Value | None
    was_removed: bool
    obstacle: RuleProblem | None


@dataclass(frozen=True)
class Note:
    """A parameter that does nothing: its value is not one of ours, or (`typed` empty) its link has no task."""

    link_title: str
    parameter: str
    typed: str


@dataclass(frozen=True)
class LmsView:
    """The settings in the platform beside what holds here.

    `platform` is the product's name ("Moodle"), empty for one that we do not know by name. `tasks` has the open tasks
    of which the platform says something. `goal_points` is what the platform says, whether or not it holds;
    `total_points` is what the required tasks here are worth together.
    """

    platform: str = ""
    version_number: int = 0
    total_points: int = 0
    tasks: Mapping[uuid.UUID, SetInLms] = field(default_factory=dict)
    goal_points: int | None = None
    questions: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Link:
    """A link with what it says in all: its parameters, and what is read back of it."""

    row: LinkSetting
    title: str
    said: Mapping[str, Value]

    def declines(self, part: Part, value: Value) -> bool:
        return part in self.row.declined and bool(self.row.declined[part] == value)


def lms_view(tx: Session, context_id: uuid.UUID) -> LmsView:
    """Return what the platform's settings say in this course; two queries where they say nothing."""
    rows = tx.execute(
        select(LinkSetting, ResourceLink.title)
        .join(ResourceLink, ResourceLink.id == LinkSetting.resource_link_id)
        .where(LinkSetting.context_id == context_id)
        .order_by(ResourceLink.created_at, ResourceLink.id)
    )
    there = read_back(tx, context_id)
    links = [
        _Link(row, title, {**row.told, **there.get(row.resource_link_id, {})})
        for row, title in rows
        if row.told or row.not_understood or there.get(row.resource_link_id)
    ]
    if not links:
        return LmsView()
    current = current_rules(tx, context_id)
    rules = current.rules if current else NO_RULES
    texts = task_texts(tx, context_id)
    finished = finished_tasks(tx, context_id)
    questions = [asked for link in links for asked in _questions_about_task(link, rules, texts, finished)]
    goal = _newest_goal(links)
    if goal is not None and current is not None:
        questions.extend(_questions_about_goal(goal, links, rules))
    return LmsView(
        platform=platform_of_course(tx, context_id).name,
        version_number=current.number if current else 0,
        total_points=rules.total_points,
        tasks=_set_tasks(links, rules, texts),
        goal_points=goal.row.told[Part.GOAL] if goal else None,
        questions=tuple(questions),
        notes=tuple(note for link in links for note in _notes(link)),
    )


def _set_tasks(
    links: Sequence[_Link], rules: RuleSet, texts: Mapping[uuid.UUID, TaskTexts]
) -> dict[uuid.UUID, SetInLms]:
    return {
        rule.task_id: SetInLms(
            task_title=texts[rule.task_id].title,
            link_title=link.title,
            points=link.row.told.get(Part.POINTS),
            is_required=link.row.told.get(Part.REQUIRED),
            confirmation=link.row.told.get(Part.CONFIRMATION),
        )
        for link in links
        if (rule := open_rule(rules, link.row.task_id)) and any(part in link.row.told for part in _TOLD_OF_A_TASK)
    }


def _questions_about_task(
    link: _Link, rules: RuleSet, texts: Mapping[uuid.UUID, TaskTexts], finished: Collection[uuid.UUID]
) -> Iterator[Question]:
    row = link.row
    title = texts[row.task_id].title if row.task_id else link.title
    rule = open_rule(rules, row.task_id)
    for part in (Part.TASK,) if rule is None else _OF_A_TASK:
        theirs = told_of(link.said, part)
        ours: Value | None = plain_title(title) if part is Part.TITLE else holds_of(rule, part) if rule else None
        if theirs is None or theirs == ours or link.declines(part, theirs):
            continue
        is_fixed = rule is not None and rule.task_id in finished and part is not Part.TITLE
        yield Question(
            link_id=row.resource_link_id,
            link_title=link.title,
            part=part,
            task_title=title,
            theirs=theirs,
            ours=ours,
            was_removed=rule is None and row.task_id is not None,
            obstacle=RuleProblem.FINISHED_TASK_CHANGED
            if is_fixed
            else wanted(rules, link.said, row.task_id, part).problem,
        )


def _newest_goal(links: Sequence[_Link]) -> _Link | None:
    """Return the link whose goal counts: the one of which we heard last."""
    telling = [link for link in links if Part.GOAL in link.row.told]
    return max(telling, key=lambda link: (link.row.told_at, link.row.resource_link_id), default=None)


def _questions_about_goal(link: _Link, links: Sequence[_Link], rules: RuleSet) -> Iterator[Question]:
    theirs = link.row.told[Part.GOAL]
    if theirs == rules.goal_points or any(other.declines(Part.GOAL, theirs) for other in links):
        return
    yield Question(
        link_id=link.row.resource_link_id,
        link_title=link.title,
        part=Part.GOAL,
        task_title="",
        theirs=theirs,
        ours=rules.goal_points,
        was_removed=False,
        obstacle=wanted(rules, link.row.told, None, Part.GOAL).problem,
    )


def _notes(link: _Link) -> Iterator[Note]:
    row = link.row
    for parameter, typed in row.not_understood.items():
        yield Note(link.title, parameter, typed)
    if row.task_id is None and Part.POINTS not in row.told and POINTS not in row.not_understood:
        for part, parameter in ((Part.REQUIRED, REQUIRED), (Part.CONFIRMATION, CONFIRM)):
            if part in row.told:
                yield Note(link.title, parameter, "")
