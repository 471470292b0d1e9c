"""The language of a page: the session's, else the browser's, else Dutch."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import Babel

from lti_tool.web.current import find_launch_session
from lti_tool.words import LOCALES, TRANSLATIONS


def select_locale() -> str:
    """Return the language of the present request."""
    session = find_launch_session()
    if session is not None:
        return session.locale
    return request.accept_languages.best_match(LOCALES) or LOCALES[0]


def init_locale(app: Flask) -> None:
    """Connect gettext to the templates and views."""
    Babel(
        app,
        locale_selector=select_locale,
        default_locale=LOCALES[0],
        default_translation_directories=str(TRANSLATIONS),
    )
    app.jinja_env.globals["current_locale"] = select_locale
