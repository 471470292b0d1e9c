"""The configuration that a Canvas administrator can point at instead of registering us dynamically.

https://developerdocs.instructure.com/services/canvas/external-tools/lti/file.lti_dev_key_config
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from lti_tool.lti.custom_parameters import tool_parameters
from lti_tool.lti.dynamic_registration import (
    ALWAYS_ASKED,
    ICON_PATH,
    KEYS_PATH,
    LAUNCH_PATH,
    LOGIN_PATH,
    SCOPE_NOTICES,
    TOOL_NAME,
    PersonalData,
)
from lti_tool.platforms.canvas import CANVAS


def canvas_configuration(tool_url: str) -> dict[str, Any]:
    """Return the document; the same for everybody, so that its address can stay in a developer key."""
    habits = CANVAS.registration
    launch_url, icon_url = f"{tool_url}{LAUNCH_PATH}", f"{tool_url}{ICON_PATH}"
    placements = [
        {
            "placement": placement.name,
            "message_type": placement.message_type,
            "target_link_uri": launch_url,
            "text": TOOL_NAME,
            "icon_url": icon_url,
            "enabled": True,
            **_members(placement.members, habits.placement_prefix),
        }
        for placement in habits.placements
    ]
    return {
        "title": TOOL_NAME,
        "description": "Points, progress and badges for the tasks of a course.",
        "oidc_initiation_url": f"{tool_url}{LOGIN_PATH}",
        "target_link_uri": launch_url,
        "public_jwk_url": f"{tool_url}{KEYS_PATH}",
        "scopes": [*ALWAYS_ASKED, SCOPE_NOTICES],
        "custom_fields": tool_parameters(habits.variables),
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(tool_url).netloc,
                "tool_id": TOOL_NAME.lower(),
                "privacy_level": PersonalData.NAMES.privacy_level,
                "settings": {"text": TOOL_NAME, "icon_url": icon_url, "placements": placements},
            }
        ],
    }


def _members(members: Any, prefix: str) -> dict[str, object]:
    """Say the same in the older words of this document: a plain `visibility`, and "disabled" for off at first."""
    said: dict[str, object] = {}
    for name, value in members.items():
        word = name.removeprefix(prefix)
        if word == "course_navigation/default_enabled":
            said |= {} if value else {"default": "disabled"}
        else:
            said[word] = value
    return said
