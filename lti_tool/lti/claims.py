"""The claims of a launch that the service uses, as plain values.

https://www.imsglobal.org/spec/lti/v1p3/#required-message-claims and #optional-message-claims. How they are read from
a token is in `lti_tool.lti.claim_reader`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MESSAGE_TYPE = f"{_CLAIM}message_type"
VERSION = f"{_CLAIM}version"
DEPLOYMENT_ID = f"{_CLAIM}deployment_id"
TARGET_LINK_URI = f"{_CLAIM}target_link_uri"
RESOURCE_LINK = f"{_CLAIM}resource_link"
ROLES = f"{_CLAIM}roles"
CONTEXT = f"{_CLAIM}context"
TOOL_PLATFORM = f"{_CLAIM}tool_platform"
LAUNCH_PRESENTATION = f"{_CLAIM}launch_presentation"
CUSTOM = f"{_CLAIM}custom"
AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_SERVICE = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"

RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"


@dataclass(frozen=True)
class ContextClaim:
    """The course (or section, or group) of the launch."""

    id: str
    label: str | None = None
    title: str | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResourceLinkClaim:
    """The placement in the course that was opened."""

    id: str
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class AgsClaim:
    """Where the gradebook is and what we may do there. Only `scopes` tells the truth about rights on Moodle."""

    lineitem: str | None
    """The one line item of this resource link; absent when it has none or several."""
    lineitems: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class PlatformClaim:
    """What the platform says about itself; never an identity, several schools can share a guid."""

    guid: str | None = None
    name: str | None = None
    product_family_code: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class LaunchClaims:
    """A launch that has been verified. Identifiers are 1 to 255 characters; texts are clean and cut to length."""

    issuer: str
    client_id: str
    deployment_id: str
    subject: str
    """The person within this registration: the `sub` claim."""
    message_type: str
    target_link_uri: str
    role_uris: tuple[str, ...]
    """Full addresses, in the platform's order; empty ones are left out."""
    context: ContextClaim | None = None
    resource_link: ResourceLinkClaim | None = None
    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    locale: str | None = None
    ags: AgsClaim | None = None
    nrps_url: str | None = None
    custom: dict[str, str] = field(default_factory=dict, repr=False)
    """Custom parameters; those the platform left unresolved ("$Person.email.primary") are absent."""
    platform: PlatformClaim | None = None
    return_url: str | None = None
    document_target: str | None = None
