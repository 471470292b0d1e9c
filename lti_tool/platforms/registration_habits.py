"""What one product wants to be told when a tool registers itself, as data.

https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Placement:
    """A place in the platform from which we open: its name there, the message it sends, and members of its own."""

    name: str
    message_type: str
    members: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class HostedIssuer:
    """An issuer that many schools share: its document, and what that names, may lie on hosts of the same company."""

    issuer_host: str
    hosts: tuple[str, ...]
    """Exact names, or "*.example.org" for whatever lies below."""
    trusts_authorization_server: bool = False
    """Also the host that the document itself names as `authorization_server`: a school's own name for it."""


@dataclass(frozen=True)
class ByHand:
    """Where a product has its addresses, so that an administrator types one: "{site}" stands for it."""

    issuer: str
    logins_at: str
    tokens_at: str
    keys_at: str
    names_deployment: bool = True
    """It shows a deployment id before the first launch."""


@dataclass(frozen=True)
class RegistrationHabits:
    """How one product takes a registration. The defaults are the least that the specification asks."""

    placements: tuple[Placement, ...] = ()
    """Where none are named, the messages are sent without."""
    placement_prefix: str = ""
    """In front of the names of placements, in the document and in what we send."""
    privacy_level_member: str = ""
    """The member of the tool configuration that says which personal data we want."""
    tool_id_member: str = ""
    hosted_issuers: tuple[HostedIssuer, ...] = ()
    variables: tuple[str, ...] = ()
    """Those of ours that it can fill in, for when the document names none and for registering by hand."""
    by_hand: ByHand | None = None
