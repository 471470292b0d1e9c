"""The types of outbox messages. Each has one handler (lti_tool/jobs/handlers.py); a test looks that none is missing."""

from __future__ import annotations

from enum import StrEnum


class MessageType(StrEnum):
    """What is promised."""

    PUBLISH_SCORE = "publish_score"
    """ids: line_item_id, person_id. Tell the gradebook where this learner stands."""
    ISSUE_CREDENTIAL = "issue_credential"
    """ids: award_id. Sign the badge of this award."""
    EVALUATE_COURSE = "evaluate_course"
    """ids: context_id. Bring everybody in the course to the newest rules."""
    ASK_FOR_NOTICES = "ask_for_notices"
    """ids: deployment_id. Tell the platform where its notices go."""
    COPY_COURSE = "copy_course"
    """ids: origin_id, context_id. Take over the set-up of the course that this one was copied from."""
    MAKE_COLUMNS = "make_columns"
    """ids: context_id. Make the gradebook columns that the teacher asked for, and call them what they are by now."""
    REMOVE_COLUMN = "remove_column"
    """ids: line_item_id. Take a column that we made out of the gradebook."""
    FIND_COLUMNS = "find_columns"
    """ids: context_id. Look which of our columns the platform has in the course."""
    READ_GRADES = "read_grades"
    """ids: context_id. Read grades that somebody typed in our columns, where the teacher wants them."""
    READ_ROSTER = "read_roster"
    """ids: context_id. Read who is in the course."""
    ASK_GATES = "ask_gates"
    """ids: context_id. Ask the platform who completed its own assignments there."""
