"""Words of the admin console: why a launch was refused, what waits, what a platform lacks and how that is mended."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext

from lti_tool.administering.self_check import Check, Checked, CheckResult
from lti_tool.lti.errors import LaunchRefusal
from lti_tool.messages import MessageType
from lti_tool.web.teacher.gradebook_words import pause_words, time_words


def tell_when(moment: datetime, now: datetime) -> str:
    """Return how long ago, or how soon, something is."""
    return pause_words(moment, now) if moment > now else time_words(moment, now)


def reason_words(reason: str) -> str:
    """Say why a login or launch was refused, and what an administrator can do."""
    try:
        refusal = LaunchRefusal(reason)
    except ValueError:
        return reason
    return _reasons().get(refusal) or gettext(
        "The message of the platform was not right (%(code)s). If it goes on, register the platform again.",
        code=reason,
    )


def message_words(type: str) -> str:
    """Say what was promised."""
    names = {
        MessageType.PUBLISH_SCORE: gettext("Send a score"),
        MessageType.ISSUE_CREDENTIAL: gettext("Sign a badge"),
        MessageType.EVALUATE_COURSE: gettext("Count a course again"),
        MessageType.MAKE_COLUMNS: gettext("Make columns"),
        MessageType.FIND_COLUMNS: gettext("Look at columns"),
        MessageType.READ_GRADES: gettext("Read grades"),
        MessageType.READ_ROSTER: gettext("Read who is in a course"),
        MessageType.ASK_GATES: gettext("Look who finished assignments"),
        MessageType.ASK_FOR_NOTICES: gettext("Ask for notices"),
        MessageType.COPY_COURSE: gettext("Take over a copied course"),
    }
    return next((words for name, words in names.items() if name == type), type)


def check_words(checked: Checked, product_family: str) -> tuple[str, str]:
    """Return what was looked at, and what it means or how it is mended in this LMS; the second may be empty."""
    title = _titles()[checked.check]
    if checked.result is CheckResult.GOOD:
        return title, ""
    family = product_family.strip().lower()
    mend = _mend_in_moodle() if family == "moodle" else _mend_in_canvas() if family == "canvas" else {}
    if checked.result is CheckResult.NOT_SEEN and checked.check not in {Check.DEEP_LINKING, Check.COPIES}:
        return title, gettext("Not known yet. Open Mijlpaal once from a course, then look here again.")
    return title, mend.get(checked.check) or _mend_anywhere()[checked.check]


def _titles() -> dict[Check, str]:
    return {
        Check.LAUNCHED: gettext("Somebody opened Mijlpaal from a course"),
        Check.NO_DEPLOYMENT_WAITS: gettext("No place waits for your approval"),
        Check.NAMES: gettext("Names of participants come along"),
        Check.SCORES: gettext("Scores can be sent, and read back"),
        Check.COLUMNS: gettext("Columns can be made in the gradebook"),
        Check.ROSTER: gettext("Who is in the course can be read"),
        Check.DEEP_LINKING: gettext("Teachers add links from within their course"),
        Check.COPIES: gettext("Copies of courses are told"),
    }


def _mend_anywhere() -> dict[Check, str]:
    return {
        Check.LAUNCHED: gettext("Add Mijlpaal to a course and open it there."),
        Check.NO_DEPLOYMENT_WAITS: gettext("Go back to the console and approve it, or leave it closed."),
        Check.NAMES: gettext("Let the platform send names. Without them teachers see no names in Mijlpaal."),
        Check.SCORES: gettext("Allow the assignment and grade service for this tool: scores and results."),
        Check.COLUMNS: gettext("Allow the tool to manage line items. Without it there is no column per task."),
        Check.ROSTER: gettext("Allow the names and roles service for this tool."),
        Check.DEEP_LINKING: gettext("No teacher did this yet. Check that deep linking is switched on for this tool."),
        Check.COPIES: gettext(
            "This platform gives no notices. Copies are recognised at the first launch, where it tells the history."
        ),
    }


def _mend_in_moodle() -> dict[Check, str]:
    return {
        Check.LAUNCHED: gettext(
            "In Moodle: Site administration, Plugins, External tool, Manage tools. Activate Mijlpaal, and set “Tool "
            "configuration usage” to show it in the activity chooser. Then add it to a course and open it."
        ),
        Check.NAMES: gettext("In Moodle: edit the tool, Privacy, “Share launcher's name with tool”: Always."),
        Check.SCORES: gettext(
            "In Moodle: edit the tool, Services, “IMS LTI Assignment and Grade Services”: use it for grade sync and "
            "column management."
        ),
        Check.COLUMNS: gettext(
            "In Moodle: edit the tool, Services, “IMS LTI Assignment and Grade Services”: use it for grade sync and "
            "column management."
        ),
        Check.ROSTER: gettext(
            "In Moodle: edit the tool, Services, “IMS LTI Names and Role Provisioning”: use this service. Moodle gives "
            "it only in courses where the tool is used."
        ),
        Check.DEEP_LINKING: gettext(
            "In Moodle: edit the tool, tick “Supports Deep Linking”. Teachers then see “Select content”."
        ),
    }


def _mend_in_canvas() -> dict[Check, str]:
    return {
        Check.LAUNCHED: gettext(
            "In Canvas: Admin, Developer Keys, switch the key on. Then Settings, Apps: add Mijlpaal by its client ID."
        ),
        Check.NAMES: gettext("In Canvas: edit the key, Privacy level: Public or Name only."),
        Check.SCORES: gettext(
            "In Canvas: edit the key, LTI Advantage Services: switch on the assignment and grade services."
        ),
        Check.COLUMNS: gettext(
            "In Canvas: edit the key, LTI Advantage Services: switch on the assignment and grade services."
        ),
        Check.ROSTER: gettext(
            "In Canvas: edit the key, LTI Advantage Services: “Can retrieve user data associated with the context”."
        ),
        Check.COPIES: gettext("In Canvas: edit the key, LTI Advantage Services: switch on platform notifications."),
    }


def _reasons() -> dict[LaunchRefusal, str]:
    again = gettext(
        "Somebody used an old page or the back button. Nothing to do: opening it again from the course works."
    )
    cookies = gettext("The browser did not keep what proves a login. Opening in a new window works.")
    clock = gettext("The clocks differ too much. Check the time on this server and on that of the platform.")
    keys = gettext(
        "The platform's keys could not be read or do not fit. Check that its key address can be reached from here."
    )
    return {
        LaunchRefusal.UNREGISTERED_PLATFORM: gettext(
            "A platform that is not registered, or with another client ID. Compare both, or register it."
        ),
        LaunchRefusal.DEPLOYMENT_WAITING: gettext(
            "This deployment waits for approval. Who runs Mijlpaal can approve it in this console."
        ),
        LaunchRefusal.DEPLOYMENT_HELD: gettext(
            "This deployment was closed. Who runs Mijlpaal can open it again in this console."
        ),
        LaunchRefusal.DEPLOYMENT_MISSING: gettext(
            "The launch named another deployment than the login. Register again."
        ),
        LaunchRefusal.STATE_UNKNOWN: again,
        LaunchRefusal.STATE_USED: again,
        LaunchRefusal.STATE_EXPIRED: again,
        LaunchRefusal.OTHER_BROWSER: cookies,
        LaunchRefusal.NONCE_MISMATCH: again,
        LaunchRefusal.EXPIRED: clock,
        LaunchRefusal.NOT_YET_VALID: clock,
        LaunchRefusal.TOO_OLD: clock,
        LaunchRefusal.KEY_UNKNOWN: keys,
        LaunchRefusal.KEYS_UNREACHABLE: keys,
        LaunchRefusal.SIGNATURE: keys,
        LaunchRefusal.PLATFORM_ERROR: gettext(
            "The platform itself stopped the launch. Often the person was not logged in there any more."
        ),
        LaunchRefusal.UNSUPPORTED_MESSAGE: gettext("The platform sent a kind of message that Mijlpaal does not know."),
        LaunchRefusal.TARGET_MISMATCH: gettext(
            "The address of the tool in the platform is another than this service's own. Correct it there."
        ),
    }
