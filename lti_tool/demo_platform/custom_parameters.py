"""What a teacher types into "Custom parameters": one `name=value` a line, read as Moodle 4.5 reads it."""

from __future__ import annotations

import string

_KEPT = frozenset(f"{string.ascii_lowercase}{string.digits}".encode())


def read_custom_parameters(text: str) -> dict[str, str]:
    """Return the parameters as they travel in a launch; lines without a name are skipped.

    A name arrives in small letters, with an underscore for every byte that is neither a letter nor a digit, and as it
    was typed too where that differs. Of two lines with one name the last counts.
    """
    found: dict[str, str] = {}
    for line in text.replace("\r", "\n").split("\n"):
        name, equals, value = (part.strip() for part in line.partition("="))
        if name and equals:
            found[_plain_name(name)] = value
            found[name] = value
    return found


def _plain_name(name: str) -> str:
    return "".join(chr(byte) if byte in _KEPT else "_" for byte in name.lower().encode())
