"""Serves the demo LMS under the name of Moodle: the tool then counts on what Moodle does, links at assignments too."""

from __future__ import annotations

import argparse
from dataclasses import replace

from config.clock import SystemClock
from config.http import HttpClient
from lti_tool.cli.web_server import serve_app
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.profile import MOODLE_PROFILE
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.tool import USER_AGENT


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tool-url", required=True)
    parser.add_argument("--database", required=True)
    told = parser.parse_args()
    profile = replace(MOODLE_PROFILE, product_family_code="moodle")
    settings = PlatformSettings(f"http://localhost:{told.port}", told.tool_url, told.database, profile=profile)
    http = HttpClient(allow_loopback=True, user_agent=USER_AGENT)
    serve_app(
        lambda: create_platform(settings, SystemClock(), lambda url: http.send("GET", url).body),
        host="127.0.0.1",
        port=told.port,
    )


main()
