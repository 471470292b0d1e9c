"""Placing what a teacher picked: tasks are published, items are kept, and the answer is signed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import achievement_texts
from config.errors import Conflict, NotAllowed, NotFound
from config.ids import new_id
from gamification.engine.rule_set import RuleSet
from gamification.progress import task_texts
from gamification.publish import TaskDraft, lock_pointer, publish
from gamification.rules import current_rules
from lti_tool.choosing.items import link_item
from lti_tool.choosing.offer import accepted
from lti_tool.columns import promise_columns
from lti_tool.link_settings import NO_RULES
from lti_tool.lti.content_items import ContentItem as Returned
from lti_tool.lti.content_items import returnable_items
from lti_tool.lti.deep_linking import deep_linking_response
from lti_tool.lti.roles import may_edit
from lti_tool.progress import promise_evaluation
from lti_tool.roster.deep_linking_requests import use_request
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.item_models import ContentItem, DeepLinkingRequest, Gate, GateCondition, ItemKind
from lti_tool.roster.launch_sessions import CurrentSession
from lti_tool.roster.models import Context, Deployment, Registration
from lti_tool.tool import Tool
from lti_tool.words import staff_gate_title


UNTIL_LINKS_ARE_THERE = timedelta(seconds=45)
"""Platforms make the links when the teacher has looked at them and saved."""


@dataclass(frozen=True)
class Pick:
    """One thing to place. A task, or a gate at an assignment, is one of the course (`task_id`) or new (`draft`)."""

    kind: ItemKind
    task_id: uuid.UUID | None = None
    draft: TaskDraft | None = None
    condition: GateCondition = GateCondition.COMPLETED
    wants_column: bool = True
    item_id: uuid.UUID | None = None
    """The item that is edited, where it is one."""


@dataclass(frozen=True)
class Answer:
    """What the browser posts to the platform, as the field `JWT`, and how many items are in it."""

    return_url: str
    signed: str
    count: int


def place(
    tx: Session, tool: Tool, session: CurrentSession, picks: Sequence[Pick], *, goal_points: int | None, now: datetime
) -> Answer:
    """Place what was picked, and sign the answer. Nothing picked is an answer too.

    New tasks are published behind those that there are. `goal_points` is the goal of a course that has none yet; None:
    what its required tasks are worth together.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: the session is not for picking, or something that is not of this course.
        Conflict: `answered-before`.
        RuleInvalid: with the place of the first problem among the new tasks (`tasks.<number of the pick>…`).
    """
    if not may_edit(session.role):
        raise NotAllowed("may-not-edit")
    request = use_request(tx, session.id, now=now)
    if request is None:
        raise Conflict("answered-before")
    rules, made = _publish_new(tx, session, picks, goal_points=goal_points, now=now)
    registration = registration_of_context(tx, session.context_id)
    items = [
        _keep_item(tx, session, pick, made.get(index) or pick.task_id, rules, now=now)
        for index, pick in enumerate(picks)
    ]
    staff_gate = _staff_gate_needed(tx, session, items, now=now)
    if staff_gate is not None and request.accepts_multiple:
        items.append(staff_gate)
    columns = [pick.wants_column for pick in picks] + [True] * (len(items) - len(picks))
    tx.flush()
    returned: list[Returned] = [
        link_item(tool, registration, item, rules, with_column=with_column)
        for item, with_column in zip(items, columns, strict=True)
    ]
    promise_columns(tx, session.context_id, now=now)
    tx.get_one(Context, session.context_id).columns_due_at = now + UNTIL_LINKS_ARE_THERE
    return sign_answer(tx, tool, registration, session, request, returned, now=now)


def sign_answer(
    tx: Session,
    tool: Tool,
    registration: Registration,
    session: CurrentSession,
    request: DeepLinkingRequest,
    items: Sequence[Returned],
    *,
    now: datetime,
) -> Answer:
    """Sign what goes back; what this platform cannot take is left out."""
    accepts = accepted(request)
    taken = returnable_items(items, accepts)
    endpoint = endpoint_of(tx, tool.box, registration, now=now)
    deployment = tx.execute(
        select(Deployment.external_deployment_id)
        .join(Context, Context.deployment_id == Deployment.id)
        .where(Context.id == session.context_id)
    ).scalar_one()
    signed = deep_linking_response(
        taken,
        issuer=registration.issuer,
        client_id=registration.client_id,
        deployment_id=deployment,
        key_id=endpoint.key_id,
        private_key_pem=endpoint.private_key_pem,
        data=request.data,
        now=now,
    )
    return Answer(request.return_url, signed, len(taken))


def _publish_new(
    tx: Session, session: CurrentSession, picks: Sequence[Pick], *, goal_points: int | None, now: datetime
) -> tuple[RuleSet, dict[int, uuid.UUID]]:
    """Publish the new tasks; returns the rules that hold then, and the task of each new pick by its number."""
    drafted = [(index, pick.draft) for index, pick in enumerate(picks) if pick.draft is not None]
    lock_pointer(tx, session.context_id)
    current = current_rules(tx, session.context_id)
    rules = current.rules if current else NO_RULES
    if not drafted:
        return rules, {}
    texts = task_texts(tx, session.context_id)
    kept = [
        TaskDraft(
            rule.task_id,
            texts[rule.task_id].title,
            rule.points,
            texts[rule.task_id].instructions,
            rule.is_bonus,
            rule.confirmation,
            rule.stays_when_undone,
        )
        for rule in rules.tasks
        if not rule.closed
    ]
    new = [draft for _index, draft in drafted]
    goal = rules.goal_points or goal_points or sum(draft.points for draft in new if not draft.is_bonus)
    published = publish(
        tx,
        session.context_id,
        by_person_id=session.person_id,
        tasks=[*kept, *new],
        goal_points=goal,
        achievement=rules.achievement,
        order=rules.order,
        seen_number=current.number if current else 0,
        now=now,
    )
    if published.evaluation_needed:
        promise_evaluation(tx, session.context_id, now=now)
    # Published in the order in which they were handed over, the closed ones behind them.
    made = published.rules.tasks[len(kept) : len(kept) + len(new)]
    return published.rules, {index: rule.task_id for (index, _draft), rule in zip(drafted, made, strict=True)}


def _keep_item(
    tx: Session, session: CurrentSession, pick: Pick, task_id: uuid.UUID | None, rules: RuleSet, *, now: datetime
) -> ContentItem:
    if pick.kind in {ItemKind.TASK, ItemKind.GATE}:
        rule = rules.rule_for(task_id) if task_id else None
        if rule is None or rule.closed:
            raise NotFound("task")
    achievement = rules.achievement if pick.kind is ItemKind.BADGE else None
    if pick.kind is ItemKind.BADGE and achievement is None:
        raise NotFound("badge")
    item = _edited_item(tx, session.context_id, pick)
    if item is None:
        item = ContentItem(id=new_id(), context_id=session.context_id, created_by=session.person_id, created_at=now)
        tx.add(item)
    item.kind, item.task_id = pick.kind, task_id
    item.achievement_id = achievement.achievement_id if achievement else None
    item.title = _title_of(tx, session, pick.kind, task_id, rules)
    tx.flush()
    if pick.kind is ItemKind.GATE:
        gate = tx.get(Gate, item.id)
        if gate is None:
            tx.add(Gate(content_item_id=item.id, condition=pick.condition))
        else:
            gate.condition = pick.condition
        tx.get_one(Context, session.context_id).gates_due_at = now
    return item


def _edited_item(tx: Session, context_id: uuid.UUID, pick: Pick) -> ContentItem | None:
    """Return the item that is edited. One of another kind is not changed into this one: its link would mean two things.

    Raises:
        NotFound: no such item in this course.
    """
    if pick.item_id is None:
        return None
    item = tx.get(ContentItem, pick.item_id)
    if item is None or item.context_id != context_id or item.removed_at is not None:
        raise NotFound("content-item")
    return item if item.kind == pick.kind else None


def _staff_gate_needed(
    tx: Session, session: CurrentSession, items: Sequence[ContentItem], *, now: datetime
) -> ContentItem | None:
    """Return a new staff gate where gates are placed and the course has none: platforms list staff as learners."""
    if not any(item.kind == ItemKind.GATE for item in items):
        return None
    known = tx.execute(
        select(ContentItem.id).where(
            ContentItem.context_id == session.context_id,
            ContentItem.kind == ItemKind.STAFF_GATE,
            ContentItem.removed_at.is_(None),
        )
    ).first()
    if known is not None:
        return None
    item = ContentItem(
        id=new_id(),
        context_id=session.context_id,
        kind=ItemKind.STAFF_GATE,
        title=staff_gate_title(session.locale),
        created_by=session.person_id,
        created_at=now,
    )
    tx.add(item)
    tx.flush()
    tx.add(Gate(content_item_id=item.id, condition=GateCondition.COMPLETED))
    return item


def _title_of(tx: Session, session: CurrentSession, kind: ItemKind, task_id: uuid.UUID | None, rules: RuleSet) -> str:
    if task_id is not None:
        return task_texts(tx, session.context_id)[task_id].title
    if kind is ItemKind.BADGE and rules.achievement is not None:
        return achievement_texts(tx, rules.achievement.version_id).name
    return "Mijlpaal"
