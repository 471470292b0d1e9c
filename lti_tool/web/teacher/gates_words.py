"""Words of the page about assignments of the course: what each link waits for, and how it is."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from lti_tool.course.gates import GateView
from lti_tool.roster.gates import GateProblem, PlacedGate
from lti_tool.roster.item_models import GateCondition
from lti_tool.web.service_words import service_words

_NOTHING_WRONG = {"", GateProblem.EVERYBODY_CONFIRMED, GateProblem.NOBODY_CONFIRMED}


def condition_words(gate: PlacedGate) -> str:
    """Return what the link has to be restricted to."""
    if gate.condition is GateCondition.GRADE:
        return gettext("Counts when the grade in the course is high enough.")
    return gettext("Counts when the assignment in the course is complete.")


def count_words(gate: PlacedGate) -> str:
    """Return how many have finished, as of the last answer that was believed."""
    return ngettext(
        "%(num)s of %(total)s participants has finished.",
        "%(num)s of %(total)s participants have finished.",
        gate.passed_count,
        total=gate.listed_count,
    )


def needs_attention(gate: PlacedGate) -> bool:
    """Say whether the teacher should do something about it."""
    return gate.problem not in _NOTHING_WRONG


def health_words(view: GateView) -> str:
    """Return how the gate is and what to do; empty where all is well."""
    gate = view.gate
    words = {
        GateProblem.LINK_UNKNOWN: gettext(
            "Mijlpaal does not know yet which link in the course this is. Open the link once yourself, from the course."
        ),
        GateProblem.NO_TASK: gettext("This link belongs to no task. Remove it here and add it again."),
        GateProblem.EVERYBODY_PASSES: gettext(
            "Everybody can open this link, all at once. Probably it has no restriction yet: see picture 2 below. "
            "Until then nobody gets points by it."
        ),
        GateProblem.NOBODY_PASSES: gettext(
            "Nobody can open this link now, and before they could. Perhaps the link or its section was hidden. "
            "Participants keep what they have."
        ),
        GateProblem.GONE: gettext(
            "The platform does not find this link any more. Participants keep what they have. "
            "Add the link again, or remove it here."
        ),
        GateProblem.EVERYBODY_CONFIRMED: gettext("You said that it is right. Mijlpaal looks again in a moment."),
        GateProblem.NOBODY_CONFIRMED: gettext("You said that it is right. Mijlpaal looks again in a moment."),
    }
    if not gate.problem:
        return "" if gate.asked_at else gettext("Not looked at yet. That happens within a few minutes.")
    known = next((problem for problem in words if problem == gate.problem), None)
    return words[known] if known else service_words(gate.problem)


def staff_words(gate: PlacedGate) -> str:
    """Return how the link for staff is."""
    if gate.problem == GateProblem.LETS_LEARNERS_IN:
        return gettext(
            "Participants can open this link. Hide it in the course, and restrict it to a day that is over: hidden "
            "alone is not enough. Until then only participants who opened Mijlpaal get points by these assignments."
        )
    if gate.problem == GateProblem.LINK_UNKNOWN:
        return gettext(
            "Mijlpaal does not know yet which link in the course this is. Open the link once yourself, from the course."
        )
    if gate.problem == GateProblem.GONE:
        return gettext("The platform does not find this link any more. Mijlpaal goes on with whom it knew as teachers.")
    if gate.problem:
        return service_words(gate.problem)
    if gate.asked_at is None:
        return gettext("Not looked at yet. That happens within a few minutes.")
    return gettext("Works. Who can open this link is not counted as a participant.")


def confirm_words(view: GateView) -> str:
    """Return what the button says with which the teacher says that a doubtful answer is right."""
    if view.gate.problem == GateProblem.EVERYBODY_PASSES:
        return gettext("It is right: everybody has finished")
    return gettext("It is right: nobody has finished any more")
