"""What people typed, as it is kept: without invisible control characters, on one line or on several."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_GAPS = re.compile(r"[\s\x00-\x1f\x7f]+")


def one_line(value: str | None) -> str:
    """Return the text on one line, without control characters."""
    return _GAPS.sub(" ", value or "").strip()


def several_lines(value: str | None) -> str:
    """Return the text with plain line ends, without control characters."""
    return _CONTROL.sub("", (value or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_blank(text: str) -> bool:
    """Say whether nothing in the text can be seen."""
    return not any(character.isprintable() and not character.isspace() for character in text)
