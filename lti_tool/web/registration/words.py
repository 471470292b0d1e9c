"""The words around a registration: what went wrong, which rights we ask and why, what is left to do in the platform."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.lti.dynamic_registration import SCOPE_GROUPS, SCOPE_NOTICES
from lti_tool.lti.nrps import SCOPE as SCOPE_MEMBERS
from lti_tool.lti.registration_problems import RegistrationFailed, RegistrationProblem


@dataclass(frozen=True)
class ProblemWords:
    """What a page says of a registration that stopped: what happened, and what to do."""

    happened: str
    to_do: str
    status: int = 502


@dataclass(frozen=True)
class Right:
    """A right that we ask for, in words, and whether Mijlpaal works without it."""

    name: str
    why: str
    is_optional: bool


def words_of(failed: RegistrationFailed) -> ProblemWords:
    """Return the words of a problem."""
    again = gettext("Start again in your learning platform: paste the same address there once more.")
    by_hand = gettext("You can also register your platform by hand.")
    told = {
        RegistrationProblem.NO_CONFIGURATION_ADDRESS: ProblemWords(
            gettext("Your learning platform did not say where its configuration is."), by_hand, 400
        ),
        RegistrationProblem.ADDRESS_REFUSED: ProblemWords(
            gettext(
                "Your platform named an address that Mijlpaal may not call. It must begin with https:// "
                "and be reachable from the internet."
            ),
            gettext("Ask whoever runs your platform which address it gives itself."),
            400,
        ),
        RegistrationProblem.UNREACHABLE: ProblemWords(
            gettext("Mijlpaal could not reach your platform, or its certificate was not in order."),
            gettext("Check whether it can be reached from the internet. Then start again there."),
        ),
        RegistrationProblem.CONFIGURATION_REFUSED: ProblemWords(
            gettext("Your platform did not show its configuration."), again
        ),
        RegistrationProblem.BEARER_REFUSED: ProblemWords(
            gettext(
                "Your platform did not accept the pass that it gave us. A pass can be used once, for about an hour."
            ),
            again,
        ),
        RegistrationProblem.NOT_A_CONFIGURATION: ProblemWords(
            gettext("What your platform sent is not a configuration that we can read. Maybe it was a web page."),
            by_hand,
        ),
        RegistrationProblem.INCOMPLETE: ProblemWords(
            gettext("Something is missing in the configuration of your platform: %(name)s.", name=failed.detail),
            by_hand,
        ),
        RegistrationProblem.ISSUER_ELSEWHERE: ProblemWords(
            gettext(
                "Your platform gives itself a name that lies on another host than its configuration. For "
                "safety we do not accept that."
            ),
            gettext("Ask whoever runs your platform to set its own address as its issuer, or register by hand."),
            400,
        ),
        RegistrationProblem.ENDPOINT_ELSEWHERE: ProblemWords(
            gettext(
                "One of the addresses of your platform lies on a host that is not its own: %(name)s. For "
                "safety we do not accept that.",
                name=failed.detail,
            ),
            by_hand,
            400,
        ),
        RegistrationProblem.NOT_SUPPORTED: ProblemWords(
            gettext("Your platform says that it cannot do what LTI 1.3 needs: %(name)s.", name=failed.detail),
            gettext("Ask whoever runs your platform about its version."),
            400,
        ),
        RegistrationProblem.REFUSED: ProblemWords(
            gettext("Your platform did not accept the registration."),
            by_hand,
        ),
        RegistrationProblem.PLATFORM_BROKEN: ProblemWords(
            gettext("Something went wrong inside your platform while it registered Mijlpaal."),
            gettext("Look there whether Mijlpaal is in the list of tools, and remove it. Then start again there."),
        ),
        RegistrationProblem.OUTCOME_UNKNOWN: ProblemWords(
            gettext("Your platform did not answer in time. Maybe it did register Mijlpaal."),
            gettext("Look there whether Mijlpaal is in the list of tools, and remove it. Then start again there."),
        ),
        RegistrationProblem.ANSWER_UNREADABLE: ProblemWords(
            gettext("Your platform answered something that we cannot read. Maybe it did register Mijlpaal."),
            gettext("Look there whether Mijlpaal is in the list of tools. If so, register by hand with its client ID."),
        ),
        RegistrationProblem.NOT_SAVED: ProblemWords(
            gettext("Your platform registered Mijlpaal, but we could not keep it."),
            gettext("Nothing is lost: keep the registration with the button below, or have it added by hand."),
            500,
        ),
        RegistrationProblem.PAGE_TOO_OLD: ProblemWords(
            gettext("This page was used already, or it has been open for too long."), again, 409
        ),
        RegistrationProblem.ISSUER_TAKEN: ProblemWords(
            gettext("Another platform on the same host is already registered under this name."),
            gettext("Ask the people who run Mijlpaal to look at it together with you."),
            409,
        ),
    }
    return told[failed.problem]


def rights(scopes: tuple[str, ...]) -> list[Right]:
    """Return the rights among these scopes, in words, each once."""
    told = (
        (
            {SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY},
            Right(
                gettext("Columns in the gradebook"),
                gettext("Mijlpaal makes and finds its own columns. It sees no other columns."),
                is_optional=False,
            ),
        ),
        (
            {SCOPE_SCORE},
            Right(
                gettext("Sending scores"),
                gettext("The points of a learner arrive in the gradebook of the course."),
                is_optional=False,
            ),
        ),
        (
            {SCOPE_RESULT_READONLY},
            Right(
                gettext("Reading results back"),
                gettext(
                    "Only of its own columns: so Mijlpaal sees that a score arrived, or that a teacher changed it."
                ),
                is_optional=False,
            ),
        ),
        (
            {SCOPE_MEMBERS},
            Right(
                gettext("The list of participants"),
                gettext(
                    "Teachers see everybody in the course, also who has not opened Mijlpaal yet. Without "
                    "it only those who opened it are known."
                ),
                is_optional=True,
            ),
        ),
        (
            {SCOPE_NOTICES},
            Right(
                gettext("Notices about copied courses"),
                gettext("When a course is copied, its tasks come along. Without it that happens at the first launch."),
                is_optional=True,
            ),
        ),
        (
            {SCOPE_GROUPS},
            Right(
                gettext("Groups in a course"),
                gettext("Teachers can look at one group at a time."),
                is_optional=True,
            ),
        ),
    )
    return [right for needed, right in told if needed & set(scopes)]


def steps_left(family_code: str, *, has_names: bool, has_deployment: bool, was_known: bool = False) -> list[str]:
    """Return what an administrator still does in the platform; `was_known`: it was registered before."""
    if family_code == "moodle":
        return [
            gettext("Go to Site administration → Plugins → External tool → Manage tools. Click Activate at Mijlpaal."),
            # Moodle 4.5 (2026-11): an update by dynamic registration puts both back, and teachers lose the tool.
            gettext(
                "Moodle has put the name and “Tool configuration usage” of Mijlpaal back. Click its pencil, and choose "
                "“Show in activity chooser and as a preconfigured tool” again. Else teachers do not find it."
            )
            if was_known
            else gettext(
                "Click the pencil of Mijlpaal. Set “Tool configuration usage” to “Show in activity chooser "
                "and as a preconfigured tool”, so that teachers find it."
            ),
            gettext("Look under Services: grade sync and column management, and the list of members, should be on."),
            gettext(
                "Look under Privacy: “Share launcher's name” on Always. “Accept grades from the tool” can stay on "
                "“Delegate to teacher”."
            )
            if has_names
            else gettext(
                "Look under Privacy: “Share launcher's name” on Never. “Accept grades from the tool” can stay on "
                "“Delegate to teacher”."
            ),
            gettext("Add Mijlpaal to one course and open it there."),
        ]
    if family_code == "canvas":
        return [
            gettext(
                "Go back to Canvas and look at the rights and places that it lists for Mijlpaal. Then choose Enable."
            ),
            gettext("Choose for which accounts and courses Mijlpaal is available."),
            gettext(
                "Open Mijlpaal once, from a course. Canvas tells us only then where it is installed, so "
                "this first time you see that it waits."
            ),
            gettext(
                "Ask the people who run Mijlpaal to approve that installation (the deployment). From then on it works."
            ),
            gettext("A teacher who wants Mijlpaal in the menu of a course switches it on under Settings → Navigation."),
        ]
    steps = [gettext("Activate Mijlpaal in your platform, if it asks for that.")]
    if not has_deployment:
        steps.append(
            gettext(
                "Open Mijlpaal once. The first time you see that it waits: ask the people who run "
                "Mijlpaal to approve that installation (the deployment)."
            )
        )
    return [*steps, gettext("Add Mijlpaal to one course and open it there.")]
