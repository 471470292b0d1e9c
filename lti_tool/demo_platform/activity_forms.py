"""Where the teacher puts the tool in one more place of the course, and changes what was set there."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from lti_tool.demo_platform.placements import LONGEST_TITLE, Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.visitors import get_editor, get_placement, is_foreign_page


def activity_forms(platform: Platform) -> Blueprint:
    """Build the two forms. Whether a placement is graded is chosen when it is added, and stays."""
    pages = Blueprint("activity_forms", __name__)

    @pages.before_request
    def only_from_our_pages() -> None:
        if request.method == "POST" and is_foreign_page(platform.settings):
            abort(403)

    @pages.route("/as/<key>/activities/new", methods=["GET", "POST"])
    def add(key: str) -> Response | Redirect:
        person = get_editor(platform, key)
        if request.method == "GET":
            return _render(platform, person, None, graded=True)
        graded = "graded" in request.form
        if not _title_fits():
            return _render(platform, person, None, graded=graded, status=400)
        platform.placements.add(_title(), is_graded=graded, custom_text=request.form.get("custom", ""))
        return _to_course(person)

    @pages.route("/as/<key>/activities/<placement_id>/settings", methods=["GET", "POST"])
    def change(key: str, placement_id: str) -> Response | Redirect:
        person, placement = get_editor(platform, key), get_placement(platform, placement_id)
        if request.method == "GET":
            return _render(platform, person, placement, graded=placement.is_graded)
        if not _title_fits():
            return _render(platform, person, placement, graded=placement.is_graded, status=400)
        platform.placements.change(placement, title=_title(), custom_text=request.form.get("custom", ""))
        return _to_course(person)

    return pages


def _title() -> str:
    return request.form.get("title", "").strip()


def _title_fits() -> bool:
    return 0 < len(_title()) <= LONGEST_TITLE


def _render(
    platform: Platform, person: Person, placement: Placement | None, *, graded: bool, status: int = 200
) -> Response:
    was_sent = request.method == "POST"
    return render_page(
        platform.settings,
        "demo_platform/activity_form.html",
        person=person,
        status=status,
        placement=placement,
        title=_title() if was_sent or placement is None else placement.title,
        custom=request.form.get("custom", "") if was_sent or placement is None else placement.custom_text,
        graded=graded,
        longest_title=LONGEST_TITLE,
    )


def _to_course(person: Person) -> Redirect:
    return redirect(url_for("course.course", key=person.key, lang=request.args.get("lang")), 303)
