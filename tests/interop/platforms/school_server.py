"""A course page and the addresses of an LTI platform on loopback, as thin as can be: the library does the LTI.

Each driver next to this file hands in what its library does. Runs in the environment of the libraries
(requirements/platforms.lock), so it knows nothing of the project.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, DEPLOYMENT_ID = "mijlpaal-client", "1"
PEOPLE = {"teacher": "Joost Bakker", "noor": "Noor de Vries", "sami": "Sami Haddad"}
SESSION_COOKIE = "school-session"
"""Says who is at the browser. A site that a tool in another site answers must let it come along from there."""


@dataclass(frozen=True)
class Course:
    """A course of the school."""

    id: str
    title: str
    label: str


SAFETY = Course("course-v1:brug+veilig+2026", "Veilig werken", "VW")
"""Has one link to the tool, which somebody made by hand."""
LIFTING = Course("course-v1:brug+tillen+2026", "Tillen", "T")
"""Is filled by deep linking."""


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    body: bytes
    headers: Mapping[str, str]
    """As sent; names without regard to case."""


@dataclass(frozen=True)
class Given:
    """An answer; `body` is sent as JSON unless it is text, bytes or nothing."""

    body: Any = None
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """The addresses of both sides and the platform's key."""

    url: str
    tool_url: str
    private_key: str
    public_key: str

    @property
    def launch_url(self) -> str:
        return f"{self.tool_url}/lti/launch"

    @property
    def login_url(self) -> str:
        return f"{self.tool_url}/lti/login"

    @property
    def tool_keys_url(self) -> str:
        return f"{self.tool_url}/lti/jwks"


class Platform(ABC):
    """What a library does, behind the same few names for each."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @abstractmethod
    def addresses(self) -> dict[str, str]:
        """Return where the services of the course SAFETY are: `scores` of its link, `members`, and `columns`.

        The last is for a tool that may make columns of its own.
        """

    @abstractmethod
    def scores(self) -> list[dict[str, Any]]:
        """Return every score that the library took and keeps."""

    @abstractmethod
    def grades(self) -> list[dict[str, Any]]:
        """Return what the library told the gradebook around it, where it does."""

    @abstractmethod
    def kept(self) -> list[dict[str, Any]]:
        """Return the content items as the library handed them over after checking the tool's answer."""

    @abstractmethod
    def start_url(self, person: str) -> str:
        """Return the tool's login address with what the library adds, for the link in SAFETY."""

    @abstractmethod
    def choose_url(self, person: str) -> str:
        """Return the same for choosing what comes in LIFTING."""

    @abstractmethod
    def placed(self, person: str) -> Given:
        """Show what was placed in LIFTING, a link for each thing."""

    @abstractmethod
    def authorize(self, asked: Asked) -> Given:
        """Answer the tool's authentication request with a page that sends itself to the tool."""

    @abstractmethod
    def keys(self, asked: Asked) -> Given:
        """Return the key set."""

    @abstractmethod
    def token(self, asked: Asked) -> Given:
        """Check the tool's assertion and return the token answer."""

    @abstractmethod
    def service(self, asked: Asked) -> Given:
        """Answer everything else: gradebook, roster, the answer to deep linking, pages of the library."""


def answer(platform: Platform, asked: Asked) -> Given:
    """Find out who answers."""
    step, _, rest = asked.path.strip("/").partition("/")
    person = rest.partition("/")[0]
    match step:
        case "as":
            frame = f'<iframe src="/start/{html.escape(person)}" title="Mijlpaal"></iframe>'
            return _course_page(SAFETY, frame, person)
        case "building":
            link = f'<a href="/choose/{html.escape(person)}" target="_blank">Choose content</a>'
            return _course_page(LIFTING, link, person)
        case "start":
            return _go_to(platform.start_url(person))
        case "choose":
            return _go_to(platform.choose_url(person))
        case "placed":
            given = platform.placed(person)
            return replace(given, headers={**given.headers, **_session_of(person)})
        case "authorize":
            return platform.authorize(asked)
        case "jwks":
            return platform.keys(asked)
        case "token":
            return platform.token(asked)
        case "scores" | "grades" | "kept" | "addresses":
            return Given(getattr(platform, step)())
    return platform.service(asked)


def page(body: str, title: str) -> Given:
    """Return a page."""
    return Given(f"<!doctype html><title>{title}</title>{body}", media_type="text/html; charset=utf-8")


def _course_page(course: Course, body: str, person: str) -> Given:
    return replace(page(f"<h1>{course.title}</h1>{body}", course.title), headers=_session_of(person))


def _session_of(person: str) -> dict[str, str]:
    return {"Set-Cookie": f"{SESSION_COOKIE}={person}; Path=/; Secure; HttpOnly; SameSite=None"}


def _go_to(url: str) -> Given:
    return Given(status=302, headers={"Location": url})


def make_handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
            asked = Asked(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                form=dict(parse_qsl(body.decode(), keep_blank_values=True)) if is_form else {},
                body=body,
                headers=self.headers,
            )
            try:
                given = answer(platform, asked)
            except Exception as refused:
                # The libraries refuse by raising, each in its own way; a site around them would say 400 or 401.
                traceback.print_exc()
                given = Given({"error": type(refused).__name__}, status=400)
            sent = _bytes_of(given.body)
            self.send_response(given.status)
            for name, value in {"Content-Type": given.media_type, **given.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            print(self.command, self.path.partition("?")[0], *args[1:], file=sys.stderr)

    return Handler


def _bytes_of(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def serve(make: type[Platform]) -> None:
    """Serve the platform until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tool-url", required=True)
    arguments = parser.parse_args()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    site = Site(f"http://localhost:{arguments.port}", arguments.tool_url, private.decode(), public.decode())
    ThreadingHTTPServer.allow_reuse_address = True
    ThreadingHTTPServer(("127.0.0.1", arguments.port), make_handler(make(site))).serve_forever()
