"""Reads the claims that say what a platform offers in a launch: to return content, to send notices, to list groups."""

from __future__ import annotations

from lti_tool.lti.claim_values import (
    DESCRIPTION_LENGTH,
    Claims,
    flag,
    object_claim,
    refuse,
    required_strings,
    required_url,
    service_url,
    short_text,
    strings,
)
from lti_tool.lti.claims import (
    DEEP_LINKING_SETTINGS,
    GROUPS_SERVICE,
    NOTICE_SERVICE,
    DeepLinkingClaim,
    GroupsClaim,
    NoticeServiceClaim,
)
from lti_tool.lti.errors import LaunchRefusal
from lti_tool.lti.platform_text import clean_text, is_storable

_MAX_RETURN_URL_LENGTH = 8_000  # Canvas carries a token of its own in it (2026-11)


def read_deep_linking(payload: Claims) -> DeepLinkingClaim:
    """Read the settings that every deep linking request has."""
    claim = object_claim(payload, DEEP_LINKING_SETTINGS)
    if claim is None:
        refuse(LaunchRefusal.MISSING_CLAIM, DEEP_LINKING_SETTINGS)
    data = claim.get("data")
    # It must come back as it went out, so it is not cleaned: what no database keeps is refused.
    if data is not None and (not isinstance(data, str) or not is_storable(data)):
        refuse(LaunchRefusal.BAD_CLAIM, "data")
    return DeepLinkingClaim(
        return_url=required_url(claim, "deep_link_return_url", _MAX_RETURN_URL_LENGTH),
        accept_types=required_strings(claim, "accept_types"),
        accept_targets=required_strings(claim, "accept_presentation_document_targets"),
        accepts_multiple=bool(flag(claim, "accept_multiple")),
        accepts_line_item=flag(claim, "accept_lineitem"),
        auto_create=bool(flag(claim, "auto_create")),
        title=short_text(claim, "title"),
        text=clean_text(claim.get("text"), DESCRIPTION_LENGTH),
        data=data,
    )


def read_notice_service(payload: Claims) -> NoticeServiceClaim | None:
    """Read where handlers of notices are registered."""
    claim = object_claim(payload, NOTICE_SERVICE)
    url = service_url(claim or {}, "platform_notification_service_url")
    if claim is None or url is None:
        return None
    return NoticeServiceClaim(url, types=strings(claim, "notice_types_supported"), scopes=strings(claim, "scope"))


def read_groups_service(payload: Claims) -> GroupsClaim | None:
    """Read where the groups of the course are listed."""
    claim = object_claim(payload, GROUPS_SERVICE)
    url = service_url(claim or {}, "context_groups_url")
    if claim is None or url is None:
        return None
    return GroupsClaim(url, service_url(claim, "context_group_sets_url"), strings(claim, "scope"))
