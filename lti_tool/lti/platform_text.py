"""Text that platforms send, made fit to store and show.

Names and titles are cleaned rather than refused: an odd character in a course title must not keep a class out.
"""

from __future__ import annotations

import re
from typing import Any


def clean_text(value: Any, max_length: int) -> str | None:
    """Return display text on one line, cut to length, without lone surrogates; None for no text.

    PostgreSQL stores neither NUL nor surrogates, and a terminal obeys other control characters; JSON can write all.
    """
    if not isinstance(value, str):
        return None
    one_line = re.sub(r"[\t\n\v\f\r\x85]", " ", value)
    printable = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", one_line)
    cleaned = printable.encode("utf-8", "replace").decode("utf-8").strip()
    return cleaned[:max_length].rstrip() or None


def is_plain(value: str) -> bool:
    """Say whether a text has no control characters and no lone surrogates, so that it can go anywhere unchanged."""
    return not any(
        character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff" for character in value
    )


def is_storable(value: str) -> bool:
    """Say whether every database keeps a text unchanged: PostgreSQL takes no NUL, and UTF-8 has no lone surrogates."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)


def is_identifier(value: Any) -> bool:
    """Say whether a value can be kept and compared as an identifier: 1 to 255 characters, none of them control.

    https://www.imsglobal.org/spec/lti/v1p3/#user-identity-claims limits identifiers to 255 characters.
    """
    return isinstance(value, str) and 0 < len(value) <= 255 and is_plain(value)


def identifier_text(value: Any) -> str | None:
    """Return an identifier that a service sent as a text or as a whole number; None for what is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return str(value) if is_identifier(value) else None
