"""One participant: where they stand, what happened, a compliment, points and the badge given or taken back by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from config.errors import Conflict, InputInvalid, NotFound
from config.ids import new_id
from config.typed_text import is_blank, several_lines
from gamification.models import REMARK_LENGTH
from gamification.remarks import Praise, RemarkInvalid, RemarkProblem
from lti_tool import reviewing
from lti_tool.course.badges_of_course import badge_of_person
from lti_tool.course.one_participant import one_participant
from lti_tool.course.set_up import course_setup
from lti_tool.lti.roles import may_edit
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher import badges_words, participant_words
from lti_tool.web.teacher.badge_decisions import GIVE_BADGE, TAKE_BADGE_BACK, try_to_give, try_to_take_back
from lti_tool.web.teacher.decision_form import DecisionForm, id_in

GIVE = "award"
TAKE = "take-back"
SAID = ("praised", "awarded", "taken-back", "badge-given", "badge-taken-back")


def person(person_id: uuid.UUID) -> str:
    """Show one participant. `task` in the address chooses a task in the forms, `said` names what was just done."""
    task_id = request.args.get("task", "")
    said = request.args.get("said", "")
    return _page(person_id, DecisionForm(GIVE, task_id), DecisionForm(TAKE, task_id), said=said if said in SAID else "")


def praise(person_id: uuid.UUID) -> Response:
    """Send a compliment."""
    session = launch_session()
    given = next((praise for praise in Praise if praise == request.form.get("praise")), None)
    if given is None:
        raise InputInvalid("praise", field="praise")
    with tool().db.transaction() as tx:
        reviewing.praise_learner(
            tx,
            context_id=session.context_id,
            person_id=person_id,
            author_id=session.person_id,
            role=session.role,
            praise=given,
            now=tool().clock.now(),
        )
    return _back(person_id, "praised")


def award(person_id: uuid.UUID) -> Response | tuple[str, int]:
    """Give the points of a task by hand, with a reason."""
    return _decide(person_id, GIVE, reviewing.award_by_hand, "awarded")


def take_back(person_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take the points of a task back, with a reason."""
    return _decide(person_id, TAKE, reviewing.take_back, "taken-back")


def give_badge(person_id: uuid.UUID) -> Response | tuple[str, int]:
    """Give the badge of the course by hand, or give it again, with a reason."""
    return _after_badge(person_id, try_to_give(person_id), "badge-given")


def take_badge_back(person_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take the badge back, with a reason."""
    with tool().db.reading() as tx:
        badge = badge_of_person(tx, launch_session().context_id, person_id)
    if badge is None or not badge.is_participant:
        raise NotFound("award")
    return _after_badge(person_id, try_to_take_back(person_id, badge.award_id), "badge-taken-back")


def _after_badge(person_id: uuid.UUID, form: DecisionForm | None, said: str) -> Response | tuple[str, int]:
    if form is None:
        return _back(person_id, said)
    return _page(person_id, DecisionForm(GIVE), DecisionForm(TAKE), badge_form=form), form.status


def _decide(person_id: uuid.UUID, name: str, decide: Callable[..., object], said: str) -> Response | tuple[str, int]:
    session = launch_session()
    form = DecisionForm(
        name,
        request.form.get("task_id", ""),
        several_lines(request.form.get("reason")),
        id_in("request_id"),
    )
    if not form.task_id:
        form.problems.append(("task_id", gettext("Choose a task.")))
        if is_blank(form.reason):
            form.problems.append(("reason", _say_problem(RemarkProblem.REASON_MISSING)))
    try:
        with tool().db.transaction() as tx:
            if form.task_id:
                decide(
                    tx,
                    context_id=session.context_id,
                    person_id=person_id,
                    task_id=id_in("task_id"),
                    actor_id=session.person_id,
                    role=session.role,
                    reason=form.reason,
                    request_id=form.request_id,
                    now=tool().clock.now(),
                )
    except RemarkInvalid as invalid:
        form.problems.append(("reason", _say_problem(invalid.problem)))
    except Conflict as conflict:
        form.conflict = _say_conflict(str(conflict.code))
        form.request_id = new_id()  # the old one may stand for something else by now
    if form.problems or form.conflict:
        other = DecisionForm(TAKE if name == GIVE else GIVE)
        given, taken = (form, other) if name == GIVE else (other, form)
        return _page(person_id, given, taken), form.status
    return _back(person_id, said)


def _page(
    person_id: uuid.UUID,
    given: DecisionForm,
    taken: DecisionForm,
    *,
    badge_form: DecisionForm | None = None,
    said: str = "",
) -> str:
    session = launch_session()
    now = tool().clock.now()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        found = one_participant(tx, session.context_id, person_id, now=now)
    sent = next((form for form in (given, taken, badge_form) if form is not None and form.is_refused), None)
    # What can be decided now may be something else than what was sent: then it begins empty.
    to_decide = TAKE_BADGE_BACK if found.badge is not None and found.badge.is_held else GIVE_BADGE
    if badge_form is None or badge_form.name != to_decide:
        badge_form = DecisionForm(to_decide)
    return render_template(
        "teacher/participant.html",
        setup=setup,
        person=found,
        given=given,
        taken=taken,
        badge_form=badge_form,
        sent=sent,
        praises=list(Praise),
        said=said,
        words=participant_words,
        badge_words=badges_words,
        now=now,
        may_edit=may_edit(session.role),
    )


def _back(person_id: uuid.UUID, said: str) -> Response:
    return redirect(url_for("participants.person", person_id=person_id, said=said, _anchor="status"), 303)


def _say_problem(problem: RemarkProblem) -> str:
    return participant_words.say_remark_problem(problem, REMARK_LENGTH)


def _say_conflict(code: str) -> str:
    if code == "task-done":
        return gettext("The participant has the points of this task already. Nothing has changed.")
    if code == "form-used":
        return gettext("You sent this form before, with something else in it. Nothing has changed now. Send it again.")
    return gettext("The participant does not have the points of this task any more. Nothing has changed.")
