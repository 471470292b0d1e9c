"""What the launches of a platform show that is missing there: each thing is seen, not asked of anybody.

It begins with a launch by the administrator: open Mijlpaal in any course, then the console.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.errors import NotFound
from lti_tool.administering.seeing import Seen, seen_by
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.platforms.families import family_of
from lti_tool.roster.admin_sessions import OneDeployment
from lti_tool.roster.item_models import ContentItem
from lti_tool.roster.models import Context, Deployment, DeploymentState, Membership, Person, Registration
from lti_tool.roster.platform_models import NoticeHandler


class Check(StrEnum):
    """What is looked at, in the order in which an administrator sets it up."""

    LAUNCHED = "launched"
    """Somebody opened the tool from a course."""
    NO_DEPLOYMENT_WAITS = "no-deployment-waits"
    NAMES = "names"
    """Names come along, or are not wanted."""
    SCORES = "scores"
    """Scores may be sent and read back."""
    COLUMNS = "columns"
    """Columns may be made."""
    ROSTER = "roster"
    """The roster can be read."""
    DEEP_LINKING = "deep-linking"
    """A teacher has placed something from within the LMS."""
    COPIES = "copies"
    """Copies of courses are told, by notices or in launches."""


class CheckResult(StrEnum):
    """What was seen."""

    GOOD = "good"
    MISSING = "missing"
    NOT_SEEN = "not-seen"
    """Nothing tells yet: somebody must launch first, or the platform has no such thing."""


@dataclass(frozen=True)
class Checked:
    """One check of one platform."""

    check: Check
    result: CheckResult


def self_check(
    tx: Session, scope: OneDeployment | None, registration_id: uuid.UUID
) -> tuple[Registration, list[Checked]]:
    """Return what the launches of this registration show, as far as this administrator sees them.

    Raises:
        NotFound: no such registration, or not this administrator's.
    """
    seen = seen_by(scope)
    registration = tx.execute(
        select(Registration).where(seen.registrations, Registration.id == registration_id)
    ).scalar_one_or_none()
    if registration is None:
        raise NotFound("registration")
    here = seen.courses_of(registration_id)
    newest = tx.execute(
        select(Context)
        .join(Membership, Membership.context_id == Context.id)
        .where(Context.id.in_(here), Membership.launched_at.is_not(None))
        .order_by(Membership.launched_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    waits = tx.execute(
        select(func.count()).where(
            Deployment.registration_id == registration_id, Deployment.state == DeploymentState.WAITING
        )
    ).scalar_one()
    results = {
        Check.LAUNCHED: CheckResult.GOOD if newest is not None else CheckResult.MISSING,
        Check.NO_DEPLOYMENT_WAITS: CheckResult.MISSING if waits else CheckResult.GOOD,
        **_of_newest(tx, registration, newest),
        Check.DEEP_LINKING: _seen(
            tx.execute(select(func.count()).where(ContentItem.context_id.in_(here))).scalar_one() > 0
        ),
        Check.COPIES: _copies(tx, seen, registration),
    }
    # Who administers one deployment came in by it: nothing of theirs waits, and what else does is not theirs to see.
    shown = [check for check in Check if scope is None or check is not Check.NO_DEPLOYMENT_WAITS]
    return registration, [Checked(check, results[check]) for check in shown]


def _of_newest(tx: Session, registration: Registration, newest: Context | None) -> dict[Check, CheckResult]:
    """Return what the course that was opened last shows."""
    if newest is None:
        return dict.fromkeys((Check.NAMES, Check.SCORES, Check.COLUMNS, Check.ROSTER), CheckResult.NOT_SEEN)
    scopes = newest.grade_scopes
    named = tx.execute(
        select(func.count(), func.count().filter(Person.name != ""))
        .select_from(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == newest.id, Membership.launched_at.is_not(None))
    ).one()
    has_names = not registration.keeps_names or named[1] > 0
    if scopes is None:
        scores = columns = CheckResult.MISSING
    else:
        scores = _good({SCOPE_SCORE, SCOPE_RESULT_READONLY} <= set(scopes))
        columns = _good(SCOPE_LINE_ITEM in scopes)
    return {
        Check.NAMES: _good(has_names),
        Check.SCORES: scores,
        Check.COLUMNS: columns,
        Check.ROSTER: _good(bool(newest.memberships_url) and not newest.roster_problem),
    }


def _copies(tx: Session, seen: Seen, registration: Registration) -> CheckResult:
    if family_of(registration.product_family).product_family_code != "canvas":
        return CheckResult.NOT_SEEN
    handlers = tx.execute(
        select(func.count(NoticeHandler.registered_at))
        .join(Deployment, Deployment.id == NoticeHandler.deployment_id)
        .where(seen.deployments, Deployment.registration_id == registration.id)
    ).scalar_one()
    return _seen(handlers > 0)


def _good(is_so: bool) -> CheckResult:
    return CheckResult.GOOD if is_so else CheckResult.MISSING


def _seen(is_so: bool) -> CheckResult:
    return CheckResult.GOOD if is_so else CheckResult.NOT_SEEN
