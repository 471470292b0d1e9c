"""`mijlpaal serve`: the web service under gunicorn, with threads, and the embedded worker where it is wanted."""

from __future__ import annotations

import click
from flask import Flask

from config.doorbell import Doorbell
from config.errors import SettingsInvalid
from config.logging import start_logging
from config.settings import WorkerMode, load_settings
from lti_tool.app import create_app
from lti_tool.cli.building import ready_tool
from lti_tool.cli.web_server import serve_app
from lti_tool.jobs.embedded import EmbeddedWorker
from lti_tool.web.current import EXTENSION


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 32), help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the tool."""
    settings = load_settings()
    if settings.serving_problems:
        raise SettingsInvalid("settings-invalid", "; ".join(settings.serving_problems))
    ready_tool(settings).db.dispose()
    start_logging(settings.log_level)
    running: list[EmbeddedWorker] = []

    def begin(app: Flask) -> None:
        if settings.worker == WorkerMode.EMBEDDED:
            running.append(EmbeddedWorker(app.extensions[EXTENSION]))
            running[-1].start()
        elif settings.redis_url:
            app.extensions[EXTENSION].db.wake = Doorbell(settings.redis_url).ring

    def end() -> None:
        for worker in running:
            worker.stop()

    serve_app(lambda: create_app(settings), host=host, port=port, workers=workers, begin=begin, end=end)
