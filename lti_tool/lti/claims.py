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
DEEP_LINKING_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
FOR_USER = f"{_CLAIM}for_user"
NOTICE_SERVICE = f"{_CLAIM}platformnotificationservice"
NOTICE = f"{_CLAIM}notice"
ORIGIN_CONTEXTS = f"{_CLAIM}origin_contexts"
GROUPS_SERVICE = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
CANVAS_PLACEMENT = "https://www.instructure.com/placement"

RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW_REQUEST = "LtiSubmissionReviewRequest"


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
class DeepLinkingClaim:
    """What a platform asks for when a teacher picks content, and where the answer goes.

    https://www.imsglobal.org/spec/lti-dl/v2p0/#deep-linking-settings
    """

    return_url: str
    """Where the browser posts the answer: check its place with `is_of_platform` before sending anybody there."""
    accept_types: tuple[str, ...]
    accept_targets: tuple[str, ...]
    """How it can show a link: `frame`, `iframe`, `window`, …"""
    accepts_multiple: bool = False
    accepts_line_item: bool | None = None
    """Whether a column asked for with a link is made; None when the platform does not say (Moodle)."""
    auto_create: bool = False
    title: str | None = None
    """The present name of what is edited, on Moodle; else a proposal."""
    text: str | None = None
    data: str | None = field(default=None, repr=False)
    """Goes back unchanged when it was sent, an empty text too."""


@dataclass(frozen=True)
class NoticeServiceClaim:
    """Where notices of one deployment are asked for.

    https://www.imsglobal.org/spec/lti-pns/v1p0/main/
    """

    url: str
    types: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class GroupsClaim:
    """Where the groups of the course are listed.

    https://www.imsglobal.org/spec/lti-gs/v1p0
    """

    groups_url: str
    group_sets_url: str | None
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
    deep_linking: DeepLinkingClaim | None = None
    """Of a deep linking request, and only there."""
    for_user: str | None = None
    """Of a submission review, and only there: the subject whose work is looked at, in the column `ags.lineitem`."""
    notice_service: NoticeServiceClaim | None = None
    groups: GroupsClaim | None = None
    placement: str | None = None
    """From which place in Canvas the tool was opened, such as `course_navigation`."""
