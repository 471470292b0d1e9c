"""What the services have in common: who may call, in which media type, how a refusal looks.

Refusals imitate Moodle: the body is an empty JSON list, the reason stands in the status line.
https://www.imsglobal.org/spec/lti-ags/v2p0#media-types-and-schemas
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request

from lti_tool.demo_platform.json_value import read_json_text
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.tools import Tool


class ServiceRefused(Exception):
    """The answer is this status, with a reason."""

    def __init__(self, status: int, reason: str, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


def answer_refusal(refused: ServiceRefused) -> Response:
    """Turn a refusal into an answer."""
    response = Response("[]", content_type="application/json")
    response.status = f"{refused.status} {refused.reason}"
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.retry_after is not None:
        response.headers["Retry-After"] = refused.retry_after
    return response


def refuse_if_planned(platform: Platform, service: str) -> None:
    """Raise the refusal that was asked for by /control/refuse, while there is one."""
    refusal = platform.refusals.take(service)
    if refusal is not None:
        raise ServiceRefused(refusal.status, "Refused on request", refusal.retry_after)


def require_scope(platform: Platform, scope: str) -> Tool:
    """Let only a living token with this scope pass, and return its tool: 401 without one, 403 without the scope."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    access = platform.access_tokens.find(token.strip()) if kind.lower() == "bearer" else None
    tool = platform.tools.find(access.tool_id) if access else None
    if access is None or tool is None or not tool.active:
        raise ServiceRefused(401, "No valid access token")
    if scope not in access.scopes:
        raise ServiceRefused(403, "The access token does not cover this")
    return tool


def require_accept(media_type: str) -> None:
    """Let only requests pass that want this media type, to the letter, or anything."""
    accept = request.headers.get("Accept", "")
    if accept and "*/*" not in accept and accept != media_type:
        raise ServiceRefused(400, "Unsupported media type asked for")


def read_json(media_type: str) -> Any:
    """Read the body, which must come in exactly this media type: no parameter behind it."""
    if request.headers.get("Content-Type") != media_type:
        raise ServiceRefused(400, "Unsupported content type")
    try:
        return read_json_text(request.get_data())
    except ValueError as error:
        raise ServiceRefused(400, "The body is not JSON") from error


def answer_json(body: Any, media_type: str, status: int = 200) -> Response:
    """Answer in the media type of the service."""
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type=media_type)


def own_url(platform: Platform) -> str:
    """Return the full address of the request as the tool knows it."""
    return f"{platform.settings.platform_url}{request.full_path}"
