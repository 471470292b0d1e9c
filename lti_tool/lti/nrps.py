"""Names and Role Provisioning Services: who is in a course, whether they ever opened us or not.

Moodle lists active members only and calls a non-editing teacher a learner (2026-11), so a roster alone does not say
who may earn. https://www.imsglobal.org/spec/lti-nrps/v2p0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from config.errors import PlatformFailed
from lti_tool.lti.claim_values import custom_parameters
from lti_tool.lti.claims import CUSTOM
from lti_tool.lti.pages import list_pages
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp
from lti_tool.lti.platform_text import clean_text, identifier_text, is_identifier

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_MAX_ROLES = 200
_MAX_GROUPS = 200
_CANVAS_USER_ID = "https://www.instructure.com/canvas_user_id"


@dataclass(frozen=True)
class Member:
    """One person of the roster. Roles are as the platform wrote them, short names too."""

    user_id: str
    roles: tuple[str, ...]
    status: str = "Active"
    name: str | None = field(default=None, repr=False)
    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    group_ids: tuple[str, ...] = ()
    """Groups of the course, where they were asked for and the platform has them."""
    locale: str | None = None
    platform_user_id: str | None = None
    """The person's own number in the platform (Canvas), when the members of a resource link were asked for."""
    custom: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The custom parameters of their launch of that link (Canvas); unresolved ones are absent."""


@dataclass(frozen=True)
class Roster:
    """What the service answered. `is_empty` is an answer without anybody in it, readable or not: nobody is there."""

    members: list[Member]
    is_empty: bool


def list_members(
    platform_http: PlatformHttp,
    endpoint: PlatformEndpoint,
    memberships_url: str,
    *,
    resource_link_id: str | None = None,
) -> list[Member]:
    """Return the members of the course, or those who may open the given resource link."""
    return read_roster(platform_http, endpoint, memberships_url, resource_link_id=resource_link_id).members


def read_roster(
    platform_http: PlatformHttp,
    endpoint: PlatformEndpoint,
    memberships_url: str,
    *,
    resource_link_id: str | None = None,
    with_groups: bool = False,
    before_page: Callable[[], None] = lambda: None,
) -> Roster:
    """Return the members of the course, or those who may open the given resource link, all of them or an error.

    No `limit` is sent: Moodle then answers in one piece, and Canvas in pages of its own size. `before_page` is called
    between the pages: two hundred of them last.

    Raises:
        PlatformFailed: `endless-pages` when a platform never comes to an end; `bad-members` for another document.
    """
    asked = {"rlid": resource_link_id, "groups": "true" if with_groups else None}
    parts = urlsplit(memberships_url)
    added = (f"{name}={quote(value, safe='')}" for name, value in asked.items() if value is not None)
    url = urlunsplit(parts._replace(query="&".join(part for part in (parts.query, *added) if part)))
    pages = list_pages(platform_http, endpoint, url, scope=SCOPE, accept=MEDIA, what="members")
    entries: list[Any] = []
    for page in pages:
        entries += _entries(page)
        before_page()
    found = [_member(entry) for entry in entries]
    return Roster([member for member in found if member is not None], is_empty=not entries)


def _entries(page: Any) -> list[Any]:
    entries = page.get("members") if isinstance(page, dict) else None
    if not isinstance(entries, list):
        raise PlatformFailed("bad-members", retryable=False)
    return entries


def _member(entry: Any) -> Member | None:
    """Read a member; None for one without a usable id, who could never be matched to a launch."""
    if not isinstance(entry, dict):
        return None
    user_id = identifier_text(entry.get("user_id"))
    if user_id is None:
        return None
    roles, message = entry.get("roles"), _message(entry)
    return Member(
        user_id=user_id,
        roles=tuple(role for role in roles[:_MAX_ROLES] if is_identifier(role)) if isinstance(roles, list) else (),
        status=clean_text(entry.get("status"), 20) or "Active",
        name=clean_text(entry.get("name"), 255),
        given_name=clean_text(entry.get("given_name"), 255),
        family_name=clean_text(entry.get("family_name"), 255),
        email=clean_text(entry.get("email"), 255),
        group_ids=_group_ids(entry.get("group_enrollments")),
        locale=clean_text(message.get("locale"), 35),
        platform_user_id=clean_text(str(message.get(_CANVAS_USER_ID) or ""), 255),
        custom=custom_parameters(message.get(CUSTOM)),
    )


def _message(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what the member's launch of the asked link would say; an empty one when the platform does not tell."""
    messages = entry.get("message")
    found = messages[0] if isinstance(messages, list) and messages else None
    return found if isinstance(found, dict) else {}


def _group_ids(value: Any) -> tuple[str, ...]:
    """Read `group_enrollments`: https://www.imsglobal.org/spec/lti-gs/v1p0."""
    entries = value[:_MAX_GROUPS] if isinstance(value, list) else []
    ids = [identifier_text(entry.get("group_id")) for entry in entries if isinstance(entry, dict)]
    return tuple(dict.fromkeys(group_id for group_id in ids if group_id is not None))
