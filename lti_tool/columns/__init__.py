"""The gradebook columns that we make ourselves: of tasks and of the badge, made, kept true and taken away.

https://www.imsglobal.org/spec/lti-ags/v2p0/#creating-a-new-line-item
"""

from lti_tool.columns.making import make_columns
from lti_tool.columns.removing import promise_removal, removable_columns, remove_column
from lti_tool.columns.wanting import (
    BADGE_TAG,
    TAG,
    MissingColumn,
    badge_column_to_make,
    can_make_columns,
    columns_key,
    missing_columns,
    promise_columns,
    stale_columns,
    want_badge_column,
)

__all__ = [
    "BADGE_TAG",
    "TAG",
    "MissingColumn",
    "badge_column_to_make",
    "can_make_columns",
    "columns_key",
    "make_columns",
    "missing_columns",
    "promise_columns",
    "promise_removal",
    "removable_columns",
    "remove_column",
    "stale_columns",
    "want_badge_column",
]
