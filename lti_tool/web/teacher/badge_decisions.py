"""Giving a badge by hand and taking it back, as sent by the pages of a participant and of a badge."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import request
from flask_babel import gettext

from badges.decisions import DecisionInvalid, DecisionProblem
from badges.models import REASON_LENGTH
from config.errors import Conflict
from config.ids import new_id
from config.typed_text import several_lines
from lti_tool import awarding
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher.decision_form import DecisionForm, id_in

GIVE_BADGE = "give-badge"
TAKE_BADGE_BACK = "take-badge-back"


def try_to_give(person_id: uuid.UUID) -> DecisionForm | None:
    """Give the badge of this course by hand. Returns the form with what is wrong with it; None when it was kept."""
    return _try(GIVE_BADGE, awarding.give_badge, person_id=person_id)


def try_to_take_back(person_id: uuid.UUID, award_id: uuid.UUID) -> DecisionForm | None:
    """Take a badge back. Returns the form with what is wrong with it; None when it was kept."""
    return _try(TAKE_BADGE_BACK, awarding.take_badge_back, person_id=person_id, award_id=award_id)


def _try(name: str, decide: Callable[..., object], **about: uuid.UUID) -> DecisionForm | None:
    session = launch_session()
    form = DecisionForm(name, reason=several_lines(request.form.get("reason")), request_id=id_in("request_id"))
    try:
        with tool().db.transaction() as tx:
            decide(
                tx,
                context_id=session.context_id,
                actor_id=session.person_id,
                role=session.role,
                reason=form.reason,
                request_id=form.request_id,
                now=tool().clock.now(),
                **about,
            )
    except DecisionInvalid as invalid:
        form.problems.append(("reason", _say_problem(invalid.problem)))
    except Conflict as conflict:
        form.conflict = _say_conflict(str(conflict.code))
        form.request_id = new_id()  # the old one may stand for something else by now
    return form if form.is_refused else None


def _say_problem(problem: DecisionProblem) -> str:
    return {
        DecisionProblem.REASON_MISSING: gettext("Write down why. The participant reads this."),
        DecisionProblem.REASON_TOO_LONG: gettext(
            "Make this text shorter: %(num)s characters at most.", num=REASON_LENGTH
        ),
    }[problem]


def _say_conflict(code: str) -> str:
    if code == "form-used":
        return gettext("You sent this form before, with something else in it. Nothing has changed now. Send it again.")
    if code == "badge-held":
        return gettext("The participant holds this badge already. Nothing has changed.")
    return gettext("The participant does not hold this badge any more. Nothing has changed.")
