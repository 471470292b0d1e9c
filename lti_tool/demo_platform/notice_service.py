"""Where a tool says which notices it wants.

https://www.imsglobal.org/spec/lti-pns/v1p0#notice-handlers
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo_platform.notices import HandlerRefused
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.scopes import NOTICE_HANDLERS
from lti_tool.demo_platform.service_answer import (
    ServiceRefused,
    answer_json,
    answer_refusal,
    read_json,
    require_scope,
)
from lti_tool.demo_platform.tools import Tool

_JSON = "application/json"


def notice_service(platform: Platform) -> Blueprint:
    """Build the service."""
    service = Blueprint("notice_service", __name__, url_prefix="/api/lti/notice-handlers")
    service.register_error_handler(ServiceRefused, answer_refusal)

    @service.get("/<int:tool_id>")
    def list_handlers(tool_id: int) -> Response:
        tool = _get_tool(platform, tool_id)
        handlers = platform.notices.list_handlers(tool)
        body = {
            "client_id": tool.client_id,
            "deployment_id": tool.deployment_id,
            "notice_handlers": [
                {"notice_type": notice_type, "handler": handlers.get(notice_type, "")}
                for notice_type in platform.settings.profile.notice_types
            ],
        }
        return answer_json(body, _JSON)

    @service.put("/<int:tool_id>")
    def set_handler(tool_id: int) -> Response:
        tool, body = _get_tool(platform, tool_id), _read_body()
        try:
            platform.notices.set_handler(tool, body["notice_type"], body["handler"])
        except HandlerRefused as refused:
            raise ServiceRefused(400, str(refused)) from refused
        return answer_json(body, _JSON)

    return service


def _get_tool(platform: Platform, tool_id: int) -> Tool:
    caller = require_scope(platform, NOTICE_HANDLERS)
    tool = platform.tools.find(tool_id)
    if tool is None or tool != caller or not platform.settings.profile.notice_types:
        raise ServiceRefused(404, "No such deployment")
    return tool


def _read_body() -> dict[str, Any]:
    body = read_json(_JSON) if request.method == "PUT" else {}
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("notice_type", "handler")):
        raise ServiceRefused(400, "notice_type and handler must be text")
    return {name: body[name] for name in ("notice_type", "handler")}
