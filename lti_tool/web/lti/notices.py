"""The address to which platforms send notices. Public: what a notice says counts when its signature holds."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from config.errors import InputInvalid
from config.strict_json import parse_json_object
from lti_tool.noticing import MOST_IN_ONE, receive_notices
from lti_tool.web.current import tool

blueprint = Blueprint("notices", __name__)


@blueprint.post("/notices")
def receive() -> Response:
    """Take notices in and answer at once; a notice that does not hold is not told to whoever sent it."""
    try:
        content = parse_json_object(request.get_data())
    except ValueError:
        raise InputInvalid("not-json", field="notices") from None
    notices = content.get("notices")
    if not isinstance(notices, list) or len(notices) > MOST_IN_ONE:
        raise InputInvalid("not-notices", field="notices")
    tokens = [notice.get("jwt") for notice in notices if isinstance(notice, dict)]
    receive_notices(tool(), [token for token in tokens if isinstance(token, str)])
    return Response(status=204)
