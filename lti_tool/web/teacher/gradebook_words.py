"""Words of the gradebook page: numbers, moments, and what a failed try means for somebody who teaches."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import format_decimal, format_timedelta, gettext

_MINUTE = timedelta(minutes=1)


def number_words(value: float) -> str:
    """Return a number of a score as it is written in the language of the page."""
    return str(format_decimal(round(value, 2)))


def time_words(moment: datetime, now: datetime) -> str:
    """Return how long ago something was: hours on a clock would need the reader's time zone."""
    if now - moment < _MINUTE:
        return gettext("just now")
    return str(format_timedelta(moment - now, granularity="minute", add_direction=True))


def pause_words(moment: datetime, now: datetime) -> str:
    """Return how soon something will be."""
    if moment - now < _MINUTE:
        return gettext("within a minute")
    return str(format_timedelta(moment - now, granularity="minute", add_direction=True))


def why_words(why: str) -> str:
    """Return the sentence for a failure as the worker named it: its code and, where there was an answer, its status."""
    code, _, status = why.partition(" ")
    if code == "score-failed" and status in {"400", "404", "412", "422"}:
        return gettext("The platform does not know this participant as a learner of the course. Perhaps they left.")
    if code == "line-item-failed" and status in {"400", "422"}:
        return gettext("The platform does not want the new column.")
    if code == "timestamp-not-newer":
        return gettext("The platform had a score of the same moment. It gets this one a little later.")
    if code == "bad-access-token" or status == "401" or (code == "access-token-failed" and status.startswith("4")):
        return gettext("The platform does not let Mijlpaal in. Ask its administrator to check the connection.")
    if code in {"address-refused", "scheme-refused"}:
        return gettext("The address of the column cannot be used. Ask the administrator of the platform.")
    by_status = {
        "403": gettext("The platform does not allow this now, or it is too busy."),
        "404": gettext("The platform cannot find the column. Perhaps somebody removed it."),
        "410": gettext("The platform cannot find the column. Perhaps somebody removed it."),
        "429": gettext("The platform is busy and asked to wait."),
        "throttled": gettext("The platform is busy and asked to wait."),
    }
    if status in by_status:
        return by_status[status]
    if status.startswith("5"):
        return gettext("The platform has a problem of its own, or is being maintained.")
    if code in {"timeout", "unreachable", "tls"}:
        return gettext("The platform could not be reached.")
    if status or code in {"redirect-refused", "bad-json", "too-large"}:
        return gettext("The platform gave an answer that Mijlpaal does not understand.")
    return gettext("Something went wrong in Mijlpaal. Tell your administrator: %(code)s.", code=code)
