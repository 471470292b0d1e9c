"""Builds the web application from the settings."""

from __future__ import annotations

from flask import Flask
from flask_bootstrap import Bootstrap5

from config.clock import Clock
from config.http import HttpClient
from config.settings import Settings
from lti_tool.tool import build_tool
from lti_tool.web.blueprints import init_blueprints
from lti_tool.web.current import EXTENSION
from lti_tool.web.errors import init_errors
from lti_tool.web.headers import init_headers
from lti_tool.web.locale import init_locale
from lti_tool.web.proxies import init_proxies
from lti_tool.web.request_limits import init_request_limits
from lti_tool.web.requests_log import init_requests_log
from lti_tool.web.static_files import init_static_files
from lti_tool.web.template_context import init_template_context
from lti_tool.web.text_lengths import init_text_lengths


def create_app(settings: Settings, *, clock: Clock | None = None, http: HttpClient | None = None) -> Flask:
    """Build the application; `clock` and `http` are the two seams that tests may replace."""
    app = Flask("lti_tool.web", static_folder="static", template_folder="templates")
    # No redirects to a tidier address: they would repeat a session address towards whatever Host was sent.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.extensions[EXTENSION] = build_tool(settings, clock=clock, http=http)
    Bootstrap5(app)
    init_request_limits(app)
    init_requests_log(app)
    init_proxies(app, settings)
    init_headers(app)
    init_locale(app)
    init_template_context(app)
    init_text_lengths(app)
    init_static_files(app)
    init_blueprints(app)
    init_errors(app)
    return app
