"""A page with a tool in a frame, and with what the tool may speak to around it."""

from __future__ import annotations

from typing import Any

from flask import Response

from config.ids import new_secret
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.storage_frame import storage_windows
from lti_tool.demo_platform.tools import Tool


def render_tool_page(
    platform: Platform, template: str, *, tool: Tool | None, person: Person, status: int = 200, **values: Any
) -> Response:
    """Render a page that allows this tool in its frame."""
    storage, resize = storage_windows(platform.settings), platform.settings.profile.frame_resize
    return render_page(
        platform.settings,
        template,
        person=person,
        status=status,
        nonce=new_secret() if storage or resize else "",
        origins=tool.origins if tool else (),
        storage=storage,
        resize=resize,
        **values,
    )
