"""Signing the badge of an award: joins the roster (who), gamification (what was done) and badges (the document)."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.issue import Shown, ToIssue, prepare, sign_award, store
from badges.issuer import ensure_issuer_profile
from badges.openbadges.evidence import Evidence
from badges.openbadges.result import Result, ResultDescription, ResultStatus, ResultType
from gamification.as_of import AsOf, as_of
from lti_tool.badge_words import counted_sentence, judged_sentence, proof_kind_sentence, scale_name
from lti_tool.roster.models import Context, Deployment, Person, Registration
from lti_tool.tool import Tool


def ensure_issuer(tx: Session, tool: Tool, context_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Return the issuer of the place where the tool is installed that this course is in, named as the platform says.

    Not one for the whole registration: schools can share that, and nobody's badges are signed by another school.
    """
    deployment = tx.get_one(Deployment, tx.get_one(Context, context_id).deployment_id)
    registration = tx.get_one(Registration, deployment.registration_id)
    name = deployment.name or urlsplit(registration.issuer).hostname or registration.issuer
    return ensure_issuer_profile(tx, tool.box, deployment.id, name=name, public_url=tool.settings.public_url, now=now)


def issue_credential(tool: Tool, award_id: uuid.UUID) -> None:
    """Sign the badge of this award, once for each time that it must be. Signing happens outside any transaction.

    Raises:
        ToolError: `key-locked` when no configured secret opens the issuer's key; nothing is lost, it waits.
    """
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        to_issue = prepare(tx, award_id)
        if to_issue is None:
            return
        person = tx.execute(select(Person.email, Person.subject).where(Person.id == to_issue.person_id)).one()
        counted = as_of(tx, to_issue.context_id, to_issue.person_id, to_issue.rule_set_version_id, to_issue.awarded_at)
    issued = sign_award(
        to_issue, shown_by(to_issue, counted), tool.box, email=person.email, subject=person.subject, now=now
    )
    with tool.db.transaction() as tx:
        store(tx, issued, now=now)


def shown_by(to_issue: ToIssue, counted: AsOf) -> Shown:
    """Return what the credential says that its holder did: points, percentage and status, and each criterion.

    The ids of scales and evidence follow from what they are about, so that signing again gives the same; a task that
    was given another title since keeps the one that was signed.
    """
    texts, language = to_issue.texts, to_issue.texts.details.language
    points, percent, status = (_id_of(to_issue, scale) for scale in ("points", "percent", "status"))
    counted_scales = (
        ResultDescription(
            points,
            scale_name(language, "points"),
            ResultType.RAW_SCORE,
            value_min="0",
            value_max=str(counted.total_points),
            required_value=str(counted.goal_points),
        ),
        ResultDescription(
            percent,
            scale_name(language, "percent"),
            ResultType.PERCENT,
            value_min="0",
            value_max="100",
            required_value="100",
        ),
    )
    counted_results = (Result(points, str(counted.points)), Result(percent, str(counted.percent)))
    reached = ResultDescription(status, scale_name(language, "status"), ResultType.STATUS)
    # Where a person decided, points were not what counted: a nought beside "reached" would only raise doubts.
    counts = not to_issue.by_hand
    return Shown(
        criteria="\n\n".join(
            (texts.criteria, proof_kind_sentence(language, texts.details.proof_kind, to_issue.issuer_name))
        ),
        narrative=counted_sentence(language, counted, by_hand=to_issue.by_hand),
        result_descriptions=(*(counted_scales if counts else ()), reached),
        results=(*(counted_results if counts else ()), Result(reached.id, status=ResultStatus.COMPLETED)),
        evidence=tuple(
            Evidence(
                id=evidence_id,
                name=to_issue.evidence_names.get(evidence_id, task.title),
                narrative=judged_sentence(language, task.verb, task.done_at, is_graded=task.is_graded),
            )
            for task in counted.done
            for evidence_id in (uuid.uuid5(to_issue.award_id, str(task.task_id)).urn,)
        ),
    )


def _id_of(to_issue: ToIssue, scale: str) -> str:
    """Return the id of a scale: the same for everybody who earned these texts under these rules."""
    return uuid.uuid5(to_issue.achievement_version_id, f"{to_issue.rule_set_version_id}:{scale}").urn
