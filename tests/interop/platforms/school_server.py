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
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, DEPLOYMENT_ID = "mijlpaal-client", "1"
CONTEXT_ID, CONTEXT_TITLE, LINK_ID = "course-v1:brug", "Veilig werken", "link-1"
PEOPLE = {"teacher": "Joost Bakker", "noor": "Noor de Vries", "sami": "Sami Haddad"}


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
    """An answer; `body` is sent as JSON unless it is text or nothing."""

    body: Any = None
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Launch:
    """What the browser carries to the tool."""

    url: str
    id_token: str
    state: str


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

    @property
    def line_items_url(self) -> str:
        return f"{self.url}/lineitems"

    @property
    def line_item_url(self) -> str:
        return f"{self.url}/lineitems/1"

    @property
    def members_url(self) -> str:
        return f"{self.url}/members"

    @property
    def deep_link_return_url(self) -> str:
        return f"{self.url}/deep-link-return"


class Platform(ABC):
    """What a library does, behind the same few names for each."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.scores: list[dict[str, Any]] = []
        """Every score that the library took, in order."""

    def results(self, person: str = "") -> list[dict[str, Any]]:
        """Return what the gradebook holds: the newest score of each person."""
        newest = {score["userId"]: score for score in self.scores if person in ("", score["userId"])}
        return [
            {
                "id": f"{self.site.line_item_url}/results/{who}",
                "userId": who,
                "resultScore": score.get("scoreGiven"),
                "resultMaximum": score.get("scoreMaximum"),
                "scoreOf": self.site.line_item_url,
            }
            for who, score in newest.items()
        ]

    @abstractmethod
    def start_url(self, person: str, *, deep_linking: bool) -> str:
        """Return the tool's login address with what the library adds."""

    @abstractmethod
    def authorize(self, asked: Asked) -> Launch:
        """Answer the tool's authentication request."""

    @abstractmethod
    def keys(self) -> Any:
        """Return the key set."""

    @abstractmethod
    def token(self, form: dict[str, str]) -> Any:
        """Check the tool's assertion and return the token answer."""

    @abstractmethod
    def service(self, asked: Asked) -> Given:
        """Answer a call of the gradebook or of the roster."""

    @abstractmethod
    def deep_linked(self, form: dict[str, str]) -> Any:
        """Check what the tool returned and give back the content items."""


def answer(platform: Platform, asked: Asked) -> Given:
    """Find out who answers."""
    step, _, rest = asked.path.strip("/").partition("/")
    match step:
        case "as":
            person = html.escape(rest.partition("/")[0])
            return _page(f'<h1>{CONTEXT_TITLE}</h1><iframe src="/start/{person}" title="Mijlpaal"></iframe>')
        case "start" | "choose":
            url = platform.start_url(rest, deep_linking=step == "choose")
            return Given(status=302, headers={"Location": url})
        case "authorize":
            launch = platform.authorize(asked)
            fields = {"id_token": launch.id_token, "state": launch.state}
            inputs = "".join(f'<input type="hidden" name="{n}" value="{html.escape(v)}">' for n, v in fields.items())
            action = html.escape(launch.url)
            return _page(f'<form method="post" action="{action}">{inputs}<button>Go on</button></form>')
        case "jwks":
            return Given(platform.keys())
        case "token":
            return Given(platform.token(asked.form))
        case "lineitems" | "members":
            return platform.service(asked)
        case "deep-link-return":
            return Given(platform.deep_linked(asked.form))
        case "scores":
            return Given(platform.scores)
        case "":
            return Given({"library": type(platform).__module__})
    return Given(status=404)


def _page(body: str) -> Given:
    return Given(f"<!doctype html><title>{CONTEXT_TITLE}</title>{body}", media_type="text/html; charset=utf-8")


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
            text = given.body if isinstance(given.body, str) else json.dumps(given.body)
            sent = b"" if given.body is None else text.encode()
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
