"""Words of the first page of the console: what needs attention, and what became of each try to register."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from lti_tool.administering import Console
from lti_tool.lti.registration_problems import RegistrationProblem as Problem
from lti_tool.roster.models import DeploymentState


def attention_words(console: Console) -> list[tuple[str, str]]:
    """Return what somebody must look at, each as the id of its place on the page and a sentence; health comes first."""
    found = []
    for number, platform in enumerate(console.platforms, start=1):
        waiting = sum(one.state == DeploymentState.WAITING for one in platform.deployments)
        if waiting and console.is_whole:
            words = ngettext(
                "%(name)s: %(num)s place waits for your approval.",
                "%(name)s: %(num)s places wait for your approval.",
                waiting,
                name=platform.name,
            )
            found.append((f"platform-{number}", words))
        if platform.health.roster_problems or platform.health.notice_problems:
            found.append((f"platform-{number}", gettext("%(name)s: a service has problems.", name=platform.name)))
    refused = sum(console.refused_by_reason.values())
    if refused:
        words = ngettext(
            "%(num)s launch was refused in the last seven days.",
            "%(num)s launches were refused in the last seven days.",
            refused,
        )
        found.append(("refused", words))
    if console.stopped:
        words = ngettext(
            "%(num)s thing stopped, and is not tried again by itself.",
            "%(num)s things stopped, and are not tried again by themselves.",
            console.stopped,
        )
        found.append(("waiting", words))
    return found


def attempt_words(problem: str) -> str:
    """Say why a try to register stopped. What exactly was missing stood on the page of who tried."""
    unread = gettext("Its configuration could not be read, or something is missing in it.")
    elsewhere = gettext("It named an address on a host that is not its own.")
    unsure = gettext("It did not answer as it should. Look there whether Mijlpaal is in its list of tools.")
    told = {
        Problem.NO_CONFIGURATION_ADDRESS: unread,
        Problem.CONFIGURATION_REFUSED: unread,
        Problem.NOT_A_CONFIGURATION: unread,
        Problem.INCOMPLETE: unread,
        Problem.ADDRESS_REFUSED: gettext("It named an address that Mijlpaal may not call."),
        Problem.UNREACHABLE: gettext("It could not be reached, or its certificate was not in order."),
        Problem.BEARER_REFUSED: gettext(
            "It did not accept the pass that it gave. Starting again there gives a new one."
        ),
        Problem.ISSUER_ELSEWHERE: elsewhere,
        Problem.ENDPOINT_ELSEWHERE: elsewhere,
        Problem.NOT_SUPPORTED: gettext("It cannot do what LTI 1.3 needs."),
        Problem.REFUSED: gettext("It did not accept the registration. By hand may work."),
        Problem.PLATFORM_BROKEN: unsure,
        Problem.OUTCOME_UNKNOWN: unsure,
        Problem.ANSWER_UNREADABLE: unsure,
        Problem.NOT_SAVED: gettext("It registered Mijlpaal, but that could not be kept here. Add it by hand."),
        Problem.PAGE_TOO_OLD: gettext("The page was used already, or it had been open for too long."),
        Problem.ISSUER_TAKEN: gettext("Another platform on the same host is registered under this name."),
    }
    return next((words for known, words in told.items() if known == problem), problem)
