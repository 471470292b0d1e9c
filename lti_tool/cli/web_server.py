"""gunicorn around one Flask app: processes with threads, each building its own app after the fork."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 8


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
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": 60,
        "graceful_timeout": 25,
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
    }
    _Service(build, options, begin, end).run()  # type: ignore[no-untyped-call]
