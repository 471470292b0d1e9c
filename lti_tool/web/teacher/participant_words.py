"""What the pages about participants say: states, moments, who is stuck, why these points. For those who teach (B1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import format_date, gettext, ngettext, pgettext

from gamification.engine.activity import Verb
from gamification.engine.explain import EntryExplanation, Missing
from gamification.engine.task_state import TaskState
from gamification.remarks import Praise, RemarkProblem
from lti_tool.course.attention import Stuck, StuckReason
from lti_tool.course.one_participant import Kind
from lti_tool.course.participants import Show, Sort
from lti_tool.web.learner.sentences import isolated


def state_word(state: TaskState, *, was_undone: bool = False) -> str:
    """Return where a learner is with a task, in a few words.

    `was_undone` says that the platform took back its word that it is done.
    """
    if state is TaskState.TO_DO and was_undone:
        return gettext("Open again")
    return {
        TaskState.TO_DO: gettext("Not begun yet"),
        TaskState.WAITING: gettext("Waits for you"),
        TaskState.PRACTISE: gettext("Still practising"),
        TaskState.TAKEN_BACK: gettext("Taken back"),
        TaskState.DONE: gettext("Done"),
    }[state]


def praise_word(praise: Praise) -> str:
    """Return a compliment as the learner reads it."""
    return {
        Praise.WELL_DONE: pgettext("learner", "Well done!"),
        Praise.GOOD_EFFORT: pgettext("learner", "You are doing your best!"),
        Praise.PROUD: pgettext("learner", "I am proud of you!"),
        Praise.KEEP_GOING: pgettext("learner", "Keep going like this!"),
    }[praise]


def show_word(show: Show) -> str:
    """Return the name of a filter."""
    return {
        Show.EVERYBODY: gettext("Everybody"),
        Show.WAITING: gettext("Waits for me"),
        Show.STUCK: gettext("Stuck"),
        Show.GOAL: gettext("Goal reached"),
        Show.NOT_BEGUN: gettext("Not begun yet"),
        Show.HAS_LEFT: gettext("Not in the course any more"),
    }[show]


def sort_word(sort: Sort) -> str:
    """Return the name of an order."""
    return {
        Sort.NAME: gettext("Name"),
        Sort.POINTS: gettext("Most points first"),
        Sort.LAST: gettext("Active most recently first"),
    }[sort]


def say_day(at: datetime, now: datetime) -> str:
    """Return a day, with its year where that is another one."""
    return str(format_date(at, "d MMMM" if at.year == now.year else "d MMMM y"))


def say_how_long(since: datetime, now: datetime) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    passed = now - since
    if passed >= timedelta(days=1):
        return str(ngettext("%(num)s day", "%(num)s days", passed.days))
    hours = passed // timedelta(hours=1)
    return str(ngettext("%(num)s hour", "%(num)s hours", hours)) if hours else gettext("less than an hour")


def say_stuck(stuck: Stuck, title: str, now: datetime) -> str:
    """Return why somebody is stuck and since when; `title` is of the task that it is about."""
    since = say_day(stuck.since, now)
    if stuck.reason is StuckReason.QUIET:
        return str(
            ngettext(
                "Has done nothing for %(num)s day (since %(since)s).",
                "Has done nothing for %(num)s days (since %(since)s).",
                stuck.days,
                since=since,
            )
        )
    return str(
        ngettext(
            "Was asked %(num)s time to practise “%(task)s” (since %(since)s).",
            "Was asked %(num)s times to practise “%(task)s” (since %(since)s).",
            stuck.times,
            task=isolated(title),
            since=since,
        )
    )


def say_happened(kind: Kind, who: str, *, is_graded: bool = False, platform_name: str = "") -> str:
    """Return what happened, with who or what decided it where that was not the learner."""
    who = who or gettext("Somebody who teaches")
    return {
        Kind.PASSED: _said_by_platform(Verb.PASSED, is_graded, platform_name),
        Kind.LAPSED: _said_by_platform(Verb.LAPSED, is_graded, platform_name),
        Kind.COMPLETED: gettext("Said: I have done this"),
        Kind.HANDED_IN: gettext("Sent work"),
        Kind.APPROVED: gettext("%(who)s: good", who=who),
        Kind.NOT_YET: gettext("%(who)s: practise a little more", who=who),
        Kind.AWARDED: gettext("%(who)s gave the points by hand", who=who),
        Kind.WITHDRAWN: gettext("%(who)s took the points back", who=who),
        Kind.PRAISED: gettext("%(who)s gave a compliment", who=who),
        Kind.BADGE: gettext("Got the badge"),
        Kind.BADGE_GIVEN: gettext("%(who)s gave the badge by hand", who=who),
        Kind.BADGE_TAKEN_BACK: gettext("%(who)s took the badge back", who=who),
        Kind.BADGE_GIVEN_AGAIN: gettext("%(who)s gave the badge again", who=who),
    }[kind]


def _said_by_platform(verb: Verb, is_graded: bool, platform_name: str) -> str:
    where = platform_name or gettext("the learning platform")
    if verb is Verb.PASSED and is_graded:
        return gettext("Judged in %(where)s: the grade is high enough", where=where)
    if verb is Verb.PASSED:
        return gettext("Completed in %(where)s", where=where)
    if is_graded:
        return gettext("The grade in %(where)s is not high enough any more", where=where)
    return gettext("Not complete in %(where)s any more", where=where)


def cause_word(verb: Verb | None, *, is_graded: bool = False, platform_name: str = "") -> str:
    """Return what moved points, None for a change of the tasks."""
    if verb is None:
        return gettext("The tasks were changed")
    if verb in {Verb.PASSED, Verb.LAPSED}:
        return _said_by_platform(verb, is_graded, platform_name)
    return {
        Verb.COMPLETED: gettext("Said: I have done this"),
        Verb.HANDED_IN: gettext("Sent work"),
        Verb.APPROVED: gettext("Work was good"),
        Verb.NOT_YET: gettext("Practise a little more"),
        Verb.AWARDED: gettext("Points given by hand"),
        Verb.WITHDRAWN: gettext("Points taken back"),
    }[verb]


def say_entry(entry: EntryExplanation, now: datetime) -> str:
    """Return one movement of points, with the version of the rules that made it."""
    points = str(ngettext("%(num)s point", "%(num)s points", abs(entry.points)))
    words = {"points": points, "day": say_day(entry.created_at, now), "version": entry.version_number}
    if entry.points < 0:
        return gettext("%(points)s off on %(day)s, by version %(version)s of the tasks.", **words)
    return gettext("%(points)s on %(day)s, by version %(version)s of the tasks.", **words)


def say_missing(missing: Missing) -> str:
    """Return why a task gives no points now."""
    return {
        Missing.NOT_DONE: gettext("No points yet: not done."),
        Missing.NOT_DONE_IN_PLATFORM: gettext("No points yet: not done in the learning platform, as far as we know."),
        Missing.OPEN_AGAIN: gettext("No points now: the learning platform says that it is not done any more."),
        Missing.TAKEN_BACK_IN_PLATFORM: gettext(
            "No points: they were taken back. Only somebody who teaches can give them again."
        ),
        Missing.WAITS_FOR_REVIEW: gettext("No points yet: the work waits for somebody who looks at it."),
        Missing.PRACTISE: gettext("No points yet: the participant is still practising."),
        Missing.TAKEN_BACK: gettext("No points: they were taken back."),
        Missing.NOT_COUNTED_YET: gettext("Done. The points follow in a moment."),
        Missing.EARLIER_TASK_FIRST: gettext("An earlier task comes first."),
        Missing.CLOSED: gettext("This task is closed: nobody can do it any more."),
    }[missing]


def host_of(link: str) -> str:
    """Return the host that a link leads to, so that it can be seen before it is followed.

    Browsers take a backslash for a slash: what stands behind it is no host.
    """
    try:
        return urlsplit(link.replace("\\", "/")).hostname or link
    except ValueError:
        return link


def say_remark_problem(problem: RemarkProblem, longest: int) -> str:
    """Return how to mend words that cannot be kept."""
    return {
        RemarkProblem.REASON_MISSING: gettext("Write down why. The participant reads this."),
        RemarkProblem.REMARK_TOO_LONG: gettext("Make this text shorter: %(num)s characters at most.", num=longest),
    }[problem]
