"""`python -m benchmarks [name …]`: run every benchmark, or the ones named."""

from __future__ import annotations

import json
import sys
from importlib import import_module

BENCHMARKS = ("launch", "activities", "learner_page", "badges", "roster", "gates", "scores")


def main() -> None:
    """Print one JSON line for each measurement. What came out wrong ends in exit code 1, after everything has run."""
    is_correct = True
    for name in sys.argv[1:] or BENCHMARKS:
        for line in import_module(f"benchmarks.{name}").run():
            print(json.dumps({"benchmark": name, **line}, ensure_ascii=False), flush=True)
            is_correct = is_correct and line.get("correct", True)
    sys.exit(0 if is_correct else 1)


main()
