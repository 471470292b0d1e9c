"""How much a form may hold. Where more comes, error.html says how much that is."""

from __future__ import annotations

from flask import Flask, request

from lti_tool.lti.roles import may_edit
from lti_tool.web.current import find_launch_session

LARGEST_REQUEST_BYTES = 1_000_000
LARGEST_SET_UP_BYTES = 8_000_000
"""As many tasks as there may be, each explained at the greatest length, in a script that takes six bytes a letter."""
_BYTES_OF_A_LETTER = 6
"""In a form that a browser sends, of most scripts. A plain letter takes one, so more of those fit."""
_ROUNDED_TO = 10_000


def allow_what_they_may_write() -> None:
    """Let the present request be as large as the set-up of a course, of who may set one up; others write less."""
    session = find_launch_session()
    allow_bytes(LARGEST_SET_UP_BYTES if session is not None and may_edit(session.role) else LARGEST_REQUEST_BYTES)


def allow_bytes(most: int) -> None:
    """Let the present request be as large as this, and the form in it too."""
    request.max_content_length = request.max_form_memory_size = most


def characters_that_fit() -> int:
    """Return how many characters a form may hold at least, as we tell people."""
    most = request.max_content_length or LARGEST_REQUEST_BYTES
    return most // _BYTES_OF_A_LETTER // _ROUNDED_TO * _ROUNDED_TO


def init_request_limits(app: Flask) -> None:
    """Refuse larger requests, whichever view they are for."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST_BYTES
