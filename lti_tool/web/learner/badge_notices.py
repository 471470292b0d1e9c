"""The short sentence at the top of a badge's page after its holder decided who may see it."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import pgettext

from badges.award import AwardView
from lti_tool.web.learner.notices import Notice

_SAID, _CHANGED = "said", "1"


def arguments_when(before: AwardView) -> dict[str, Any]:
    """Return what to add to the address of a badge so that its page says what was just decided.

    A badge that does not hold cannot be shared: its page says so by itself.
    """
    return {_SAID: _CHANGED, "_anchor": "status"} if before.is_held or before.shared_at else {}


def notice_about(award: AwardView) -> Notice | None:
    """Return who may see the badge now, where the address asks for it: what is said is always what holds."""
    if request.args.get(_SAID) != _CHANGED:
        return None
    if award.shared_at is None:
        return Notice(pgettext("learner", "Your badge is private."), pgettext("learner", "The link shows nothing now."))
    if not award.is_held:
        return None
    if award.shows_name:
        then = pgettext("learner", "Others see your name too.")
    else:
        then = pgettext("learner", "Others do not see your name.")
    return Notice(pgettext("learner", "Everybody with the link can see your badge."), then)
