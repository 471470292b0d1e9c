"""What a learner chooses for themselves: what they want to see, and closing words that they read."""

from __future__ import annotations

import uuid

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from config.errors import InputInvalid, NotFound
from gamification.remarks import mark_seen, remarks_for
from lti_tool.course.learner_page import learner_page
from lti_tool.course.membership import choose_presentation
from lti_tool.lti.roles import may_earn
from lti_tool.roster.models import Presentation
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.notices import arguments_when_saved, notice_asked_for
from lti_tool.web.learner.showing import draw_for_all


def settings() -> str:
    """Show what can be chosen. Nothing of it changes points, badges or what is sent to the platform."""
    session = launch_session()
    with tool().db.reading() as tx:
        page = learner_page(tx, session.context_id, session.person_id)
    return draw_for_all("learner/settings.html", page, notice_asked_for(page))


def choose() -> Response:
    """Keep the choice; who just left, or came back, goes on to the first page."""
    session = launch_session()
    wanted = request.form.get("presentation", "")
    if wanted not in set(Presentation) or (wanted == Presentation.LEFT and not may_earn(session.role)):
        raise InputInvalid("presentation", field="presentation")
    with tool().db.transaction() as tx:
        before = learner_page(tx, session.context_id, session.person_id)
        choose_presentation(tx, session.context_id, session.person_id, Presentation(wanted))
    if before.has_left or wanted == Presentation.LEFT:
        return redirect(url_for("learner.today"), 303)
    return redirect(url_for("learner.settings", **arguments_when_saved()), 303)


def remark_seen(remark_id: uuid.UUID) -> Response:
    """Keep that the learner closed these words. Closing them twice changes nothing."""
    session = launch_session()
    with tool().db.transaction() as tx:
        mark_seen(tx, session.context_id, session.person_id, remark_id, now=tool().clock.now())
        mine = remarks_for(tx, session.context_id, session.person_id)
    if all(remark.remark_id != remark_id for remark in mine):
        raise NotFound("remark")
    return redirect(url_for("learner.today", _anchor="news"), 303)
