"""The table of all behaviours that people read."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from lti_tool.demo_platform.profile import CANVAS_PROFILE, MOODLE_PROFILE, PlatformProfile

DOCUMENT = Path(__file__).parents[3] / "docs" / "platforms" / "demo.md"
ROW = re.compile(r"^\| `(\w+)` \| `(.*?)` \| `(.*?)` \|", re.MULTILINE)
NOT_WRITTEN_OUT = {"placements", "notice_types"}


def test_table_says_what_the_profiles_say_when_read():
    rows = {name: (moodle, canvas) for name, moodle, canvas in ROW.findall(DOCUMENT.read_text("utf-8"))}

    assert list(rows) == [field.name for field in fields(PlatformProfile)]
    for name, (moodle, canvas) in rows.items():
        assert moodle == repr(getattr(MOODLE_PROFILE, name)), name
        assert name in NOT_WRITTEN_OUT or canvas == repr(getattr(CANVAS_PROFILE, name)), name
