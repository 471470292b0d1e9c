"""Keeps how each test here ended, and lets the one that compares the page come last."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE_TEST = "test_page.py"
ENDED = pytest.StashKey[dict[str, bool]]()
"""By the name of the test: whether it held, with what came before and after it."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ENDED] = {}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name == PAGE_TEST and item.path.parent == HERE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    ended = item.config.stash[ENDED]
    if item.path.parent == HERE and item.path.name != PAGE_TEST:
        ended[item.name] = ended.get(item.name, True) and report.passed
    return report
