"""Serves the tool as a browser sees it that keeps no cookies in frames: Cookie and Set-Cookie fall away there.

Blocking third-party cookies in Chromium leaves Partitioned ones alive, so the browser cannot be asked to do this.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Any

from config.settings import load_settings
from lti_tool.app import create_app
from lti_tool.cli.building import ready_settings
from lti_tool.cli.web_server import serve_app
from lti_tool.jobs.embedded import EmbeddedWorker
from lti_tool.web.current import EXTENSION


def without_cookies_in_frames(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_SEC_FETCH_DEST") != "iframe":
            return app(environ, start_response)
        environ.pop("HTTP_COOKIE", None)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [pair for pair in headers if pair[0].lower() != "set-cookie"], *rest)

        return app(environ, start)

    return wrapped


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    ready_settings()

    def build() -> Any:
        app = create_app(load_settings())
        app.wsgi_app = without_cookies_in_frames(app.wsgi_app)  # type: ignore[method-assign]
        return app

    serve_app(build, host="127.0.0.1", port=port, begin=lambda app: EmbeddedWorker(app.extensions[EXTENSION]).start())


main()
