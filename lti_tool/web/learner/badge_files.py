"""A badge to take along: the signed document, the picture with the document in it, the paper; and its drawing."""

from __future__ import annotations

import uuid

from flask import make_response, render_template
from flask_babel import to_user_timezone
from werkzeug.wrappers import Response

from badges.award import signed_document
from badges.issue import baked_picture
from badges.picture.png import png_of
from badges.picture.svg import svg_of
from config.errors import NotFound
from lti_tool.badge_words import judged_sentence, proof_kind_sentence
from lti_tool.course.learner_badges import LearnerBadge, badge_of, why_badge
from lti_tool.paper import JudgedCriterion, PaperBadge, badge_paper
from lti_tool.roster.members import name_of
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.attachment import attachment

PAPER_PICTURE_SIZE = 1024


def picture(award_id: uuid.UUID) -> Response:
    """Show the drawing of a badge, also of one that does not hold any more."""
    with tool().db.reading() as tx:
        found = badge_of(tx, launch_session().person_id, award_id)
    response: Response = make_response(svg_of(found.award.details.design))
    response.headers["Content-Type"] = "image/svg+xml"
    return response


def credential(award_id: uuid.UUID) -> Response:
    """Download the signed badge: the holder's own, as it was signed."""
    found, document = _signed(award_id)
    if document is None:
        return _not_yet(found)
    return attachment(document, "application/vc+ld+json", found.award.name, "json")


def badge_png(award_id: uuid.UUID) -> Response:
    """Download the picture with the signed badge in it."""
    found, document = _signed(award_id)
    if document is None:
        return _not_yet(found)
    return attachment(baked_picture(found.award.details, document), "image/png", found.award.name, "png")


def badge_pdf(award_id: uuid.UUID) -> Response:
    """Download the badge on paper."""
    session = launch_session()
    with tool().db.reading() as tx:
        found = badge_of(tx, session.person_id, award_id)
        is_signed = signed_document(tx, award_id) is not None
        why = why_badge(tx, found.award)
        holder_name = name_of(tx, session.person_id)
    if not found.award.is_held:
        raise NotFound("award-not-held")
    if not is_signed:
        return _not_yet(found)
    award, locale = found.award, session.locale
    content = PaperBadge(
        picture_png=png_of(award.details.design, PAPER_PICTURE_SIZE),
        picture_alt=award.details.alt_text,
        badge_name=award.name,
        holder_name=holder_name,
        description=award.details.description,
        criteria=award.criteria,
        judged=tuple(
            JudgedCriterion(task.title, judged_sentence(locale, task.verb, task.done_at, is_graded=task.is_graded))
            for task in why.counted.done
        ),
        issuer_name=award.issuer_name,
        awarded_on=to_user_timezone(award.awarded_at).date(),
        kind_of_proof=proof_kind_sentence(locale, award.details.proof_kind, award.issuer_name),
        address=tool().badge_url(award_id),
        is_shared=award.shared_at is not None,
        made_at=tool().clock.now(),
    )
    return attachment(badge_paper(content, locale), "application/pdf", award.name, "pdf")


def _signed(award_id: uuid.UUID) -> tuple[LearnerBadge, bytes | None]:
    """Return a badge of this person with its document; None while that is being made."""
    with tool().db.reading() as tx:
        found = badge_of(tx, launch_session().person_id, award_id)
        document = signed_document(tx, award_id)
    if not found.award.is_held:
        raise NotFound("award-not-held")
    return found, document


def _not_yet(found: LearnerBadge) -> Response:
    """Say that the badge holds already and its files come: signing can wait for a key or for a busy machine."""
    response: Response = make_response(render_template("learner/badge_not_yet.html", badge=found), 409)
    return response
