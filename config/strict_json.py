"""JSON from elsewhere, read so that it can mean one thing only.

A name that occurs twice is refused: one program would read the first value and another the last. So are NaN and
Infinity, which are not JSON. https://www.rfc-editor.org/rfc/rfc8725#section-2.4
"""

from __future__ import annotations

import json
from typing import Any, NoReturn


def parse_json(text: bytes) -> Any:
    """Return the value, or raise ValueError for anything that is not exactly one value in UTF-8."""
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None


def parse_json_object(text: bytes) -> dict[str, Any]:
    """Return the object, or raise ValueError for anything that is not exactly one."""
    value = parse_json(text)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
