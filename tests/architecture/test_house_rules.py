"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import describe_settings
from lti_tool.jobs.handlers import HANDLERS
from lti_tool.messages import MessageType

ROOT = Path(__file__).parents[2]
ROOMS = ("config", "gamification", "badges", "lti_tool")
LONGEST_FILE = 400
MOST_NOQA = 25


def source_files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def test_commit_when_searched_stands_only_in_database() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in source_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]

    # the demo LMS is a service of its own with a store of its own
    assert {name for name in found if not name.startswith("lti_tool/demo_platform/")} == {"config/database.py"}


def test_every_message_type_has_a_handler() -> None:
    assert set(HANDLERS) == {str(member) for member in MessageType}


def test_files_when_counted_stay_small() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in source_files()}

    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_file_names_when_listed_say_what_is_inside() -> None:
    vague = {"utils", "helpers", "common", "manager", "misc"}

    assert [path for path in source_files() if vague & set(path.relative_to(ROOT).with_suffix("").parts)] == []


def test_noqa_when_counted_stays_within_its_budget() -> None:
    count = sum(len(re.findall(r"#\s*noqa", path.read_text())) for path in source_files())

    assert count <= MOST_NOQA


def test_every_setting_has_a_meaning_and_stands_in_the_docs() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()

    for name, _default, meaning in describe_settings():
        assert len(meaning) > 20
        assert f"`{name}`" in documented


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("gamification/planted.py", "import badges.models", "Rooms"),
        ("badges/planted.py", "import lti_tool.roster", "Rooms"),
        ("config/planted.py", "import gamification", "Rooms"),
        ("gamification/engine/planted.py", "import sqlalchemy", "The engines are pure"),
        ("badges/openbadges/planted.py", "import requests", "The engines are pure"),
        ("lti_tool/lti/planted.py", "import lti_tool.roster.models", "Inside lti_tool"),
        ("lti_tool/roster/planted.py", "import flask", "Only the pages"),
        ("lti_tool/web/planted.py", "import pylti1p3.roles", "Only lti_tool.lti knows pylti1p3"),
    ],
)
def test_import_contract_when_broken_is_caught(tmp_path: Path, file: str, line: str, contract: str) -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text())
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    (tmp_path / file).write_text(f"{line}\n")

    result = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    broken = [text for text in result.stdout.splitlines() if text.endswith("BROKEN")]
    assert any(text.startswith(contract) for text in broken), result.stdout


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("gamification/planted.py", 'import os\n\nX = os.environ["HOME"]\n'),
        ("gamification/planted.py", "import datetime\n\nX = datetime.datetime.now(datetime.UTC)\n"),
        ("badges/planted.py", "import requests\n\nX = requests\n"),
        ("lti_tool/roster/planted.py", "from flask import g\n\nX = g\n"),
    ],
)
def test_banned_call_when_written_is_caught_by_ruff(file: str, source: str) -> None:
    result = subprocess.run(
        [str(Path(sys.executable).parent / "ruff"), "check", "--select", "TID251", "--stdin-filename", file, "-"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "TID251" in result.stdout
