"""`python -m benchmarks [name …]`: run every benchmark, or the ones named."""

from __future__ import annotations

import json
import sys

from benchmarks import launch

BENCHMARKS = {"launch": launch.run}


def main() -> None:
    """Print one JSON line for each measurement."""
    for name in sys.argv[1:] or BENCHMARKS:
        for line in BENCHMARKS[name]():
            print(json.dumps({"benchmark": name, **line}, ensure_ascii=False), flush=True)


main()
