"""Serves an app whose page for errors fails itself, so that only the server is left to say what happened."""

from __future__ import annotations

import argparse

from flask import Flask

from config.logging import start_logging
from lti_tool.cli.web_server import serve_app


def build() -> Flask:
    app = Flask("broken")

    @app.errorhandler(Exception)
    def show_error(error: Exception) -> str:
        raise RuntimeError("the page for errors fails") from error

    return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    start_logging("WARNING")
    serve_app(build, host="127.0.0.1", port=parser.parse_args().port)


main()
