"""Levers for a demo and for tests: rotate or swap the keys, type a grade by hand, send people away, have a bad day.

Answers only to clients on the same machine, and never to a page of another site that is open in a browser there.
"""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, abort, jsonify, request

from lti_tool.demo_platform.canvas_control import add_canvas_levers
from lti_tool.demo_platform.course_control import add_course_levers, wanted_course, wanted_person
from lti_tool.demo_platform.grade_service import result_json, urls_of
from lti_tool.demo_platform.gradebook import NotGradable
from lti_tool.demo_platform.line_item import LineItem
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.points import PointsInvalid, read_points
from lti_tool.demo_platform.refusals import AGS, SERVICES, Refusal
from lti_tool.demo_platform.visitors import is_foreign_page

_MOST_REFUSALS = 1_000_000


def control(platform: Platform) -> Blueprint:
    """Build the levers. Parameters may stand in the query or in a form; a person is a key or a user id."""
    levers = Blueprint("control", __name__, url_prefix="/control")

    @levers.before_request
    def only_from_here() -> None:
        forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
        if forwarded or is_foreign_page(platform.settings) or not _is_loopback():
            abort(403)

    @levers.post("/rotate-keys")
    def rotate_keys() -> Response:
        kid = platform.keys.rotate(drop_old=request.values.get("drop_old") == "1")
        return jsonify({"kid": kid, "published": [key["kid"] for key in platform.keys.published()["keys"]]})

    @levers.post("/swap-key")
    def swap_key() -> Response:
        return jsonify({"kid": platform.keys.swap()})

    @levers.post("/override")
    def override() -> Response:
        person, item, score = wanted_person(), _wanted_item(platform), request.values.get("score", "")
        try:
            if score == "":
                platform.gradebook.withdraw_override(item, person.user_id)
            else:
                platform.gradebook.override(item, person.user_id, read_points(score, item.fields.score_maximum))
        except (NotGradable, PointsInvalid):
            abort(400)
        grades = platform.gradebook.list_grades(item.id, person.user_id)
        return jsonify([result_json(platform, item, grade) for grade in grades])

    @levers.post("/delete-column")
    def delete_column() -> Response:
        """Take a column out of the gradebook, with the grades in it, as a teacher does there."""
        item = _wanted_item(platform)
        platform.gradebook.delete_item(item)
        return jsonify({"item": item.id})

    @levers.post("/leave")
    def leave() -> Response:
        person = wanted_person()
        platform.enrolment.leave(person, wanted_course(platform).id)
        return jsonify({"person": person.key, "enrolled": False})

    @levers.post("/return")
    def come_back() -> Response:
        person = wanted_person()
        platform.enrolment.come_back(person, wanted_course(platform).id)
        return jsonify({"person": person.key, "enrolled": True})

    @levers.post("/refuse")
    def refuse() -> Response:
        services, refusal, count = _wanted_services(AGS), _wanted_refusal(), request.values.get("count", 1, int)
        if not 0 <= count <= _MOST_REFUSALS:
            abort(400)
        return _plan(services, refusal, count)

    @levers.post("/down")
    def go_down() -> Response:
        return _plan(_wanted_services(*SERVICES), _wanted_refusal(), None)

    @levers.post("/up")
    def come_up() -> Response:
        return _plan(_wanted_services(*SERVICES), _wanted_refusal(), 0)

    add_course_levers(levers, platform)
    add_canvas_levers(levers, platform)

    def _plan(services: tuple[str, ...], refusal: Refusal, count: int | None) -> Response:
        for service in services:
            platform.refusals.plan(service, refusal, count)
        about = {"status": refusal.status, "count": count, "retry_after": refusal.retry_after}
        return jsonify({"service": " ".join(services), **about})

    return levers


def _is_loopback() -> bool:
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _wanted_item(platform: Platform) -> LineItem:
    items = platform.gradebook.list_items()
    wanted = request.values.get("item", str(items[0].id))
    item = next((item for item in items if wanted in (str(item.id), urls_of(platform, item).line_item(item.id))), None)
    if item is None:
        abort(404)
    return item


def _wanted_services(*otherwise: str) -> tuple[str, ...]:
    """Return the service that is named, or these; the answer is 400 for one that does not exist."""
    wanted = request.values.get("service")
    if wanted is not None and wanted not in SERVICES:
        abort(400)
    return otherwise if wanted is None else (wanted,)


def _wanted_refusal() -> Refusal:
    status, retry_after = request.values.get("status", 503, int), request.values.get("retry_after")
    if not 400 <= status <= 599 or not (retry_after or "").isprintable():
        abort(400)
    return Refusal(status, retry_after)
