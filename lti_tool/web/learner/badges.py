"""The learner's badges: the page that celebrates one, the page of one, the list, and what the holder decides about it.

Whoever wants to see only tasks, or does not take part, is not led to a celebration; their badges are here all the same.
"""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask_babel import to_user_timezone
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from badges import sharing
from badges.award import AwardView
from badges.decisions import see_decision
from lti_tool.course.learner_badges import badge_of, badges_of, why_badge
from lti_tool.course.learner_page import LearnerPage, learner_page
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.badge_notices import arguments_when, notice_about
from lti_tool.web.learner.badge_sentences import alt_text, tell_badge
from lti_tool.web.learner.notices import notice_asked_for
from lti_tool.web.learner.showing import ROUTE, TODAY, draw_for_all

_LINKEDIN = "https://www.linkedin.com/profile/add"
_ROOMS = {TODAY: "learner.today", ROUTE: "learner.route"}


def badges() -> str:
    """Show everything this person holds or held, in every course."""
    session = launch_session()
    with tool().db.reading() as tx:
        page = _page(tx)
        mine = badges_of(tx, session.person_id)
    return draw_for_all("learner/badges.html", page, mine=mine, alt_text=alt_text)


def badge(award_id: uuid.UUID) -> str:
    """Show a badge: what it says, why it was given, how to keep it and who may see it."""
    with tool().db.reading() as tx:
        page = _page(tx)
        found = badge_of(tx, launch_session().person_id, award_id)
        why = why_badge(tx, found.award)
    return draw_for_all(
        "learner/badge_page.html",
        page,
        notice_about(found.award),
        badge=found,
        told=tell_badge(found, why),
        address=tool().badge_url(award_id),
        linkedin=_linkedin(found.award),
    )


def celebrate(award_id: uuid.UUID) -> str | Response:
    """Celebrate a badge with its holder. What does not hold, or is not to be seen, has its own page only."""
    with tool().db.reading() as tx:
        page = _page(tx)
        found = badge_of(tx, launch_session().person_id, award_id)
        why = why_badge(tx, found.award)
    if not found.award.is_held or not page.shows_points:
        return redirect(url_for("learner.badge", award_id=award_id), 303)
    return draw_for_all(
        "learner/celebrate.html", page, notice_asked_for(page), badge=found, told=tell_badge(found, why)
    )


def celebrated(award_id: uuid.UUID) -> Response:
    """Keep that the holder has seen it, and go on to where they were, or to their badges."""
    session = launch_session()
    with tool().db.transaction() as tx:
        if badge_of(tx, session.person_id, award_id).award.is_held:
            sharing.see_award(tx, award_id, session.person_id, now=tool().clock.now())
    return _onward()


def decision_seen(decision_id: uuid.UUID) -> Response:
    """Keep that the holder closed the message that their badge was taken back."""
    with tool().db.transaction() as tx:
        see_decision(tx, decision_id, launch_session().person_id, now=tool().clock.now())
    return _onward()


def share(award_id: uuid.UUID) -> Response:
    """Let everybody with the address see the badge, with or without the holder's name."""
    session = launch_session()
    with tool().db.transaction() as tx:
        before = badge_of(tx, session.person_id, award_id).award
        if before.is_held:
            shows_name = request.form.get("shows_name") == "1"
            sharing.share(tx, award_id, session.person_id, shows_name=shows_name, now=tool().clock.now())
    return redirect(url_for("learner.badge", award_id=award_id, **arguments_when(before)), 303)


def stop_sharing(award_id: uuid.UUID) -> Response:
    """Make the badge private again."""
    session = launch_session()
    with tool().db.transaction() as tx:
        before = badge_of(tx, session.person_id, award_id).award
        sharing.stop_sharing(tx, award_id, session.person_id)
    return redirect(url_for("learner.badge", award_id=award_id, **arguments_when(before)), 303)


def _page(tx: Session) -> LearnerPage:
    session = launch_session()
    return learner_page(tx, session.context_id, session.person_id, hides_numbers=session.wishes.hides_numbers)


def _onward() -> Response:
    return redirect(url_for(_ROOMS.get(request.form.get("back", ""), "learner.badges")), 303)


def _linkedin(award: AwardView) -> str:
    """Return the address that fills in LinkedIn's own form; nothing goes there before the learner follows it.

    https://addtoprofile.linkedin.com/
    """
    on = to_user_timezone(award.awarded_at)
    asked = {
        "startTask": "CERTIFICATION_NAME",
        "name": award.name,
        "organizationName": award.issuer_name,
        "issueYear": on.year,
        "issueMonth": on.month,
        "certUrl": tool().badge_url(award.award_id),
        "certId": award.award_id,
    }
    return f"{_LINKEDIN}?{urlencode(asked)}"
