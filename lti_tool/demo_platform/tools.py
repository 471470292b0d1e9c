"""The tools that the platform knows: the preset one, and those that registered themselves.

What an administrator may change stands in the same row: whether a tool is in use, what it may do, what it is told about
people. A tool that registered itself waits for an administrator, as on Moodle.
"""

from __future__ import annotations

import secrets
import sqlite3
import string
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlsplit

from lti_tool.demo_platform.scopes import OFFERED, offered_by
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.store import Store

PRESET_ID = 1
BY_ADDRESS = 0
"""As the tool of an activity: whichever tool has the domain of the activity's address, when it is opened."""
PRESET_NAME = "Mijlpaal"
_LETTERS = string.ascii_letters + string.digits
_SAVE = (
    "INSERT OR REPLACE INTO tool VALUES (:id, :client_id, :deployment_id, :name, :domain, :login_url, :redirect_urls,"
    " :jwks_url, :target_link_url, :deep_linking_url, :custom, :scopes, :sends_name, :sends_email, :active,"
    " :in_chooser)"
)


@dataclass(frozen=True)
class Tool:
    """A tool, and how it was set up here."""

    id: int
    client_id: str
    deployment_id: str
    name: str
    domain: str
    login_url: str
    redirect_urls: tuple[str, ...]
    jwks_url: str
    target_link_url: str
    deep_linking_url: str | None
    """Where deep linking goes; None when the tool does not offer it."""
    custom: str = ""
    """Custom parameters of every launch, as they are typed."""
    scopes: tuple[str, ...] = OFFERED
    sends_name: bool = True
    sends_email: bool = True
    active: bool = True
    in_chooser: bool = True
    """Whether teachers are offered it when they add an activity."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Where its pages are."""
        urls = (self.login_url, *self.redirect_urls, self.target_link_url, self.deep_linking_url or self.login_url)
        return tuple(dict.fromkeys(origin_of(url) for url in urls))


class Tools:
    """The tools in the store. The preset one takes its addresses from the settings each time the platform starts."""

    def __init__(self, store: Store, settings: PlatformSettings) -> None:
        self._store = store
        preset = Tool(
            id=PRESET_ID,
            client_id=settings.client_id,
            deployment_id=settings.deployment_id,
            name=PRESET_NAME,
            domain=domain_of(settings.tool_url),
            login_url=settings.tool_login_url,
            redirect_urls=(settings.tool_launch_url,),
            jwks_url=settings.tool_jwks_url,
            target_link_url=settings.tool_launch_url,
            deep_linking_url=settings.tool_launch_url,
            scopes=offered_by(settings.profile),
        )
        found = self.find(PRESET_ID)
        if found is not None:
            names = ("custom", "scopes", "sends_name", "sends_email", "active", "in_chooser")
            preset = replace(preset, **{name: getattr(found, name) for name in names})
        self.save(preset)

    def list_all(self) -> list[Tool]:
        """Return the tools in the order in which they came."""
        with self._store.reading() as db:
            return [_tool(row) for row in db.execute("SELECT * FROM tool ORDER BY id")]

    def find(self, tool_id: int) -> Tool | None:
        """Return one tool."""
        return next((tool for tool in self.list_all() if tool.id == tool_id), None)

    def find_client(self, client_id: str) -> Tool | None:
        """Return the tool with this client id."""
        return next((tool for tool in self.list_all() if tool.client_id == client_id), None)

    def find_by_address(self, url: str) -> Tool | None:
        """Return the tool in use with the domain of an address; the longest common beginning wins."""
        fitting = [tool for tool in self.list_all() if tool.active and tool.domain == domain_of(url)]
        return max(fitting, key=lambda tool: _common(tool.target_link_url, url), default=None)

    def save(self, tool: Tool) -> None:
        """Keep what is said about a tool."""
        with self._store.transaction() as db:
            db.execute(_SAVE, _row(tool))

    def add(self, tool: Tool, *, keeps_deployment: bool = True) -> Tool:
        """Keep a new tool under an id of its own, which is its deployment too unless another is given."""
        with self._store.transaction() as db:
            tool_id = db.execute(_SAVE, {**_row(tool), "id": None}).lastrowid or 0
        added = replace(tool, id=tool_id, deployment_id=tool.deployment_id if keeps_deployment else str(tool_id))
        self.save(added)
        return added

    def delete(self, tool: Tool) -> None:
        """Forget a tool. Its activities stay, and cannot be opened any more."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM access_token WHERE tool_id = ?", (tool.id,))
            db.execute("DELETE FROM tool WHERE id = ?", (tool.id,))


def new_client_id() -> str:
    """Return a client id in the shape of Moodle's."""
    return "".join(secrets.choice(_LETTERS) for _ in range(15))


def domain_of(url: str) -> str:
    """Return the domain of an address as Moodle compares it: with its port, without `www.`."""
    return urlsplit(url if "//" in url else f"//{url}").netloc.lower().removeprefix("www.")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def has_domain(urls: Iterable[str], domain: str) -> bool:
    """Tell whether all of these addresses belong to a domain."""
    return all(domain_of(url) == domain_of(domain) for url in urls)


def _common(one: str, other: str) -> int:
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))


def _row(tool: Tool) -> dict[str, object]:
    row = asdict(tool)
    row["redirect_urls"], row["scopes"] = "\n".join(tool.redirect_urls), " ".join(tool.scopes)
    return row


def _tool(row: sqlite3.Row) -> Tool:
    values = dict(row)
    values["redirect_urls"] = tuple(row["redirect_urls"].split("\n"))
    values["scopes"] = tuple(row["scopes"].split())
    for flag in ("sends_name", "sends_email", "active", "in_chooser"):
        values[flag] = bool(row[flag])
    return Tool(**values)
