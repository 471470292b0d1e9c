"""The worker as a thread of the web process: nothing else to start for a small installation.

Started after gunicorn has forked (a thread from before the fork is dead in the child), woken after each commit that
put a message, and stopped before the process ends, so that no new message is claimed on the way out.
"""

from __future__ import annotations

import threading

from lti_tool.jobs.worker import run
from lti_tool.tool import Tool


class EmbeddedWorker:
    """A worker thread that belongs to this process."""

    def __init__(self, tool: Tool) -> None:
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(
            target=run, args=(tool,), kwargs={"stop": self._stop, "wake": self._wake}, name="outbox", daemon=True
        )
        tool.db.wake = self._wake.set

    def start(self) -> None:
        """Begin to empty the outbox."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 20.0) -> None:
        """Claim nothing more, and wait for the message at hand."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout_seconds)
