"""The platform keeps a value for a tool in the browser, where the tool's own cookies do not come back.

https://www.imsglobal.org/spec/lti-pm-s/v0p1. The tool learns by `lti_storage_target`, in login and launch, which window
to speak to: the page around it, or a frame beside it at the origin of the authorisation address.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response

from config.ids import new_secret
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.settings import PlatformSettings

PARENT = "_parent"
_PATH = "/post_message_forwarding"


@dataclass(frozen=True)
class StorageWindows:
    """What a page needs around the tool. `frame_url` is empty where the page itself is spoken to."""

    target: str
    frame_url: str


def storage_windows(settings: PlatformSettings) -> StorageWindows | None:
    """Return what answers the tool, None where nothing does: no storage, or an app that says so and is silent."""
    profile = settings.profile
    if not profile.storage_target or not profile.storage_answers:
        return None
    frame_url = "" if profile.storage_target == PARENT else f"{settings.logins_url}{_PATH}"
    return StorageWindows(profile.storage_target, frame_url)


def storage_fields(settings: PlatformSettings) -> dict[str, str]:
    """Return what login and launch say of it."""
    target = settings.profile.storage_target
    return {"lti_storage_target": target} if target else {}


def storage_frame(platform: Platform) -> Blueprint:
    """Build the frame beside the tool."""
    pages = Blueprint("storage", __name__)
    settings = platform.settings

    @pages.get(_PATH)
    def forwarding() -> Response:
        return render_page(
            settings, "demo_platform/forwarding.html", nonce=new_secret(), platform_url=settings.platform_url
        )

    return pages
