"""Telling the gradebook where a learner stands: the state at the moment of sending, in one score.

https://www.imsglobal.org/spec/lti-ags/v2p0/#score-service
"""

from __future__ import annotations

import uuid

from badges.achievement import achievement_texts
from badges.award import list_awards
from config.errors import PlatformFailed
from gamification.progress import Standing, standing
from lti_tool.lti.ags import SCOPE_SCORE, ActivityProgress, GradingProgress, Score, put_score
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.platforms.families import family_of
from lti_tool.roster.models import LineItem, Person, Registration
from lti_tool.roster.signing_keys import current_signing_key
from lti_tool.tool import Tool
from lti_tool.words import score_comment

_TIMESTAMP_NOT_NEWER = 409


def publish_score(tool: Tool, line_item_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Send this learner's points to this column; nothing where the platform takes no scores on it any more.

    What is sent, and why: docs/decisions/0005-scores.md.

    Raises:
        PlatformFailed: `retryable` says whether later helps.
    """
    now = tool.clock.now()
    with tool.db.reading() as tx:
        line_item = tx.get_one(LineItem, line_item_id)
        if SCOPE_SCORE not in line_item.scopes:
            return
        person = tx.get_one(Person, person_id)
        registration = tx.get_one(Registration, person.registration_id)
        where = standing(tx, line_item.context_id, person_id)
        if where is None:
            return
        key = current_signing_key(tx, tool.box, now=now)
        awards = list_awards(tx, line_item.context_id, person_id)
        if awards:
            badge_name = awards[-1].name
        else:
            badge_name = achievement_texts(tx, where.achievement.version_id).name if where.achievement else ""
    has_badge = where.goal_reached or bool(awards)
    score_given, score_maximum = _points_to_send(where)
    score = Score(
        user_id=person.subject,
        timestamp=now,
        activity_progress=ActivityProgress.COMPLETED if has_badge else ActivityProgress.IN_PROGRESS,
        grading_progress=GradingProgress.FULLY_GRADED,
        score_given=score_given,
        score_maximum=score_maximum,
        comment=score_comment(
            person.locale or person.launch_locale,
            points=where.points,
            goal_points=where.goal_points,
            total_points=where.total_points,
            goal_reached=has_badge,
            badge_name=badge_name,
        ),
        extension=family_of(registration.product_family).score_extension,
    )
    endpoint = PlatformEndpoint(
        auth_token_url=registration.auth_token_url,
        client_id=registration.client_id,
        key_id=key.key_id,
        private_key_pem=key.private_key_pem,
    )
    try:
        put_score(tool.platform_http, endpoint, line_item.url, score)
    except PlatformFailed as failed:
        if failed.status != _TIMESTAMP_NOT_NEWER:
            raise
        # Moodle compares whole seconds: a second score within the second is refused, and is newer a moment later.
        raise PlatformFailed("timestamp-not-newer", retryable=True, status=failed.status) from failed


def _points_to_send(where: Standing) -> tuple[float, float]:
    """Return points out of the total, or percent of it where others in the same column have another total."""
    if where.total_differs:
        return round(100 * where.points / where.total_points, 2), 100
    return where.points, where.total_points
