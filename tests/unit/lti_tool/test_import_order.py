"""Statements that are built while a module is imported mean the same, whichever module came first."""

from __future__ import annotations

import subprocess
import sys


def test_gradebook_columns_when_the_tasks_table_is_unknown_yet_still_have_ids() -> None:
    script = (
        "from lti_tool.roster.gradebook import _COLUMNS; "
        "print(*(type(column.type).__name__ for column in _COLUMNS.selected_columns"
        " if column.name in {'id', 'resource_link_id', 'made_for', 'link_task'}))"
    )

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout.split() == ["Uuid"] * 4
