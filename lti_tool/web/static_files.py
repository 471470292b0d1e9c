"""Addresses of static files carry a version, so browsers may keep them for a year and still get a new release."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, request

ENDPOINTS = ("static", "bootstrap.static")
_YEAR_SECONDS = 365 * 24 * 3600


@lru_cache(maxsize=4)
def _version_of(folder: str) -> str:
    digest = hashlib.sha256(version("bootstrap-flask").encode())
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def init_static_files(app: Flask) -> None:
    """Version the addresses, and let browsers keep what they got by a versioned one."""
    current = _version_of(str(app.static_folder))

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, object]) -> None:
        if endpoint in ENDPOINTS:
            values.setdefault("v", current)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint in ENDPOINTS and request.args.get("v") == current and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        return response
