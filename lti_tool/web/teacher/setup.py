"""The teacher's set-up of a course: tasks with points, the goal, the badge. Works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from badges.achievement import AchievementInvalid
from config.errors import Conflict
from gamification.errors import RuleInvalid
from lti_tool.course.set_up import CourseSetup, course_setup, publish_course
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher.setup_form import SetupForm, form_of

blueprint = Blueprint("setup", __name__)


@blueprint.get("/setup")
def edit() -> str:
    """Show the set-up as it holds now."""
    setup = _setup()
    return _page(form_of(setup), setup, saved=request.args.get("saved") == "1")


@blueprint.post("/setup")
def save() -> Response | str | tuple[str, int]:
    """Add or remove a line on the form, or publish the whole set-up."""
    session = launch_session()
    form = SetupForm(request.form)
    if form.change_lines(request.form):
        return _page(form, _setup())
    if not form.validate():
        return _page(form, _setup()), 400
    try:
        with tool().db.transaction() as tx:
            publish_course(
                tx,
                tool().box,
                context_id=session.context_id,
                person_id=session.person_id,
                role=session.role,
                tasks=form.drafts(),
                goal_points=form.goal_points.data,
                badge_name=form.badge_name.data,
                badge_criteria=form.badge_criteria.data,
                seen_number=form.seen_number.data,
                now=tool().clock.now(),
            )
    except (RuleInvalid, AchievementInvalid) as invalid:
        form.show_problem(invalid.path, invalid.problem)
        return _page(form, _setup()), 400
    except Conflict:
        setup = _setup()
        if not form.is_published(setup):
            form.show_conflict(setup)
            return _page(form, setup), 409
    return redirect(url_for("setup.edit", saved=1), 303)


def _setup() -> CourseSetup:
    with tool().db.reading() as tx:
        return course_setup(tx, launch_session().context_id)


def _page(form: SetupForm, setup: CourseSetup, *, saved: bool = False) -> str:
    return render_template("teacher/setup.html", form=form, setup=setup, saved=saved)
