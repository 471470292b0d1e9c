"""`mijlpaal worker`: a process of its own that keeps the promises of the outbox."""

from __future__ import annotations

import signal
import threading

import click

from config.doorbell import Doorbell
from config.logging import start_logging
from config.settings import load_settings
from lti_tool.cli.building import ready_tool
from lti_tool.jobs.worker import run


@click.command()
def worker() -> None:
    """Send scores and sign badges, until told to stop (SIGTERM: finishes the message at hand)."""
    settings = load_settings()
    tool = ready_tool(settings)
    start_logging(settings.log_level)
    stop, wake = threading.Event(), threading.Event()

    def end(_number: int, _frame: object) -> None:
        stop.set()
        wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if settings.redis_url:
        doorbell = Doorbell(settings.redis_url)
        threading.Thread(target=doorbell.listen, kwargs={"wake": wake, "stop": stop}, daemon=True).start()
    run(tool, stop=stop, wake=wake)
