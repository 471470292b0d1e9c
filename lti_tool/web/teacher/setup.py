"""The teacher's set-up of a course: in steps the first time, later on one page. Works without JavaScript.

Whatever button was pressed, what stood in the fields comes back in them: the form travels along with every step, and
with the choice of another language.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from badges.achievement import AchievementInvalid
from config.errors import Conflict
from gamification.errors import RuleInvalid
from lti_tool.badge_words import badge_type_name, proof_kind_name
from lti_tool.course.set_up import CourseSetup, course_setup, publish_course
from lti_tool.link_settings import LmsView, lms_view
from lti_tool.presets import ready_made_sets
from lti_tool.roster.gradebook_models import Columns
from lti_tool.web.current import launch_session, tool
from lti_tool.web.locale import keep_locale, select_locale
from lti_tool.web.request_limits import LARGEST_SET_UP_BYTES, allow_bytes
from lti_tool.web.teacher.guided_start import EMPTY, Step, go_to, show_where_the_problem_is, step_of
from lti_tool.web.teacher.setup_badge import badge_on_form
from lti_tool.web.teacher.setup_form import SetupForm, form_of, posted_form

_GATES = "gates.index"
"""The page that explains how the links are added by which the platform says what is done."""

blueprint = Blueprint("setup", __name__)


@blueprint.before_request
def allow_long_texts() -> None:
    """Let this form be larger than others: a refusal would throw away what was typed.

    Before it is known who asks: the guard, which reads the form, lets in only who may set up a course before it does.
    """
    allow_bytes(LARGEST_SET_UP_BYTES)


@blueprint.get("/setup")
def edit() -> str:
    """Show the set-up as it holds now."""
    setup, lms = _setup()
    return _page(form_of(setup, select_locale()), setup, lms, saved=request.args.get("saved") == "1")


@blueprint.post("/setup")
def save() -> Response | str | tuple[str, int]:
    """Add or remove a line, go to another step, show the badge, change the language, or publish the whole set-up."""
    if "locale" in request.form:
        keep_locale(request.form["locale"])
    setup, lms = _setup()
    form = posted_form(request.form, setup, select_locale())
    if "locale" in request.form:
        form.is_changed = not form.is_published(setup)
        return _page(form, setup, lms)
    if form.change_lines(request.form) or form.change_badge(request.form):
        return _page(form, setup, lms)
    if "go" in request.form:
        return _go(form, setup, lms)
    if not form.validate():
        return _refused(form, setup, lms)
    try:
        _publish(form, setup)
    except (RuleInvalid, AchievementInvalid) as invalid:
        form.show_problem(invalid.path, invalid.problem, setup)
        return _refused(form, setup, lms)
    except Conflict:
        setup, lms = _setup()
        if not form.is_published(setup):
            form.show_conflict(setup)
            return _page(form, setup, lms), 409
    return redirect(url_for("setup.edit", saved=1), 303)


def _go(form: SetupForm, setup: CourseSetup, lms: LmsView) -> str | tuple[str, int]:
    here = step_of(form, setup)
    if here is None:
        form.show_conflict(setup)
        return _page(form, setup, lms), 409
    is_shown = go_to(form, here, request.form["go"], select_locale())
    return _page(form, setup, lms) if is_shown else (_page(form, setup, lms), 400)


def _refused(form: SetupForm, setup: CourseSetup, lms: LmsView) -> tuple[str, int]:
    show_where_the_problem_is(form)
    return _page(form, setup, lms), 400


def _publish(form: SetupForm, setup: CourseSetup) -> None:
    session = launch_session()
    with tool().db.transaction() as tx:
        publish_course(
            tx,
            tool(),
            context_id=session.context_id,
            person_id=session.person_id,
            role=session.role,
            tasks=form.drafts(),
            goal_points=form.goal_points.data,
            badge_name=form.badge_name.data or "",
            badge_criteria=form.badge_criteria.data or "",
            badge_details=form.details(setup),
            order=form.order.data,
            columns=form.chosen_columns,
            seen_number=form.seen_number.data,
            now=tool().clock.now(),
        )


def _setup() -> tuple[CourseSetup, LmsView]:
    context_id = launch_session().context_id
    with tool().db.reading() as tx:
        return course_setup(tx, context_id), lms_view(tx, context_id)


def _page(form: SetupForm, setup: CourseSetup, lms: LmsView, *, saved: bool = False) -> str:
    return render_template(
        "teacher/setup.html",
        form=form,
        setup=setup,
        lms=lms,
        saved=saved,
        step=step_of(form, setup),
        steps=Step,
        presets=ready_made_sets(),
        no_preset=EMPTY,
        columns=Columns,
        gates_url=url_for(_GATES) if _GATES in current_app.view_functions else "",
        badge=badge_on_form(form, select_locale()),
        type_name=partial(badge_type_name, select_locale()),
        kind_name=partial(proof_kind_name, select_locale()),
    )
