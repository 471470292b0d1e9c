"""Where links lead that a teacher placed for something else than a task: the badge, and an assignment of the platform.

One address, three faces: who earned the badge keeps it, who teaches sees what became of it, others learn nothing.
"""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from badges.award import awards_of_person
from config.errors import NotFound
from lti_tool.lti.roles import may_earn, may_edit, may_review
from lti_tool.roster.item_models import ItemKind
from lti_tool.roster.items import find_item
from lti_tool.web.current import launch_session, tool

blueprint = Blueprint("placed", __name__)


@blueprint.get("/placed/<uuid:item_id>")
def badge(item_id: uuid.UUID) -> Response | str:
    """Lead everybody to their face of the badge that this link was placed for."""
    session = launch_session()
    with tool().db.reading() as tx:
        item = find_item(tx, session.context_id, item_id)
        if item is None or item.kind is not ItemKind.BADGE or item.achievement_id is None:
            raise NotFound("badge")
        award_id = _award_of(tx, session.person_id, session.context_id)
    if may_review(session.role):
        return redirect(url_for("teacher_badges.overview"), 303)
    if award_id is not None:
        return redirect(url_for("learner.badge", award_id=award_id), 303)
    if may_earn(session.role):
        return redirect(url_for("learner.goal"), 303)
    return render_template("placed/private.html")


@blueprint.get("/gate")
def gate() -> Response | str:
    """Say to a learner that the assignment is done; lead who sets the course up to how the gates are."""
    role = launch_session().role
    if may_edit(role):
        return redirect(url_for("gates.index"), 303)
    if may_review(role):
        return redirect(url_for("participants.overview"), 303)
    return render_template("placed/gate.html")


def _award_of(tx: Session, person_id: uuid.UUID, context_id: uuid.UUID) -> uuid.UUID | None:
    """Return what this person holds, or held, of this course's badge."""
    return next(
        (
            award.award_id
            for award in awards_of_person(tx, person_id)
            if award.context_id == context_id and award.erased_at is None
        ),
        None,
    )
