"""Course Groups Service: which groups a course has. Who is in them comes with the roster (`nrps.Member.group_ids`).

Neither Moodle nor Canvas has it (2026-11); they send the ids of a person's groups as a custom parameter, without
names. https://www.imsglobal.org/spec/lti-gs/v1p0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.errors import PlatformFailed
from lti_tool.lti.pages import list_pages
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp
from lti_tool.lti.platform_text import clean_text, identifier_text

SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
MEDIA = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"


@dataclass(frozen=True)
class Group:
    """One group of a course. The name is what people there call it."""

    id: str
    name: str
    tag: str | None = None
    set_id: str | None = None


def list_groups(platform_http: PlatformHttp, endpoint: PlatformEndpoint, groups_url: str) -> list[Group]:
    """Return the groups of the course; those without a usable id are left out."""
    pages = list_pages(platform_http, endpoint, groups_url, scope=SCOPE, accept=MEDIA, what="groups")
    found = [_group(entry) for page in pages for entry in _entries(page)]
    return [group for group in found if group is not None]


def _entries(page: Any) -> list[Any]:
    entries = page.get("groups") if isinstance(page, dict) else None
    if not isinstance(entries, list):
        raise PlatformFailed("bad-groups", retryable=False)
    return entries


def _group(entry: Any) -> Group | None:
    group_id = identifier_text(entry.get("id")) if isinstance(entry, dict) else None
    if group_id is None:
        return None
    return Group(
        id=group_id,
        name=clean_text(entry.get("name"), 255) or group_id,
        tag=clean_text(entry.get("tag"), 255),
        set_id=identifier_text(entry.get("set_id")),
    )
