"""How long the texts of several lines may be, by field: what the rooms below take in, for the hint beside them.

Never as `maxlength`: browsers cut what is pasted without a word, and half a link is a wrong one. Whoever writes too
much gets all of it back from us, with the reason.
"""

from __future__ import annotations

from flask import Flask

from badges.models import (
    ALT_TEXT_LENGTH,
    CRITERIA_LENGTH,
    DESCRIPTION_LENGTH,
    REASON_LENGTH,
    REPORT_LENGTH,
)
from gamification.models import HAND_IN_LENGTH, INSTRUCTIONS_LENGTH, REMARK_LENGTH

LONGEST = {
    "hand_in": HAND_IN_LENGTH,
    "remark": REMARK_LENGTH,
    "points_reason": REMARK_LENGTH,
    "badge_reason": REASON_LENGTH,
    "instructions": INSTRUCTIONS_LENGTH,
    "badge_criteria": CRITERIA_LENGTH,
    "badge_description": DESCRIPTION_LENGTH,
    "badge_alt": ALT_TEXT_LENGTH,
    "report": REPORT_LENGTH,
}


def init_text_lengths(app: Flask) -> None:
    """Let templates ask, also the macros among them."""
    app.jinja_env.globals["longest"] = LONGEST
