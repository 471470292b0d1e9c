"""Where links lead that stand for something else than a task: the badge, an assignment, a badge handed in, a school.

One address, three faces: who earned the badge keeps it, who teaches sees what became of it, others learn nothing.
"""

from __future__ import annotations

import uuid

from flask import Blueprint, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from badges.award import AwardView, awards_of_person, find_award
from badges.picture.svg import svg_of
from config.errors import NotFound
from lti_tool.lti.roles import may_earn, may_edit, may_review
from lti_tool.roster.item_models import ItemKind
from lti_tool.roster.items import find_item
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.badge_sentences import alt_text

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


@blueprint.get("/handed-in/<uuid:award_id>")
def handed_in(award_id: uuid.UUID) -> Response | str:
    """Show a badge that was handed in for an assignment, with the way to its public page; its holder sees their own."""
    session = launch_session()
    award = _find(award_id)
    if award is not None and award.person_id == session.person_id and not may_review(session.role):
        return redirect(url_for("learner.badge", award_id=award_id), 303)
    if award is None or award.shared_at is None:
        return render_template("placed/private.html")
    return render_template("placed/handed_in.html", award=award, alt_text=alt_text, address=tool().badge_url(award_id))


@blueprint.get("/handed-in/<uuid:award_id>/picture.svg")
def handed_in_picture(award_id: uuid.UUID) -> Response:
    """Draw a badge that was handed in, as long as its holder shares it; for its holder always."""
    award = _find(award_id)
    if award is None or (award.shared_at is None and award.person_id != launch_session().person_id):
        raise NotFound("award")
    response: Response = make_response(svg_of(award.details.design))
    response.headers["Content-Type"] = "image/svg+xml"
    return response


@blueprint.get("/account")
def account() -> str:
    """Lead who administers the platform to the console; tell everybody else where their pages are."""
    return render_template("placed/account.html")


def _find(award_id: uuid.UUID) -> AwardView | None:
    """Return a badge of whomever, unless nobody can be found behind it any more."""
    with tool().db.reading() as tx:
        award = find_award(tx, award_id)
    return award if award is not None and award.erased_at is None else None


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
