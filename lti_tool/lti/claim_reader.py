"""Reads the payload of a verified token into LaunchClaims.

Strict where a value decides who somebody is or where we send data, lenient where it is only shown. Absent, null and
empty are the same thing for optional claims; so is an empty list where an object belongs, which is how PHP writes an
empty object.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from lti_tool.lti.claims import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    NRPS_SERVICE,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
    TOOL_PLATFORM,
    AgsClaim,
    ContextClaim,
    LaunchClaims,
    PlatformClaim,
    ResourceLinkClaim,
)
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.origin import origin_of
from lti_tool.lti.platform_text import clean_text, is_identifier, is_plain
from lti_tool.lti.roles import full_role_uri

MAX_URL_LENGTH = 2_000
MAX_ROLES = 200
_TEXT_LENGTH = 255
_DESCRIPTION_LENGTH = 4_000
_CUSTOM_LENGTH = 50_000  # $Context.id.history of Canvas can hold a thousand course ids

Claims = dict[str, Any]


def read_launch_claims(payload: Claims, *, issuer: str, client_id: str) -> LaunchClaims:
    """Return the claims of a resource link launch, or raise LaunchRefused for a claim that is missing or odd."""
    presentation = _object(payload, LAUNCH_PRESENTATION) or {}
    return LaunchClaims(
        issuer=issuer,
        client_id=client_id,
        deployment_id=_identifier(payload, DEPLOYMENT_ID),
        subject=_identifier(payload, "sub"),
        message_type=_identifier(payload, MESSAGE_TYPE),
        target_link_uri=_required_url(payload, TARGET_LINK_URI),
        role_uris=_roles(payload),
        context=_context(payload),
        resource_link=_resource_link(payload),
        given_name=clean_text(payload.get("given_name"), _TEXT_LENGTH),
        family_name=clean_text(payload.get("family_name"), _TEXT_LENGTH),
        name=clean_text(payload.get("name"), _TEXT_LENGTH),
        email=clean_text(payload.get("email"), _TEXT_LENGTH),
        locale=clean_text(presentation.get("locale"), 35),
        ags=_ags(payload),
        nrps_url=_service_url(_object(payload, NRPS_SERVICE) or {}, "context_memberships_url"),
        custom=_custom(payload),
        platform=_platform(payload),
        return_url=_shown_url(presentation.get("return_url")),
        document_target=clean_text(presentation.get("document_target"), 20),
    )


def _refuse(reason: LaunchRefusal, claim: str) -> NoReturn:
    raise LaunchRefused(reason, claim.rpartition("/")[2])


def _object(payload: Claims, name: str) -> Claims | None:
    value = payload.get(name)
    if value is None or value == [] or value == {}:
        return None
    if not isinstance(value, dict):
        _refuse(LaunchRefusal.BAD_CLAIM, name)
    return value


def _identifier(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if value is None or value == "":
        _refuse(LaunchRefusal.MISSING_CLAIM, name)
    if not is_identifier(value):
        _refuse(LaunchRefusal.BAD_CLAIM, name)
    return str(value)


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_URL_LENGTH and is_plain(value) and origin_of(value) is not None


def _required_url(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if value is None or value == "":
        _refuse(LaunchRefusal.MISSING_CLAIM, name)
    if not _is_url(value):
        _refuse(LaunchRefusal.BAD_CLAIM, name)
    return str(value)


def _service_url(claims: Claims, name: str) -> str | None:
    """Read an address that we will send a token to: it may be absent, but not odd."""
    return None if claims.get(name) in (None, "") else _required_url(claims, name)


def _shown_url(value: Any) -> str | None:
    return str(value) if _is_url(value) else None


def _strings(claims: Claims, name: str) -> tuple[str, ...]:
    """Read an optional list of strings that are compared, not shown."""
    values = claims.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or len(values) > MAX_ROLES:
        _refuse(LaunchRefusal.BAD_CLAIM, name)
    if not all(value == "" or is_identifier(value) for value in values):
        _refuse(LaunchRefusal.BAD_CLAIM, name)
    return tuple(str(value) for value in values if value)


def _roles(payload: Claims) -> tuple[str, ...]:
    if payload.get(ROLES) is None:
        _refuse(LaunchRefusal.MISSING_CLAIM, ROLES)
    return tuple(dict.fromkeys(full_role_uri(role) for role in _strings(payload, ROLES)))


def _context(payload: Claims) -> ContextClaim | None:
    claim = _object(payload, CONTEXT)
    if claim is None:
        return None
    if not is_identifier(claim.get("id")):
        _refuse(LaunchRefusal.BAD_CLAIM, CONTEXT)
    return ContextClaim(
        id=claim["id"],
        label=clean_text(claim.get("label"), _TEXT_LENGTH),
        title=clean_text(claim.get("title"), _TEXT_LENGTH),
        types=_strings(claim, "type"),
    )


def _resource_link(payload: Claims) -> ResourceLinkClaim | None:
    claim = _object(payload, RESOURCE_LINK)
    if claim is None:
        return None
    if not is_identifier(claim.get("id")):
        _refuse(LaunchRefusal.BAD_CLAIM, RESOURCE_LINK)
    return ResourceLinkClaim(
        id=claim["id"],
        title=clean_text(claim.get("title"), _TEXT_LENGTH),
        description=clean_text(claim.get("description"), _DESCRIPTION_LENGTH),
    )


def _ags(payload: Claims) -> AgsClaim | None:
    claim = _object(payload, AGS_ENDPOINT)
    if claim is None:
        return None
    return AgsClaim(
        lineitem=_service_url(claim, "lineitem"),
        lineitems=_service_url(claim, "lineitems"),
        scopes=_strings(claim, "scope"),
    )


def _platform(payload: Claims) -> PlatformClaim | None:
    claim = _object(payload, TOOL_PLATFORM)
    if claim is None:
        return None
    return PlatformClaim(
        guid=clean_text(claim.get("guid"), _TEXT_LENGTH),
        name=clean_text(claim.get("name"), _TEXT_LENGTH),
        product_family_code=clean_text(claim.get("product_family_code"), _TEXT_LENGTH),
        version=clean_text(claim.get("version"), _TEXT_LENGTH),
    )


def _custom(payload: Claims) -> dict[str, str]:
    """Read the custom parameters; Canvas sends resolved numbers as JSON numbers."""
    found: dict[str, str] = {}
    for name, value in (_object(payload, CUSTOM) or {}).items():
        if isinstance(value, bool | int | float):
            value = json.dumps(value)
        text = clean_text(value, _CUSTOM_LENGTH)
        if text is not None and not text.startswith("$") and is_identifier(name):
            found[name] = text
    return found
