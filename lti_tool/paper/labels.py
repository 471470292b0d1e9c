"""Our own words on the paper. They are read by the holder and by strangers, so they are the words for learners."""

from __future__ import annotations

from dataclasses import dataclass

from babel.dates import format_date

from lti_tool.paper.content import PaperBadge
from lti_tool.words import language_of, translations


@dataclass(frozen=True, slots=True)
class Labels:
    """The words between the texts of one badge."""

    belongs_to: str
    write_your_name: str
    shows: str
    criteria: str
    done: str
    given_by: str
    received_on: str
    kind_of_proof: str
    scan: str
    private: str
    """Empty for a badge that is shared."""
    left_out: str
    """Stands where letters could not be printed."""
    picture: str
    code: str
    sheet: str
    """With places for `number` and `total`."""


def labels_of(content: PaperBadge, locale: str) -> Labels:
    """Return the words for this badge in a language."""
    words = translations(locale)
    day = format_date(content.awarded_on, format="long", locale=language_of(locale))
    private = words.pgettext("learner", "This badge is private. The code works when the owner shares the badge.")
    return Labels(
        belongs_to=words.pgettext("learner", "This badge belongs to"),
        write_your_name=words.pgettext("learner", "Write your name here."),
        shows=words.pgettext("learner", "What does this badge show?"),
        criteria=words.pgettext("learner", "How do you get this badge?"),
        done=words.pgettext("learner", "This was done for it"),
        given_by=words.pgettext("learner", "Given by: %(issuer)s") % {"issuer": content.issuer_name},
        received_on=words.pgettext("learner", "Received on: %(day)s") % {"day": day},
        kind_of_proof=content.kind_of_proof,
        scan=words.pgettext("learner", "Scan the code. Then you see whether this badge is valid."),
        private="" if content.is_shared else private,
        left_out=words.pgettext("learner", "Some letters cannot be printed here. You find the whole text online."),
        picture=words.pgettext("learner", "Picture of the badge %(badge)s") % {"badge": content.badge_name},
        code=words.pgettext("learner", "Code to scan: %(address)s") % {"address": content.address},
        sheet=words.pgettext("learner", "Sheet %(number)s of %(total)s"),
    )
