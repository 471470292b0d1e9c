"""The platform keeps a value for us in a window beside ours: how a login is proved where browsers keep no cookies.

https://www.imsglobal.org/spec/lti-cs-oidc/v0p1 and https://www.imsglobal.org/spec/lti-pm-s/v0p1; the messages
themselves are sent by web/static/platform_storage.js.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.ids import digest
from lti_tool.lti.origin import written_origin
from lti_tool.lti.platform_text import is_plain

PARENT = "_parent"
"""The window around ours itself; every other target is the name of a frame in that window."""
_MAX_TARGET_LENGTH = 100
"""It travels in an address."""


@dataclass(frozen=True)
class PlatformStorage:
    """Where the proof of one login is kept."""

    target: str
    origin: str
    """Of the registered authorisation address. Only there the value is sent, and only from there an answer counts."""
    key: str


def read_storage_target(params: Mapping[str, str]) -> str | None:
    """Return which window keeps values, None where none does. One that we cannot use is none: cookies may do."""
    target = params.get("lti_storage_target", "")
    return target if target and len(target) <= _MAX_TARGET_LENGTH and is_plain(target) else None


def storage_of(target: str, auth_login_url: str, state: str) -> PlatformStorage | None:
    """Return where the proof of this state is kept; None where the platform's place cannot be told from others."""
    origin = written_origin(auth_login_url)
    return PlatformStorage(target, origin, f"mijlpaal-{digest(state)[:32]}") if origin else None
