"""`mijlpaal serve`: the web service under gunicorn, with threads, and the embedded worker where it is wanted."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from config.logging import start_logging
from config.settings import Settings, WorkerMode
from lti_tool.app import create_app
from lti_tool.cli.building import ready_settings
from lti_tool.jobs.embedded import EmbeddedWorker
from lti_tool.web.current import EXTENSION

THREADS = 8


class Service(BaseApplication):
    """gunicorn around one Flask app; each process builds its own, after the fork."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        self._app: Flask | None = None
        self._worker: EmbeddedWorker | None = None
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        hooks = {"post_worker_init": self._begin, "worker_exit": self._end}
        for name, value in {**self._options, **hooks}.items():
            self.cfg.set(name, value)  # type: ignore[union-attr]  # gunicorn fills cfg before it calls this

    def load(self) -> Flask:
        """Build the app in this process."""
        self._app = create_app(self._settings)
        return self._app

    def _begin(self, _worker: object) -> None:
        if self._settings.worker == WorkerMode.EMBEDDED and self._app is not None:
            self._worker = EmbeddedWorker(self._app.extensions[EXTENSION])
            self._worker.start()

    def _end(self, _server: object, _worker: object) -> None:
        if self._worker is not None:
            self._worker.stop()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 32), help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the tool."""
    settings = ready_settings()
    start_logging(settings.log_level)
    Service(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": 25,
            "control_socket_disable": True,
            "accesslog": None,
            "loglevel": "warning",
            "limit_request_line": 8190,
        },
    ).run()  # type: ignore[no-untyped-call]
