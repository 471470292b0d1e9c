"""A column of our own in the gradebook of a platform that others wrote, with the calls that the tool makes for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from config.errors import PlatformFailed
from lti_tool.lti.ags import (
    SCOPE_LINE_ITEM,
    create_line_item,
    delete_line_item,
    list_line_items,
    list_results,
    put_score,
    update_line_item,
)
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.score import ActivityProgress, LineItem, Result, Score
from tests.interop.lms_of_others import Lms

COLUMN, RENAMED, MAXIMUM, GIVEN = "Extra", "Extra punten", 10, 7.5
_RESOURCE, _TAG = "column-of-our-own", "extra"


@dataclass
class Graded:
    """What the platform answered, step by step."""

    made: LineItem
    found: Sequence[LineItem]
    """By our own id, and by our tag."""
    not_found: Sequence[LineItem]
    """By an id that no column has."""
    refused_to_rename: int
    """The status; 0 where the column was renamed."""
    renamed: Sequence[LineItem]
    """How the column is called then, by our own id."""
    results: Sequence[Result]
    refused_to_delete: int
    """As `refused_to_rename`."""
    left: Sequence[LineItem]


def grade_in_own_column(lms: Lms, endpoint: PlatformEndpoint, person: str) -> Graded:
    """Make a column, find it, rename it, give a score, read that back, and delete the column."""
    http, url = lms.tool.platform_http, lms.get("/addresses")["columns"]
    made = create_line_item(http, endpoint, url, label=COLUMN, score_maximum=MAXIMUM, resource_id=_RESOURCE, tag=_TAG)
    # Neither grants the scope for reading only where it grants the full one.
    listed = partial(list_line_items, http, endpoint, url, scope=SCOPE_LINE_ITEM)
    found = [*listed(resource_id=_RESOURCE), *listed(tag=_TAG)]
    not_found = listed(resource_id="of-nothing")
    not_renamed = _refusal(lambda: update_line_item(http, endpoint, made.url, label=RENAMED, scope=SCOPE_LINE_ITEM))
    renamed = listed(resource_id=_RESOURCE)
    score = Score(
        user_id=person,
        timestamp=lms.tool.clock.now(),
        activity_progress=ActivityProgress.COMPLETED,
        score_given=GIVEN,
        score_maximum=MAXIMUM,
        comment="",
    )
    put_score(http, endpoint, made.url, score)
    results = list_results(http, endpoint, made.url, person)
    not_deleted = _refusal(lambda: delete_line_item(http, endpoint, made.url))
    return Graded(made, found, not_found, not_renamed, renamed, results, not_deleted, listed())


def _refusal(ask: Callable[[], object]) -> int:
    try:
        ask()
    except PlatformFailed as failed:
        return failed.status or -1
    return 0
