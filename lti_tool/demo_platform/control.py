"""Levers for a demo and for tests: rotate the keys, type a grade by hand, have a bad day.

Answers only to clients on the same machine, and never to a page of another site that is open in a browser there.
"""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, abort, jsonify, request

from lti_tool.demo_platform.grade_service import result_json
from lti_tool.demo_platform.gradebook import LineItem, NotGradable
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.refusals import AGS, SERVICES
from lti_tool.demo_platform.roster import find_person, find_user


def control(platform: Platform) -> Blueprint:
    """Build the levers. Parameters may stand in the query or in a form."""
    levers = Blueprint("control", __name__, url_prefix="/control")

    @levers.before_request
    def only_from_here() -> None:
        origin = request.headers.get("Origin")
        forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
        if forwarded or origin not in (None, platform.settings.issuer_url) or not _is_loopback():
            abort(403)

    @levers.post("/rotate-keys")
    def rotate_keys() -> Response:
        kid = platform.keys.rotate(drop_old=request.values.get("drop_old") == "1")
        return jsonify({"kid": kid, "published": [key["kid"] for key in platform.keys.published()["keys"]]})

    @levers.post("/override")
    def override() -> Response:
        name = request.values.get("person", "")
        person = find_person(name) or find_user(name)
        item, score = _wanted_item(platform), request.values.get("score", "")
        if person is None or item is None:
            abort(404)
        if score == "":
            platform.gradebook.withdraw_override(item, person.user_id)
        else:
            try:
                platform.gradebook.override(item, person.user_id, _points(score, item.fields.score_maximum))
            except NotGradable:
                abort(400)
        grades = platform.gradebook.list_grades(item.id, person.user_id)
        return jsonify([result_json(platform, item, grade) for grade in grades])

    @levers.post("/refuse")
    def refuse() -> Response:
        service, status = request.values.get("service", AGS), request.values.get("status", 503, int)
        count, retry_after = request.values.get("count", 1, int), request.values.get("retry_after")
        makes_sense = service in SERVICES and 400 <= status <= 599 and count >= 0
        if not makes_sense or not (retry_after or "").isprintable():
            abort(400)
        platform.refusals.plan(service, status, count, retry_after)
        return jsonify({"service": service, "status": status, "count": count, "retry_after": retry_after})

    return levers


def _is_loopback() -> bool:
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _wanted_item(platform: Platform) -> LineItem | None:
    items = platform.gradebook.list_items()
    wanted = request.values.get("item")
    if wanted is None:
        return items[0] if items else None
    return next((item for item in items if wanted in (str(item.id), platform.urls.line_item(item.id))), None)


def _points(text: str, maximum: float) -> float:
    try:
        points = float(text)
    except ValueError:
        abort(400)
    if not 0 <= points <= maximum:
        abort(400)
    return points
