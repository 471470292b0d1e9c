"""The teacher's set-up as a browser meets it: what stands in the form, and what pressing a button sends."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.functional.conftest import Launched


def fields_of(page: str) -> dict[str, Any]:
    """Return what the set-up form holds, as a browser would send it."""
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = re.search(r'type="(radio|checkbox)"', tag) and not re.search(r"\schecked\b", tag)
        if name and not is_off and name.group(1) not in {"csrf_token", "locale"}:
            fields[name.group(1)] = unescape(value.group(1) if value else "")
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.S):
        fields[name] = unescape(value)
    return fields


def press(teacher: Launched, page: str, button: dict[str, str], **typed: str) -> str:
    """Type into the form of a page, press a button, and return the page that comes."""
    known = fields_of(page)
    assert typed.keys() <= known.keys() | {"preset", "badge_entitled"}, typed.keys() - known.keys()
    return teacher.post("setup", known | typed | button, follow_redirects=True).get_data(as_text=True)
