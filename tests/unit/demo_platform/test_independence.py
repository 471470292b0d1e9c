"""The platform shares nothing with the tool but HTTP."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lti_tool import demo_platform

FILES = sorted(Path(demo_platform.__path__[0]).glob("*.py"))
OURS = ("lti_tool", "gamification", "badges", "config", "migrations")
ALLOWED = ("lti_tool.demo_platform", "config.clock", "config.ids")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_of_the_tool_is_imported_when_reading(path):
    imported = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported.append(node.module or "")

    foreign = [name for name in imported if name.split(".")[0] in OURS and not name.startswith(ALLOWED)]
    assert foreign == []
