"""gunicorn around one Flask app: processes with threads, each building its own app after the fork.

A thread waits for a request only so long. gunicorn's own time-out does not apply to threads, and a handful of clients
that begin a request and fall silent would hold them all. A proxy that buffers requests is still the better guard.
"""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

THREADS = 16
SILENCE_SECONDS = 10.0
"""How long a client may say nothing in the middle of a request, or take nothing of an answer."""
REQUEST_SECONDS = 30.0
"""How long a whole request may take to arrive."""


class ImpatientSocket:
    """A socket whose reads end at a deadline; everything else is the socket's."""

    def __init__(self, wrapped: socket.socket) -> None:
        self._wrapped = wrapped
        self._deadline = 0.0

    def begin_request(self) -> None:
        """Start the time of one request."""
        self._deadline = time.monotonic() + REQUEST_SECONDS

    def setblocking(self, flag: bool) -> None:
        """Block, but not for ever."""
        self._wrapped.settimeout(SILENCE_SECONDS if flag else 0.0)

    def recv(self, size: int) -> bytes:
        """Read, or hang up on a client that is too slow."""
        left = self._deadline - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._wrapped.settimeout(min(SILENCE_SECONDS, left))
            return self._wrapped.recv(size)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the request did not arrive in time") from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)


class ImpatientWorker(ThreadWorker):
    """gunicorn's threaded worker, with a deadline for each request."""

    def handle(self, conn: TConn) -> Any:
        """Handle one request of a connection; runs in a thread."""
        if not isinstance(conn.sock, ImpatientSocket):
            conn.sock = ImpatientSocket(conn.sock)
        conn.sock.begin_request()
        return super().handle(conn)  # type: ignore[no-untyped-call]


class JsonLogger(Logger):
    """gunicorn's own lines go the way of all others: one JSON object each, scrubbed."""

    def setup(self, cfg: Any) -> None:
        """Hand the lines to the root logger."""
        super().setup(cfg)  # type: ignore[no-untyped-call]
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class _Service(BaseApplication):
    def __init__(
        self,
        build: Callable[[], Flask],
        options: dict[str, Any],
        begin: Callable[[Flask], None],
        end: Callable[[], None],
    ) -> None:
        self._build = build
        self._options = options
        self._begin = begin
        self._end = end
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        hooks = {
            # A thread from before the fork is dead in the child: the embedded worker starts here.
            "post_worker_init": lambda worker: self._begin(worker.wsgi),
            "worker_exit": lambda _server, _worker: self._end(),
        }
        for name, value in {**self._options, **hooks}.items():
            self.cfg.set(name, value)  # type: ignore[union-attr]  # gunicorn fills cfg before it calls this

    def load(self) -> Flask:
        return self._build()


def serve_app(
    build: Callable[[], Flask],
    *,
    host: str,
    port: int,
    workers: int = 1,
    begin: Callable[[Flask], None] = lambda _app: None,
    end: Callable[[], None] = lambda: None,
) -> None:
    """Serve until told to stop. `begin` and `end` run in each process, after the fork and before its exit."""
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker_class": ImpatientWorker,
        "threads": THREADS,
        "timeout": 60,
        "graceful_timeout": 25,
        "control_socket_disable": True,
        "logger_class": JsonLogger,
        "accesslog": None,
        "loglevel": "warning",
        # Which proxies to believe is lti_tool/web/proxies.py's to say (MIJLPAAL_TRUSTED_PROXIES), not gunicorn's.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
    }
    _Service(build, options, begin, end).run()  # type: ignore[no-untyped-call]
