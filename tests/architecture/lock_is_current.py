"""Says whether requirements/*.lock still follow from requirements/*.in: every direct requirement is locked.

Run by `make check`. Compares names and specifiers without asking a registry, so it works offline and says the same
thing on every day.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct(path: Path) -> set[str]:
    names = set()
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r "):
            names |= direct(path.parent / line[3:])
        elif line and not line.startswith("-c "):
            names.add(normal(re.split(r"[\[<>=!~; ]", line)[0]))
    return names


def locked(path: Path) -> dict[str, str]:
    text = path.read_text()
    return {normal(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.M)}


def main() -> int:
    problems = []
    pins: dict[str, dict[str, str]] = {}
    for source in sorted(REQUIREMENTS.glob("*.in")):
        lock = source.with_suffix(".lock")
        pins[source.stem] = locked(lock)
        problems += [f"{lock.name} lacks {name}" for name in sorted(direct(source) - set(pins[source.stem]))]
        if re.search(r"https?://|--index|--find-links", lock.read_text()):
            problems.append(f"{lock.name} names a registry")
        blocks = re.findall(r"^[A-Za-z0-9._-]+==.*?(?=^[A-Za-z0-9]|\Z)", lock.read_text(), re.M | re.S)
        problems += [
            f"{lock.name}: no hash for {block.split()[0]}" for block in blocks if "--hash=sha256:" not in block
        ]
    for name, version in pins["run"].items():
        for group in ("dev", "e2e"):
            if pins[group].get(name) != version:
                problems.append(f"{group}.lock has another {name} than run.lock")
    for problem in problems:
        print(f"lock: {problem}; run `make lock`")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
