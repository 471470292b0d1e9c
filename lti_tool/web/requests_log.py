"""A reference number for every request and one log line for each, without addresses that open anything."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from config.ids import new_reference
from config.logging import reference

logger = logging.getLogger("mijlpaal.request")


def init_requests_log(app: Flask) -> None:
    """Number and log the requests."""

    @app.before_request
    def begin() -> None:
        reference.set(new_reference())
        g.started = time.perf_counter()

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        reference.set("")

    @app.after_request
    def log(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "-"
        if rule not in {"/health/live", "/health/ready"} and not rule.endswith("/static/<path:filename>"):
            milliseconds = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
            logger.info(
                "request",
                extra={"method": request.method, "route": rule, "status": response.status_code, "ms": milliseconds},
            )
        return response
