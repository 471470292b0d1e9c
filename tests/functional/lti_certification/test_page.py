"""docs/conformance.md lists every certification case with what was found here."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.functional.lti_certification.cases import CASES, Case, cases_of
from tests.functional.lti_certification.conftest import ENDED, HERE, PAGE_TEST

PAGE = Path(__file__).parents[3] / "docs" / "conformance.md"
MARKER = re.compile(r"(?<=<!-- lti_certification -->\n).*?(?=<!-- end -->)", re.S)
WRITE = os.environ.get("MIJLPAAL_WRITE_CONFORMANCE") == "1"
HOW = "MIJLPAAL_WRITE_CONFORMANCE=1 pytest tests/functional/lti_certification"


def row(case: Case, result: str) -> str:
    return f"| {case.name} | {case.words} | {case.answer} | {result} |\n"


def result(case: Case, ended: dict[str, bool]) -> str:
    held = [has_held for test, has_held in ended.items() if case in cases_of(test)]
    return "no test yet" if not held else "holds" if all(held) else "does not hold"


@pytest.fixture
def ended(request: pytest.FixtureRequest) -> dict[str, bool]:
    return request.config.stash[ENDED]


def test_page_says_what_was_found(request: pytest.FixtureRequest, ended: dict[str, bool]) -> None:
    tests = [item for item in request.session.items if item.path.parent == HERE and item.path.name != PAGE_TEST]
    files = {item.path for item in tests}
    ran_all = files == set(HERE.glob("test_*.py")) - {HERE / PAGE_TEST} and {item.name for item in tests} == set(ended)
    found = {case: row(case, result(case, ended)) for case in CASES}
    if WRITE:
        assert ran_all, HOW
        assert all(ended.values()), HOW
        table = "| case | what | the answer that is right | here |\n| --- | --- | --- | --- |\n" + "".join(
            found.values()
        )
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(MARKER.sub(lambda _old: table, page, count=1), encoding="utf-8")

    written = MARKER.search(PAGE.read_text(encoding="utf-8"))
    assert written is not None
    lines = written.group().splitlines(keepends=True)[2:]
    assert [line.split(" | ")[:2] for line in lines] == [text.split(" | ")[:2] for text in found.values()], HOW
    # A part of the tests says nothing of the other cases.
    judged = [case for case in CASES if ran_all or any(case in cases_of(test) for test in ended)]
    assert [line for case in judged if (line := found[case]) not in lines] == [], HOW


def test_every_test_is_of_a_case(ended: dict[str, bool]) -> None:
    assert [test for test in ended if not cases_of(test)] == []
