"""A file to keep, named after the badge whatever its name is written in."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from flask import make_response
from werkzeug.wrappers import Response

_LONGEST_NAME = 80
_NOT_IN_FILE_NAMES = set('\\/:*?"<>|')
_ATTR_CHAR = "!#$&+-.^_`|~"
"""What RFC 8187 leaves as it is in an encoded name, beside letters and digits."""


def attachment(body: bytes, content_type: str, badge_name: str, ending: str) -> Response:
    """Return a download. Its name is also given in plain letters where it has others (RFC 6266 section 4.3)."""
    response: Response = make_response(body)
    response.headers["Content-Type"] = content_type
    whole = f"{file_name(badge_name)}.{ending}"
    plain = f"{file_name(_in_ascii(badge_name))}.{ending}"
    names = {"filename": plain}
    if plain != whole:
        names["filename*"] = f"UTF-8''{quote(whole, safe=_ATTR_CHAR)}"
    response.headers.set("Content-Disposition", "attachment", **names)
    return response


def file_name(badge_name: str) -> str:
    """Return the badge's name as the beginning of a file name that every system takes.

    Without marks of direction too: with one of these a name could hide its ending.
    """
    kept = "".join(" " if _is_unfit(character) else character for character in badge_name)
    words = " ".join(kept.split())[:_LONGEST_NAME].rstrip(". ")
    return f"badge {words}" if words else "badge"


def _is_unfit(character: str) -> bool:
    return character in _NOT_IN_FILE_NAMES or unicodedata.category(character)[0] in "CZ"


def _in_ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
