"""How long the texts may be that people type, by field: what the rooms below take in.

A line of text says so to the browser as well (`maxlength`): it counts in units of UTF-16 and we in characters, so what
it lets through is never too long for us. A text of several lines does not, only its hint: browsers cut what is pasted
without a word, and whoever writes too much gets all of it back from us, with the reason.
"""

from __future__ import annotations

from flask import Flask

from badges.models import (
    ALT_TEXT_LENGTH,
    CONTACT_LENGTH,
    CRITERIA_LENGTH,
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    REASON_LENGTH,
    REPORT_LENGTH,
)
from gamification.models import HAND_IN_LENGTH, INSTRUCTIONS_LENGTH, LINK_LENGTH, REMARK_LENGTH, TITLE_LENGTH

LONGEST = {
    "hand_in": HAND_IN_LENGTH,
    "link": LINK_LENGTH,
    "remark": REMARK_LENGTH,
    "points_reason": REMARK_LENGTH,
    "badge_reason": REASON_LENGTH,
    "title": TITLE_LENGTH,
    "instructions": INSTRUCTIONS_LENGTH,
    "badge_name": NAME_LENGTH,
    "badge_criteria": CRITERIA_LENGTH,
    "badge_description": DESCRIPTION_LENGTH,
    "badge_alt": ALT_TEXT_LENGTH,
    "report": REPORT_LENGTH,
    "contact": CONTACT_LENGTH,
}


def init_text_lengths(app: Flask) -> None:
    """Let templates ask, also the macros among them."""
    app.jinja_env.globals["longest"] = LONGEST
