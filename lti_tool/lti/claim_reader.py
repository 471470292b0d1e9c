"""Reads the payload of a verified token into LaunchClaims.

Strict where a value decides who somebody is or where we send data, lenient where it is only shown. What belongs to
one type of message is read there and nowhere else: a return address in a plain launch means nothing.
"""

from __future__ import annotations

from lti_tool.lti.claim_values import (
    DESCRIPTION_LENGTH,
    TEXT_LENGTH,
    Claims,
    custom_parameters,
    identifier,
    object_claim,
    refuse,
    required_url,
    service_url,
    short_text,
    shown_url,
    strings,
)
from lti_tool.lti.claims import (
    AGS_ENDPOINT,
    CANVAS_PLACEMENT,
    CONTEXT,
    CUSTOM,
    DEEP_LINKING_REQUEST,
    DEPLOYMENT_ID,
    FOR_USER,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    NRPS_SERVICE,
    RESOURCE_LINK,
    ROLES,
    SUBMISSION_REVIEW_REQUEST,
    TARGET_LINK_URI,
    TOOL_PLATFORM,
    AgsClaim,
    ContextClaim,
    LaunchClaims,
    PlatformClaim,
    ResourceLinkClaim,
)
from lti_tool.lti.errors import LaunchRefusal
from lti_tool.lti.platform_text import clean_text, is_identifier
from lti_tool.lti.roles import full_role_uri
from lti_tool.lti.service_claims import read_deep_linking, read_groups_service, read_notice_service


def read_launch_claims(
    payload: Claims, *, issuer: str, client_id: str, login_target: str | None = None
) -> LaunchClaims:
    """Return the claims of a launch, or raise LaunchRefused for a claim that is missing or odd.

    `login_target` is what the login named; a deep linking request may leave the address out and means that one.
    """
    message_type = identifier(payload, MESSAGE_TYPE)
    presentation = object_claim(payload, LAUNCH_PRESENTATION) or {}
    is_deep_linking = message_type == DEEP_LINKING_REQUEST
    return LaunchClaims(
        issuer=issuer,
        client_id=client_id,
        deployment_id=identifier(payload, DEPLOYMENT_ID),
        subject=identifier(payload, "sub"),
        message_type=message_type,
        target_link_uri=_target(payload, login_target if is_deep_linking else None),
        role_uris=_roles(payload),
        context=read_context(payload),
        resource_link=None if is_deep_linking else _resource_link(payload),
        given_name=short_text(payload, "given_name"),
        family_name=short_text(payload, "family_name"),
        name=short_text(payload, "name"),
        email=short_text(payload, "email"),
        locale=clean_text(presentation.get("locale"), 35),
        ags=_ags(payload, needs_line_item=message_type == SUBMISSION_REVIEW_REQUEST),
        nrps_url=service_url(object_claim(payload, NRPS_SERVICE) or {}, "context_memberships_url"),
        custom=custom_parameters(object_claim(payload, CUSTOM)),
        platform=_platform(payload),
        return_url=shown_url(presentation.get("return_url")),
        document_target=clean_text(presentation.get("document_target"), 20),
        deep_linking=read_deep_linking(payload) if is_deep_linking else None,
        for_user=_for_user(payload) if message_type == SUBMISSION_REVIEW_REQUEST else None,
        notice_service=read_notice_service(payload),
        groups=read_groups_service(payload),
        placement=clean_text(payload.get(CANVAS_PLACEMENT), TEXT_LENGTH),
    )


def read_context(payload: Claims) -> ContextClaim | None:
    """Read where a launch or a notice is about; None when it names no course."""
    claim = object_claim(payload, CONTEXT)
    if claim is None:
        return None
    if not is_identifier(claim.get("id")):
        refuse(LaunchRefusal.BAD_CLAIM, CONTEXT)
    return ContextClaim(
        id=claim["id"],
        label=short_text(claim, "label"),
        title=short_text(claim, "title"),
        types=strings(claim, "type"),
    )


def _target(payload: Claims, otherwise: str | None) -> str:
    if otherwise is not None and payload.get(TARGET_LINK_URI) in (None, ""):
        return otherwise
    return required_url(payload, TARGET_LINK_URI)


def _roles(payload: Claims) -> tuple[str, ...]:
    if payload.get(ROLES) is None:
        refuse(LaunchRefusal.MISSING_CLAIM, ROLES)
    return tuple(dict.fromkeys(full_role_uri(role) for role in strings(payload, ROLES)))


def _resource_link(payload: Claims) -> ResourceLinkClaim | None:
    claim = object_claim(payload, RESOURCE_LINK)
    if claim is None:
        return None
    if not is_identifier(claim.get("id")):
        refuse(LaunchRefusal.BAD_CLAIM, RESOURCE_LINK)
    return ResourceLinkClaim(
        id=claim["id"],
        title=short_text(claim, "title"),
        description=clean_text(claim.get("description"), DESCRIPTION_LENGTH),
    )


def _ags(payload: Claims, *, needs_line_item: bool) -> AgsClaim | None:
    claim = object_claim(payload, AGS_ENDPOINT)
    if needs_line_item:
        required_url(claim or {}, "lineitem")
    if claim is None:
        return None
    return AgsClaim(
        lineitem=service_url(claim, "lineitem"),
        lineitems=service_url(claim, "lineitems"),
        scopes=strings(claim, "scope"),
    )


def _for_user(payload: Claims) -> str:
    claim = object_claim(payload, FOR_USER)
    if claim is None:
        refuse(LaunchRefusal.MISSING_CLAIM, FOR_USER)
    return identifier(claim, "user_id")


def _platform(payload: Claims) -> PlatformClaim | None:
    claim = object_claim(payload, TOOL_PLATFORM)
    if claim is None:
        return None
    return PlatformClaim(
        guid=short_text(claim, "guid"),
        name=short_text(claim, "name"),
        product_family_code=short_text(claim, "product_family_code"),
        version=short_text(claim, "version"),
    )
