"""The badge on the teacher's form: its texts, its type, its picture with the words for it, its kind of proof.

A field that was not sent at all keeps what is published, so that a shorter form never changes a badge in passing.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wtforms import BooleanField, StringField

from badges.achievement import AchievementProblem, BadgeDetails
from badges.kinds import BadgeType, ProofKind
from badges.models import ALT_TEXT_LENGTH, CRITERIA_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH
from badges.picture.design import Colour, Design, Level, Shape, Symbol
from config.typed_text import is_blank, one_line, several_lines
from lti_tool.course.set_up import CourseSetup
from lti_tool.web.teacher.fields import Choice
from lti_tool.web.teacher.setup_design_words import every_words_of, words_of
from lti_tool.web.teacher.setup_problem_form import ProblemForm
from lti_tool.web.teacher.setup_problems import FormProblem
from lti_tool.words import LOCALES, language_of

PICTURE_FIELDS = ("badge_shape", "badge_colour", "badge_symbol", "badge_level")
DETAIL_FIELDS = (
    "badge_language",
    "badge_description",
    "badge_type",
    "badge_proof_kind",
    *PICTURE_FIELDS,
    "badge_alt",
    "badge_alt_proposal",
)
"""What a badge has beside its name and criteria, as text each. `badge_entitled` is sent only where it is ticked."""
BUTTONS = ("show_badge", "choose_type")


class BadgeFields(ProblemForm):
    """The part of the set-up that is about the badge."""

    badge_name = StringField(filters=[one_line])
    badge_criteria = StringField(filters=[several_lines])
    badge_language = Choice(LOCALES)
    """The language of all texts of the badge, and of the sentences that are added when it is signed."""
    badge_description = StringField(filters=[several_lines])
    badge_type = Choice(BadgeType, default=BadgeType.PARTICIPATION)
    badge_proof_kind = Choice(ProofKind)
    badge_entitled = BooleanField()
    badge_shape = Choice(Shape)
    badge_colour = Choice(Colour)
    badge_symbol = Choice(Symbol)
    badge_level = Choice([str(level.value) for level in Level])
    badge_alt = StringField(filters=[one_line])
    badge_alt_proposal = StringField(filters=[one_line])

    detail_fields = DETAIL_FIELDS
    needs_confirmation = False
    """Whether the type was refused because nobody need have looked at anything."""
    is_badge_shown = False
    """Whether somebody asked to see the badge, and is at work on its picture."""

    @property
    def has_badge(self) -> bool:
        """Whether anything is written about a badge; a course without one leaves all three texts empty."""
        texts = (self.badge_name, self.badge_criteria, self.badge_description)
        return not all(is_blank(text.data or "") for text in texts)

    @property
    def design(self) -> Design:
        """The picture that was composed."""
        shape, colour, symbol, level = (self[name].data for name in PICTURE_FIELDS)
        return Design.of_values(shape=shape, colour=colour, symbol=symbol, level=level)

    def compose(self, design: Design) -> None:
        """Put a picture on the form."""
        for name, value in picture_values(design).items():
            self[name].process_data(value)

    def settle_alt(self, published: BadgeDetails, locale: str) -> None:
        """Let a proposed text for the picture that nobody touched follow the picture.

        A published text stays in its language while it says what the picture shows.
        """
        field = self.badge_alt
        said, earlier = field.data or "", self.badge_alt_proposal.data or ""
        if field.raw_data:
            is_proposed = not is_blank(earlier) and said == earlier
        else:
            is_proposed = is_blank(said) or said in every_words_of(published.design)
        proposal = words_of(locale, self.design)
        if published.alt_text in every_words_of(self.design):
            proposal = published.alt_text
        if is_proposed:
            field.data = proposal
        self.badge_alt_proposal.data = proposal

    def change_badge(self, formdata: Mapping[str, str]) -> bool:
        """Choose the type of a button, or only show the badge, when one was used; says whether one was."""
        if not any(name in formdata for name in BUTTONS):
            return False
        self.is_badge_shown = "show_badge" in formdata
        if formdata.get("choose_type") in self.badge_type.values:
            self.badge_type.data = formdata["choose_type"]
        self.check_choices()
        return True

    def check_badge(self) -> None:
        """Check everything about the badge. In a course without one nothing that cannot be seen is kept either."""
        name, criteria = self.badge_name, self.badge_criteria
        if not self.has_badge:
            name.data = criteria.data = self.badge_description.data = ""
            return
        problem = AchievementProblem
        self.check_text(name, NAME_LENGTH, problem.NAME_MISSING, problem.NAME_TOO_LONG)
        self.check_text(criteria, CRITERIA_LENGTH, problem.CRITERIA_MISSING, problem.CRITERIA_TOO_LONG)
        self.check_text(self.badge_description, DESCRIPTION_LENGTH, None, problem.DESCRIPTION_TOO_LONG)
        self.check_choices()
        self.check_text(self.badge_alt, ALT_TEXT_LENGTH, problem.ALT_TEXT_MISSING, problem.ALT_TEXT_TOO_LONG)
        kind = self.badge_proof_kind
        if kind.raw_data and ProofKind(kind.data).needs_entitlement and not self.badge_entitled.data:
            self.say(self.badge_entitled, FormProblem.NOT_ENTITLED)

    def check_choices(self) -> None:
        """Say where something was sent that cannot be chosen."""
        for field in self:
            if isinstance(field, Choice) and field.is_unknown:
                self.say(field, FormProblem.UNKNOWN_CHOICE)

    def is_same_badge(self, setup: CourseSetup) -> bool:
        """Say whether the badge is the published one."""
        texts = (self.badge_name.data or "", self.badge_criteria.data or "")
        if texts != (setup.badge_name, setup.badge_criteria):
            return False
        if not setup.badge_name:
            return not self.has_badge
        wanted, holds = self._wanted(), setup.badge_details
        if not holds.alt_text and wanted.alt_text in every_words_of(self.design):
            # Published before pictures had words: proposing some is nobody's change.
            wanted = replace(wanted, alt_text="")
        return wanted == replace(holds, picture=holds.design.to_text())

    def details(self, setup: CourseSetup) -> BadgeDetails:
        """Return the details to publish; those that hold where none changed."""
        holds = setup.badge_details
        return holds if holds.alt_text and self.is_same_badge(setup) else self._wanted()

    def _wanted(self) -> BadgeDetails:
        return BadgeDetails(
            description=self.badge_description.data or "",
            badge_type=BadgeType(self.badge_type.data),
            proof_kind=ProofKind(self.badge_proof_kind.data),
            picture=self.design.to_text(),
            alt_text=self.badge_alt.data or "",
            language=self.badge_language.data,
        )


def badge_on_setup(setup: CourseSetup, locale: str) -> dict[str, object]:
    """Return the published badge as it stands in the fields; one that is still to be written is in `locale`."""
    values = badge_values(setup.badge_details)
    return values if setup.badge_name else {**values, "badge_language": language_of(locale)}


def badge_values(details: BadgeDetails) -> dict[str, object]:
    """Return published details as they stand in the fields."""
    return {
        "badge_language": details.language,
        "badge_description": details.description,
        "badge_type": details.badge_type,
        "badge_proof_kind": details.proof_kind,
        "badge_entitled": details.proof_kind.needs_entitlement,
        "badge_alt": details.alt_text,
        **picture_values(details.design),
    }


def picture_values(design: Design) -> dict[str, str]:
    """Return a picture as it stands in the fields."""
    return {
        "badge_shape": design.shape,
        "badge_colour": design.colour,
        "badge_symbol": design.symbol,
        "badge_level": str(design.level.value),
    }
