"""docs/conformance.md, whose tables the interop tests write and hold true."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from tests.interop.verifiers import ROOT

PAGE = ROOT / "docs" / "conformance.md"
WRITE = os.environ.get("MIJLPAAL_WRITE_CONFORMANCE") == "1"


def table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """Write a table."""
    lines = [tuple(head), ("---",) * len(tuple(head)), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def check_part(name: str, found: str) -> None:
    """Hold a part of the page against what was found, or write it there when asked to."""
    page = PAGE.read_text(encoding="utf-8")
    marker = re.compile(rf"(?<=<!-- {re.escape(name)} -->\n).*?(?=<!-- end -->)", re.S)
    if WRITE:
        PAGE.write_text(marker.sub(lambda _old: found, page, count=1), encoding="utf-8")
    written = marker.search(PAGE.read_text(encoding="utf-8"))
    assert written is not None
    assert written.group() == found, "MIJLPAAL_WRITE_CONFORMANCE=1 make interop"
