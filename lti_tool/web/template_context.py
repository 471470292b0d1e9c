"""What every template can ask for: the session, its CSRF token, its home."""

from __future__ import annotations

from flask import Flask

from lti_tool.web.current import find_launch_session
from lti_tool.web.sessions import CSRF_FIELD, csrf_token


def init_template_context(app: Flask) -> None:
    """Give the templates the session and the hidden field of its forms."""

    def template_globals() -> dict[str, object]:
        session = find_launch_session()
        if session is None:
            return {"launch_session": None}
        return {"launch_session": session, "csrf_field": CSRF_FIELD, "csrf_token": csrf_token(session)}

    app.context_processor(template_globals)
