"""One table from what went wrong to the page that says so. No stack trace, no secret, always a reference number."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from config.errors import Conflict, InputInvalid, NotAllowed, NotFound, PlatformFailed, ToolError
from config.logging import reference
from lti_tool.administering import keep_refusal
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.roster.launch_sessions import SessionEnd, SessionRefused
from lti_tool.web.current import find_launch_session, tool
from lti_tool.web.headers import allow_framing_by_anyone
from lti_tool.web.typed_texts import typed_in_form

logger = logging.getLogger("mijlpaal.web")


@dataclass(frozen=True)
class Problem:
    """An error as a page tells it: the HTTP status and which words of error.html fit."""

    status: int
    words: str


_BY_REFUSAL = {
    LaunchRefusal.UNREGISTERED_PLATFORM: Problem(403, "unregistered"),
    LaunchRefusal.DEPLOYMENT_WAITING: Problem(403, "waiting"),
    LaunchRefusal.DEPLOYMENT_HELD: Problem(403, "held"),
    LaunchRefusal.OTHER_BROWSER: Problem(403, "cookies"),
    LaunchRefusal.STATE_USED: Problem(403, "again"),
    LaunchRefusal.STATE_EXPIRED: Problem(403, "again"),
    LaunchRefusal.EXPIRED: Problem(403, "again"),
    LaunchRefusal.KEYS_UNREACHABLE: Problem(502, "platform"),
    LaunchRefusal.TOKEN_TOO_LARGE: Problem(413, "refused"),
    LaunchRefusal.MISSING_PARAMETER: Problem(400, "refused"),
    LaunchRefusal.BAD_PARAMETER: Problem(400, "refused"),
}
_BY_TYPE: dict[type[ToolError], Problem] = {
    SessionRefused: Problem(403, "session"),
    NotAllowed: Problem(403, "not-allowed"),
    NotFound: Problem(404, "not-found"),
    Conflict: Problem(409, "conflict"),
    InputInvalid: Problem(400, "input"),
    PlatformFailed: Problem(502, "platform"),
}
_BY_STATUS = {
    400: "input",
    403: "not-allowed",
    404: "not-found",
    405: "not-found",
    413: "too-large",
}


def problem_of(error: Exception) -> Problem:
    """Return how this error is told."""
    if isinstance(error, LaunchRefused):
        return _BY_REFUSAL.get(error.reason, Problem(403, "refused"))
    if isinstance(error, SessionRefused) and error.end is SessionEnd.HELD:
        return Problem(403, "held")
    if isinstance(error, ToolError):
        for kind, problem in _BY_TYPE.items():
            if isinstance(error, kind):
                return problem
    if isinstance(error, HTTPException):
        status = error.code or 500
        return Problem(status, _BY_STATUS.get(status, "input" if status < 500 else "broken"))
    if isinstance(error, OperationalError):
        return Problem(503, "busy")
    return Problem(500, "broken")


def show_error(error: Exception) -> Response:
    """Log the error with its reference number and answer with its page."""
    problem = problem_of(error)
    if isinstance(error, HTTPException) and 300 <= (error.code or 0) < 400:
        return make_response(error.get_response())
    code = error.code if isinstance(error, ToolError) else type(error).__name__
    if problem.status >= 500 and not isinstance(error, ToolError):
        logger.error("request failed", exc_info=error, extra={"code": code, "status": problem.status})
    else:
        detail = error.detail if isinstance(error, ToolError) else ""
        logger.warning("request refused", extra={"code": code, "detail": detail, "status": problem.status})
    if isinstance(error, LaunchRefused):
        keep_refusal(tool(), error, request.values, reference=reference.get())
    allow_framing_by_anyone()
    if request.path.startswith("/lti/jwks") or request.path.startswith("/health"):
        response = make_response({"error": str(code), "reference": reference.get()}, problem.status)
    else:
        words = "no-badge" if problem.words == "not-found" and request.path.startswith("/badges/") else problem.words
        page = render_template(
            "admin/error.html" if request.path.startswith("/admin/") else "error.html",
            words=words,
            reference=reference.get(),
            launch_session=find_launch_session(),
            typed=typed_in_form(),
        )
        response = make_response(page, problem.status)
    return response


def init_errors(app: Flask) -> None:
    """Answer every error with its page."""
    app.register_error_handler(Exception, show_error)
