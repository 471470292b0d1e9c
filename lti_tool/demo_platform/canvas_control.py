"""Levers for what only some platforms do: variables, the bucket of calls, notices."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, abort, jsonify, request

from lti_tool.demo_platform.canvas_registration import PRIVACY_LEVELS
from lti_tool.demo_platform.placed_tools import Review
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.tools import PRESET_ID

_LARGEST = 1_000_000


def add_canvas_levers(levers: Blueprint, platform: Platform) -> None:
    """Put these levers beside the others."""

    @levers.post("/variable")
    def variable() -> Response:
        name, value = request.values.get("name", ""), request.values.get("value")
        if not name:
            abort(400)
        platform.variables.set(name, value)
        return jsonify({"name": name, "value": value})

    @levers.post("/throttle")
    def throttle() -> Response:
        numbers = {name: request.values.get(name, type=float) for name in ("capacity", "leak", "cost", "advance")}
        given = {name: number for name, number in numbers.items() if number is not None}
        if not all(0 <= number <= _LARGEST for number in given.values()):
            abort(400)
        return jsonify(asdict(platform.bucket.resize(**given)))

    @levers.get("/notices")
    def notices() -> Response:
        return jsonify([asdict(notice) for notice in platform.notices.list_sent()])

    @levers.post("/replay-notice")
    def replay_notice() -> Response:
        sent = platform.notices.list_sent()
        wanted = request.values.get("id", str(sent[-1].id) if sent else "")
        notice = next((notice for notice in sent if str(notice.id) == wanted), None)
        if notice is None:
            abort(404)
        return jsonify({"id": notice.id, "status": platform.notices.replay(notice)})

    @levers.post("/review-tool")
    def review_tool() -> Response:
        """Do what an administrator of Canvas can do after a tool has registered."""
        tool = platform.tools.find(request.values.get("tool", PRESET_ID, int))
        if tool is None:
            abort(404)
        privacy_level = request.values.get("privacy")
        if privacy_level is not None and privacy_level not in PRIVACY_LEVELS:
            abort(400)
        changed = platform.placed.review(tool, Review(_words("placements"), _words("scopes"), privacy_level))
        places = [message.placement for message in platform.placed.list_of(changed)]
        return jsonify({"scopes": list(changed.scopes), "placements": places, "name": changed.sends_name})


def _words(name: str) -> list[str] | None:
    return request.values[name].split() if name in request.values else None
