"""What somebody typed in a form that came to nothing: shown once more on the page that says so, to be copied.

A session that ended while somebody wrote must not cost them an hour's work. The texts come from the very request that
is answered and go to the browser that sent it; they are not kept, not logged, and no cache keeps the answer.

This shows words that a request brought, also when nobody has proved who they are, so a form of another site could try
to put its own words on our page. Browsers tell of such a form (`Sec-Fetch-Site`), and then nothing is shown. An older
browser that does not tell shows no more than plain text, escaped, in a box that says "this is what you wrote": no link,
no markup, no script, nothing of anybody else, and nothing that the other site could read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from flask import request
from flask_babel import gettext, pgettext
from werkzeug.exceptions import HTTPException

from config.typed_text import is_blank, several_lines
from gamification.models import HAND_IN_LENGTH
from lti_tool.web.learner.sentences import isolated
from lti_tool.web.request_limits import allow_what_they_may_write, characters_that_fit

_FORM = "application/x-www-form-urlencoded"
_OF_OUR_PAGES = {None, "same-origin", "none"}
"""`none` is what the person themselves asked for, such as sending the form again."""
_OF_PLATFORMS = "/lti/"
"""Where a platform sends its own forms. The one of ours there asks for addresses, which stand in the platform."""
_TASK_FIELD = re.compile(r"tasks-([0-9]{1,3})-(title|instructions)")
_MOST_SHOWN = 200
"""More than any form of ours holds: a title for all and a text for each task."""
_MOST_FIELDS = 3000
_MOST_CHARACTERS = 2_000_000
"""Also more: the longest text for each of so many."""
_LONG_LINE = 120


@dataclass(frozen=True)
class TypedText:
    """One text, under the name that its field had."""

    label: str
    text: str

    @property
    def rows(self) -> int:
        """How high the box is."""
        return 8 if len(self.text) > _LONG_LINE or "\n" in self.text else 2


@dataclass(frozen=True)
class Typed:
    """What a form held. `is_unread` says that there was one which is too large to be shown again."""

    texts: tuple[TypedText, ...] = ()
    is_unread: bool = False
    most_characters: int = 0
    longest_text: int = HAND_IN_LENGTH


def typed_in_form() -> Typed:
    """Return what was typed in the form of the present request: texts, never choices, numbers or hidden proofs."""
    most = characters_that_fit()
    if not _is_form_of_ours():
        return Typed(most_characters=most)
    allow_what_they_may_write()
    try:
        # A form of very many fields costs more to take apart than any of ours; empty where that was done before.
        if request.get_data().count(b"&") > _MOST_FIELDS:
            return Typed(is_unread=True, most_characters=most)
        texts = tuple(islice((one for one in _texts_in(request.form) if not is_blank(one.text)), _MOST_SHOWN))
    except (HTTPException, OSError):  # larger than that, or it broke off
        return Typed(is_unread=True, most_characters=most)
    if sum(len(one.text) for one in texts) > _MOST_CHARACTERS:
        return Typed(is_unread=True, most_characters=most)
    return Typed(texts, most_characters=most)


def _is_form_of_ours() -> bool:
    """See https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header: no page can write this header."""
    is_form = request.method == "POST" and request.mimetype == _FORM and not request.path.startswith(_OF_PLATFORMS)
    return is_form and request.headers.get("Sec-Fetch-Site") in _OF_OUR_PAGES


def _texts_in(sent: Mapping[str, str]) -> Iterator[TypedText]:
    """Yield the tasks first, as their page does: all titles together, a line each, and then what there is to do."""
    titles = {index: text for index, part, text in _of_tasks(sent) if part == "title"}
    yield TypedText(gettext("Tasks"), "\n".join(text for text in titles.values() if text))
    for index, part, text in _of_tasks(sent):
        if part == "instructions":
            about = titles.get(index) or gettext("task %(number)s", number=int(index) + 1)
            yield TypedText(f"{isolated(about)}: {gettext('What to do')}", text)
    labels = _labels()
    for name, text in sent.items():
        if name in labels:
            yield TypedText(labels[name], several_lines(text))


def _of_tasks(sent: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, text in sent.items():
        field = _TASK_FIELD.fullmatch(name)
        if field:
            yield field[1], field[2], several_lines(text)


def _labels() -> dict[str, str]:
    """Return the fields in which people write, by name, with the words that stand at them.

    Also where a step of a form only carries them along unseen: they were typed on another step.
    """
    return {
        "text": pgettext("learner", "Your text"),
        "link": pgettext("learner", "Your link"),
        "remark": gettext("Remark"),
        "reason": gettext("Why"),
        "badge_name": gettext("Name of the badge"),
        "badge_criteria": gettext("What a participant does for it"),
        "badge_description": gettext("What the badge shows"),
        "badge_alt": gettext("The picture in words"),
        "contact": pgettext("public", "How can they reach you? (optional)"),
    }
