"""Structured logs: one JSON object a line, with the reference number of the request, and nothing secret.

Addresses of launch sessions and invitations are capabilities: what stands after `/s/`, `/register/` or `/enter/` never
reaches a log line. Nor does what a platform gives along in an address: its token for registering, its hints for a
launch, and what we make of those. Our own lines name no address with its parameters, but the server's lines do when it
gives a request up.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

reference: ContextVar[str] = ContextVar("reference", default="")
"""The reference number of the request or message being handled."""

# Also where an address is a parameter of another one, with its slashes encoded.
_SLASH = r"(?:/|%(?:25)*2[Ff])"
_SESSION_SEGMENT = re.compile(rf"({_SLASH}(?:s|register|enter){_SLASH})(?:[A-Za-z0-9_-]|%(?!2[Ff])[0-9A-Fa-f]{{2}})+")
_EQUALS = r"(?:=|%(?:25)*3[Dd])"
_SECRET_PARAMETER = re.compile(
    rf"((?:openid_configuration|registration_token|id_token|login_hint|lti_message_hint|hints|state){_EQUALS})[^&\s\"'<>#\\]+"
)
"""To the end of the parameter as it stands there: of one in an encoded address perhaps what follows it as well."""
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def scrub(text: str) -> str:
    """Return the text without the addresses of launch sessions and invitations, and without secret parameters."""
    return _SECRET_PARAMETER.sub(r"\1…", _SESSION_SEGMENT.sub(r"\1…", text))


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON line; `extra=` fields become keys."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Of an exception it keeps type and place: messages of foreign errors can hold data."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := reference.get():
            entry["reference"] = number
        for name, value in vars(record).items():
            if name not in _STANDARD:
                entry[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = record.exc_info[0].__name__
            frames = []
            traceback = record.exc_info[2]
            while traceback is not None:
                code = traceback.tb_frame.f_code
                frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}:{code.co_name}")
                traceback = traceback.tb_next
            entry["trace"] = frames[-12:]
        return scrub(json.dumps(entry, ensure_ascii=False, default=str))


def start_logging(level: str) -> None:
    """Send the logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
