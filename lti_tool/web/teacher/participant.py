"""One participant: where they stand, what happened, a compliment, points given or taken back by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from config.errors import Conflict, InputInvalid
from config.ids import new_id
from config.typed_text import is_blank, several_lines
from gamification.models import REMARK_LENGTH
from gamification.remarks import Praise, RemarkInvalid, RemarkProblem
from lti_tool import reviewing
from lti_tool.course.one_participant import one_participant
from lti_tool.course.set_up import course_setup
from lti_tool.lti.roles import may_edit
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher import participant_words

GIVE = "award"
TAKE = "take-back"
SAID = ("praised", "awarded", "taken-back")


@dataclass
class DecisionForm:
    """Points to give or take back, as typed. `name` is `GIVE` or `TAKE`; problems are (field, sentence)."""

    name: str
    task_id: str = ""
    reason: str = ""
    request_id: uuid.UUID = field(default_factory=new_id)
    problems: list[tuple[str, str]] = field(default_factory=list)
    conflict: str = ""

    def problem_of(self, part: str) -> str:
        """Return the sentence at a field of the form, empty for none."""
        return next((sentence for name, sentence in self.problems if name == part), "")


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


def _decide(person_id: uuid.UUID, name: str, decide: Callable[..., object], said: str) -> Response | tuple[str, int]:
    session = launch_session()
    form = DecisionForm(
        name,
        request.form.get("task_id", ""),
        several_lines(request.form.get("reason")),
        _uuid(request.form.get("request_id", ""), "request_id"),
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
                    task_id=_uuid(form.task_id, "task_id"),
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
        return _page(person_id, given, taken), 400 if form.problems else 409
    return _back(person_id, said)


def _page(person_id: uuid.UUID, given: DecisionForm, taken: DecisionForm, *, said: str = "") -> str:
    session = launch_session()
    now = tool().clock.now()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        found = one_participant(tx, session.context_id, person_id, now=now)
    return render_template(
        "teacher/participant.html",
        setup=setup,
        person=found,
        given=given,
        taken=taken,
        praises=list(Praise),
        said=said,
        words=participant_words,
        now=now,
        may_edit=may_edit(session.role),
    )


def _back(person_id: uuid.UUID, said: str) -> Response:
    return redirect(url_for("participants.person", person_id=person_id, said=said, _anchor="status"), 303)


def _uuid(text: str, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise InputInvalid("no-id", field=name) from error


def _say_problem(problem: RemarkProblem) -> str:
    return participant_words.say_remark_problem(problem, REMARK_LENGTH)


def _say_conflict(code: str) -> str:
    if code == "task-done":
        return gettext("The participant has the points of this task already. Nothing has changed.")
    if code == "form-used":
        return gettext("You sent this form before, with something else in it. Nothing has changed now. Send it again.")
    return gettext("The participant does not have the points of this task any more. Nothing has changed.")
