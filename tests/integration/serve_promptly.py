"""Serves the tool with a worker that looks every second at what is due, so that a test does not wait for it."""

from __future__ import annotations

import argparse
from datetime import timedelta

from config.settings import load_settings
from lti_tool.app import create_app
from lti_tool.cli.building import ready_settings
from lti_tool.cli.web_server import serve_app
from lti_tool.jobs import worker
from lti_tool.jobs.embedded import EmbeddedWorker
from lti_tool.web.current import EXTENSION


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    ready_settings()
    worker.SCHEDULE_EVERY = timedelta(seconds=1)
    serve_app(
        lambda: create_app(load_settings()),
        host="127.0.0.1",
        port=port,
        begin=lambda app: EmbeddedWorker(app.extensions[EXTENSION]).start(),
    )


main()
