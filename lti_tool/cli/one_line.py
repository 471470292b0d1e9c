"""Text of strangers on a terminal: on one line, in sight, and without power over the screen."""

from __future__ import annotations

import unicodedata

MOST_CHARACTERS = 600
# Controls (they move the cursor and colour), halves of pairs, private and unknown characters, line separators.
_SHOWN_AS_CODE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
# Turn the direction of what follows, also of our own words.
_TURNS_DIRECTION = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def on_one_line(text: str) -> str:
    """Return the text as it may be printed: line ends are spaces, dangerous characters are codes, the rest is left.

    What is very long is cut, and says so.
    """
    text = " ".join(text.split())
    cut = text[:MOST_CHARACTERS]
    shown = "".join(_code(character) if _is_dangerous(character) else character for character in cut)
    return shown if len(cut) == len(text) else f"{shown} … (cut)"


def _is_dangerous(character: str) -> bool:
    return character in _TURNS_DIRECTION or unicodedata.category(character) in _SHOWN_AS_CODE


def _code(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"
