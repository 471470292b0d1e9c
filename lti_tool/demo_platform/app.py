"""The demo platform as a web application."""

from __future__ import annotations

from flask import Flask, Response
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, NotFound

from config.clock import Clock, SystemClock
from lti_tool.demo_platform.activity_forms import activity_forms
from lti_tool.demo_platform.assignment_pages import assignment_pages
from lti_tool.demo_platform.control import control
from lti_tool.demo_platform.course_pages import course_pages
from lti_tool.demo_platform.deep_linking_pages import deep_linking_pages
from lti_tool.demo_platform.grade_service import grade_service
from lti_tool.demo_platform.gradebook_pages import gradebook_pages
from lti_tool.demo_platform.group_service import group_service
from lti_tool.demo_platform.launch_pages import launch_pages
from lti_tool.demo_platform.membership_service import membership_service
from lti_tool.demo_platform.notice_service import notice_service
from lti_tool.demo_platform.notices import Post
from lti_tool.demo_platform.place_pages import place_pages
from lti_tool.demo_platform.platform import Fetch, build_platform
from lti_tool.demo_platform.registration_endpoint import registration_endpoint
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.storage_frame import storage_frame
from lti_tool.demo_platform.throttle import limit_calls
from lti_tool.demo_platform.token_endpoint import token_endpoint
from lti_tool.demo_platform.tool_pages import tool_pages


def create_platform(settings: PlatformSettings, clock: Clock | None, fetch: Fetch, post: Post | None = None) -> Flask:
    """Build the platform, ready to be served; None as clock means the clock of the machine.

    `fetch` gets the bytes behind one address, the key set of the tool, and raises when it cannot.
    `post` sends notices; without it none goes out.
    """
    platform = build_platform(settings, clock or SystemClock(), fetch, post)
    app = Flask(__name__)
    app.jinja_env.undefined = StrictUndefined
    limit_calls(app, platform.bucket, settings.profile)
    for blueprint in (
        course_pages(platform),
        activity_forms(platform),
        assignment_pages(platform),
        deep_linking_pages(platform),
        registration_endpoint(platform),
        tool_pages(platform),
        gradebook_pages(platform),
        launch_pages(platform),
        place_pages(platform),
        storage_frame(platform),
        notice_service(platform),
        group_service(platform),
        token_endpoint(platform),
        grade_service(platform),
        membership_service(platform),
        control(platform),
    ):
        app.register_blueprint(blueprint)

    @app.errorhandler(NotFound)
    def show_missing(_: HTTPException) -> Response:
        return render_page(settings, "demo_platform/missing.html", status=404)

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        response.headers["X-Content-Type-Options"] = "nosniff"
        # The tool sees the origin of the form that is posted to it, and no more.
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return app
