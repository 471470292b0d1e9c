"""Rows about the gradebook: each make_x() adds one, and its parents where none are given."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from lti_tool.roster.gradebook_models import (
    Columns,
    DeliveryState,
    GradebookChoice,
    LinkSetting,
    ScoreDelivery,
)
from lti_tool.roster.models import Context, LineItem, Person, ResourceLink
from tests.factories.rows import (
    NOW,
    added,
    make_context,
    make_line_item,
    make_person,
    make_resource_link,
    registration_of,
)


def make_gradebook_choice(
    tx: Session, context: Context | None = None, *, columns: Columns = Columns.ONE
) -> GradebookChoice:
    context = context or make_context(tx)
    teacher = make_person(tx, registration_of(tx, context))
    return added(tx, GradebookChoice(context_id=context.id, columns=columns, chosen_by=teacher.id, chosen_at=NOW))


def make_score_delivery(
    tx: Session,
    line_item: LineItem | None = None,
    person: Person | None = None,
    *,
    state: DeliveryState = DeliveryState.DELIVERED,
) -> ScoreDelivery:
    line_item = line_item or make_line_item(tx)
    person = person or make_person(tx, registration_of(tx, tx.get_one(Context, line_item.context_id)))
    return added(
        tx,
        ScoreDelivery(
            line_item_id=line_item.id,
            person_id=person.id,
            state=state,
            score_given=20,
            score_maximum=60,
            result_score=20,
            result_maximum=60,
            sent_at=NOW,
        ),
    )


def make_link_setting(
    tx: Session, resource_link: ResourceLink | None = None, *, told: dict[str, Any] | None = None
) -> LinkSetting:
    resource_link = resource_link or make_resource_link(tx)
    return added(
        tx,
        LinkSetting(
            resource_link_id=resource_link.id,
            context_id=resource_link.context_id,
            told={"points": 20} if told is None else told,
            not_understood={},
            declined={},
            told_at=NOW,
        ),
    )
