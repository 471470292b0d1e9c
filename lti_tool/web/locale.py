"""The language of a page: the session's, else the one in the address, else the browser's, else Dutch."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from zoneinfo import available_timezones

import flask_babel
from flask import Flask, g, request

from config.errors import InputInvalid
from lti_tool.course.membership import choose_locale
from lti_tool.roster.session_models import LaunchSession
from lti_tool.web.current import find_admin_session, find_launch_session, launch_session, tool
from lti_tool.words import LOCALES, TRANSLATIONS

LANGUAGE = "lang"
"""The word in an address that names a language, on pages without a session."""


def select_locale() -> str:
    """Return the language of the present request."""
    session = find_launch_session() or find_admin_session()
    if session is not None:
        return session.locale
    return asked_locale() or request.accept_languages.best_match(LOCALES) or LOCALES[0]


def select_time_zone() -> str | None:
    """Return the time zone that the platform told at the launch; None, so the default, for one that nobody knows."""
    session = find_launch_session()
    name = session.wishes.time_zone if session is not None else ""
    return name if name in _known_time_zones() else None


@lru_cache(maxsize=1)
def _known_time_zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def asked_locale() -> str | None:
    """Return the language that the address asks for: how a page without a session remembers a choice."""
    asked = request.args.get(LANGUAGE, "")
    return asked if asked in LOCALES else None


def keep_locale(locale: str) -> None:
    """Keep the language that the person chose, here and for later launches; this page is already in it.

    Raises:
        InputInvalid: no language of ours.
    """
    if locale not in LOCALES:
        raise InputInvalid("locale", field="locale")
    session = launch_session()
    with tool().db.transaction() as tx:
        choose_locale(tx, session.person_id, locale)
        tx.get_one(LaunchSession, session.id).locale = locale
    g.launch_session = replace(session, locale=locale)
    flask_babel.refresh()


def init_locale(app: Flask) -> None:
    """Connect gettext to the templates and views."""
    flask_babel.Babel(
        app,
        locale_selector=select_locale,
        timezone_selector=select_time_zone,
        default_locale=LOCALES[0],
        default_translation_directories=str(TRANSLATIONS),
    )
    app.jinja_env.globals["current_locale"] = select_locale
