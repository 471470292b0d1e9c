"""Names and Role Provisioning Services: who is in a course, whether they ever opened us or not.

Moodle lists active members only and calls a non-editing teacher a learner (2026-11), so a roster alone does not say
who may earn. https://www.imsglobal.org/spec/lti-nrps/v2p0
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from config.errors import PlatformFailed
from lti_tool.lti.pages import list_pages
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp
from lti_tool.lti.platform_text import clean_text, is_identifier

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_MAX_ROLES = 200


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


def list_members(
    platform_http: PlatformHttp,
    endpoint: PlatformEndpoint,
    memberships_url: str,
    *,
    resource_link_id: str | None = None,
) -> list[Member]:
    """Return the members of the course, or those who may open the given resource link."""
    url = memberships_url
    if resource_link_id is not None:
        parts = urlsplit(url)
        query = "&".join(part for part in (parts.query, f"rlid={quote(resource_link_id, safe='')}") if part)
        url = urlunsplit(parts._replace(query=query))
    pages = list_pages(platform_http, endpoint, url, scope=SCOPE, accept=MEDIA, what="members")
    found = [_member(entry) for page in pages for entry in _entries(page)]
    return [member for member in found if member is not None]


def _entries(page: Any) -> list[Any]:
    entries = page.get("members") if isinstance(page, dict) else None
    if not isinstance(entries, list):
        raise PlatformFailed("bad-members", retryable=False)
    return entries


def _member(entry: Any) -> Member | None:
    """Read a member; None for one without a usable id, who could never be matched to a launch."""
    if not isinstance(entry, dict):
        return None
    user_id = entry.get("user_id")
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not is_identifier(user_id):
        return None
    roles = entry.get("roles")
    return Member(
        user_id=str(user_id),
        roles=tuple(role for role in roles[:_MAX_ROLES] if is_identifier(role)) if isinstance(roles, list) else (),
        status=clean_text(entry.get("status"), 20) or "Active",
        name=clean_text(entry.get("name"), 255),
        given_name=clean_text(entry.get("given_name"), 255),
        family_name=clean_text(entry.get("family_name"), 255),
        email=clean_text(entry.get("email"), 255),
    )
