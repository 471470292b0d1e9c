"""What may be believed of a JSON value that somebody else sent."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn, TypeGuard


def read_json_text(text: bytes | str) -> Any:
    """Read JSON strictly: no NaN, no text that cannot be written down again. Raises ValueError."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        # Half of a surrogate pair can be escaped in JSON, and neither stored nor shown.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether a value is a finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
