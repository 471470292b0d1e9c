"""Serves the demo LMS as a Canvas that a school hosts itself: the issuer is where it stands, so a tool can register."""

from __future__ import annotations

import argparse

from config.clock import SystemClock
from config.http import HttpClient
from lti_tool.cli.web_server import serve_app
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.profile import CANVAS_PROFILE
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.tool import USER_AGENT


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--port", "--tool-url", "--database"):
        parser.add_argument(name, required=True)
    told = parser.parse_args()
    http = HttpClient(allow_loopback=True, user_agent=USER_AGENT)
    settings = PlatformSettings(f"http://localhost:{told.port}", told.tool_url, told.database, profile=CANVAS_PROFILE)

    def post(url: str, body: bytes) -> int:
        return http.send("POST", url, headers={"Content-Type": "application/json"}, body=body).status

    serve_app(
        lambda: create_platform(settings, SystemClock(), lambda url: http.send("GET", url).body, post),
        host="127.0.0.1",
        port=int(told.port),
    )


main()
