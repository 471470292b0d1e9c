"""Where the teacher puts a tool in one more place of the course, changes what was set there, and takes it away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from lti_tool.demo_platform.course import CONTEXT_ID, Course
from lti_tool.demo_platform.grade_service import plain_number
from lti_tool.demo_platform.placements import LONGEST_TITLE, SCORE_MAXIMUM, Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.points import PointsInvalid, read_points
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.restrictions import DATE_OVER, Restriction, Visibility
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.visitors import get_course_editor, get_placement, is_foreign_page

_LARGEST_MAXIMUM = 1_000_000


def activity_forms(platform: Platform) -> Blueprint:
    """Build the forms. Whether a placement is graded is chosen when it is added, and stays."""
    pages = Blueprint("activity_forms", __name__)

    @pages.before_request
    def only_from_our_pages() -> None:
        if request.method == "POST" and is_foreign_page(platform.settings):
            abort(403)

    @pages.route("/as/<key>/activities/new", methods=["GET", "POST"], defaults={"course_id": CONTEXT_ID})
    @pages.route("/as/<key>/courses/<course_id>/activities/new", methods=["GET", "POST"])
    def add(key: str, course_id: str) -> Response | Redirect:
        person, course = get_course_editor(platform, key, course_id)
        typed = _read_form(platform, course, None)
        if request.method == "GET" or typed.wrong:
            return _render(platform, person, course, None, typed)
        added = platform.placements.add(
            typed.title, is_graded=typed.graded, custom_text=typed.custom, course_id=course.id
        )
        platform.placements.save(typed.apply_to(added))
        return _to_course(person, course)

    @pages.route("/as/<key>/activities/<placement_id>/settings", methods=["GET", "POST"])
    def change(key: str, placement_id: str) -> Response | Redirect:
        placement = get_placement(platform, placement_id)
        person, course = get_course_editor(platform, key, placement.course_id)
        typed = _read_form(platform, course, placement)
        if request.method == "GET" or typed.wrong:
            return _render(platform, person, course, placement, typed)
        platform.placements.save(typed.apply_to(placement), maximum=typed.maximum)
        return _to_course(person, course)

    @pages.route("/as/<key>/activities/<placement_id>/delete", methods=["GET", "POST"])
    def delete(key: str, placement_id: str) -> Response | Redirect:
        placement = get_placement(platform, placement_id)
        person, course = get_course_editor(platform, key, placement.course_id)
        if request.method == "POST":
            platform.placements.delete(placement)
            return _to_course(person, course)
        return render_page(
            platform.settings, "demo_platform/delete_activity.html", person=person, course=course, shown=placement
        )

    return pages


@dataclass(frozen=True)
class _Typed:
    """What stands in the form, and what is wrong with it, by field."""

    title: str
    text: str
    custom: str
    graded: bool
    maximum_text: str
    maximum: float | None
    visibility: Visibility
    restricted_by: str
    restricted_on: str
    least_percent: str
    restriction: Restriction | None
    wrong: Mapping[str, str]

    def apply_to(self, placement: Placement) -> Placement:
        """Return the placement as it was typed."""
        return replace(
            placement,
            title=self.title,
            text=self.text,
            custom_text=self.custom,
            visibility=self.visibility,
            restriction=self.restriction,
        )


def _read_form(platform: Platform, course: Course, placement: Placement | None) -> _Typed:
    now = _values_now(platform, placement)
    # Whatever a form leaves out stays as it is: the shorter form of a new activity has no maximum, for one.
    typed = {name: request.form.get(name, value) for name, value in now.items()}
    graded = placement.is_graded if placement else request.method == "GET" or "graded" in request.form
    wrong: dict[str, str] = {}
    title = typed["title"].strip()
    if request.method == "POST" and not 0 < len(title) <= LONGEST_TITLE:
        wrong["title"] = "activity_title_wrong"
    maximum = _read_number(typed["maximum"], _LARGEST_MAXIMUM) if placement and graded else None
    if placement and graded and not maximum:
        wrong["maximum"] = "maximum_wrong"
    restriction = None
    if typed["restricted_by"]:
        restriction = _read_restriction(platform, course, typed, placement)
        if restriction is None:
            wrong["least_percent"] = "least_percent_wrong"
    try:
        visibility = Visibility(typed["visibility"])
    except ValueError:
        abort(400)
    return _Typed(
        title=title if request.method == "POST" else typed["title"],
        text=typed["text"],
        custom=typed["custom"],
        graded=graded,
        maximum_text=typed["maximum"],
        maximum=maximum,
        visibility=visibility,
        restricted_by=typed["restricted_by"],
        restricted_on=typed["restricted_on"],
        least_percent=typed["least_percent"],
        restriction=restriction,
        wrong=wrong,
    )


def _values_now(platform: Platform, placement: Placement | None) -> dict[str, str]:
    if placement is None:
        names = ("title", "text", "custom", "restricted_by", "least_percent")
        fixed = {"maximum": str(SCORE_MAXIMUM), "visibility": Visibility.SHOWN, "restricted_on": "complete"}
        return {**dict.fromkeys(names, ""), **fixed}
    restriction = placement.restriction
    least = restriction.least_percent if restriction else None
    items = platform.gradebook.list_items(resource_link_id=placement.id)
    column = next((item for item in items if not item.made_by_tool), None)
    return {
        "title": placement.title,
        "text": placement.text,
        "custom": placement.custom_text,
        "maximum": str(plain_number(column.fields.score_maximum)) if column else str(SCORE_MAXIMUM),
        "visibility": placement.visibility,
        "restricted_by": str(restriction.assignment_id) if restriction else "",
        "restricted_on": "complete" if least is None else "grade",
        "least_percent": "" if least is None else str(plain_number(least)),
    }


def _read_restriction(
    platform: Platform, course: Course, typed: Mapping[str, str], placement: Placement | None
) -> Restriction | None:
    """Return the restriction; None when the percentage is wrong. An assignment that went away may stay."""
    if typed["restricted_by"] == str(DATE_OVER):
        return Restriction(DATE_OVER)
    known = {str(assignment.id) for assignment in platform.assignments.list_all(course.id)}
    if placement is not None and placement.restriction is not None:
        known.add(str(placement.restriction.assignment_id))
    if typed["restricted_by"] not in known:
        abort(400)
    if typed["restricted_on"] != "grade":
        return Restriction(int(typed["restricted_by"]))
    least = _read_number(typed["least_percent"], 100)
    return None if least is None else Restriction(int(typed["restricted_by"]), least)


def _read_number(text: str, maximum: float) -> float | None:
    try:
        return read_points(text, maximum)
    except PointsInvalid:
        return None


def _render(platform: Platform, person: Person, course: Course, placement: Placement | None, typed: _Typed) -> Response:
    offered = [tool for tool in platform.tools.list_all() if tool.active and tool.deep_linking_url and tool.in_chooser]
    own = platform.tool_of(placement) if placement else None
    return render_page(
        platform.settings,
        "demo_platform/activity_form.html",
        person=person,
        status=400 if typed.wrong else 200,
        course=course,
        placement=placement,
        typed=typed,
        assignments=platform.assignments.list_all(course.id),
        visibilities=list(Visibility),
        date_over=str(DATE_OVER),
        longest_title=LONGEST_TITLE,
        tools=offered,
        chooses_again=own is not None and own.active and own.deep_linking_url is not None,
    )


def _to_course(person: Person, course: Course) -> Redirect:
    lang = request.args.get("lang")
    return redirect(url_for("course.course", key=person.key, course_id=course.id, lang=lang), 303)
