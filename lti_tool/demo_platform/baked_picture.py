"""Reading the credential out of a baked picture, as a backpack would: knows PNG and the standard, not the tool.

One uncompressed iTXt chunk with the keyword `openbadgecredential`.
https://www.imsglobal.org/spec/ob/v3p0/#png-baking
"""

from __future__ import annotations

import struct

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The keyword, then: not compressed, method 0, no language, no translated keyword.
_BEFORE_THE_TEXT = b"openbadgecredential\x00\x00\x00\x00\x00"


def credential_in(picture: bytes) -> bytes:
    """Return the one credential that a picture carries.

    Raises:
        ValueError: no PNG, or it carries none, or more than one.
    """
    if not picture.startswith(_SIGNATURE):
        raise ValueError("the picture is no PNG")
    found, place = [], len(_SIGNATURE)
    while place + 8 <= len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        content = picture[place + 8 : place + 8 + length]
        if kind == b"iTXt" and content.startswith(_BEFORE_THE_TEXT):
            found.append(content[len(_BEFORE_THE_TEXT) :])
        place += length + 12
    if len(found) != 1:
        raise ValueError(f"the picture carries {len(found)} credentials")
    return found[0]
