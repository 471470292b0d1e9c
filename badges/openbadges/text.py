"""Text that every implementation signs alike.

RDFC-1.0 escapes control characters in its canonical form; the libraries in use do not agree on which (one writes a
tab as it is, another escapes it), so the same credential would hash differently here and there. Line feed is the only
one they all treat the same.
https://www.w3.org/TR/rdf-canon/#canonical-quads
"""

from __future__ import annotations

import re

_NOT_SIGNED_ALIKE = re.compile("[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|\u2028|\u2029")


def is_plain(text: str) -> bool:
    """Whether every implementation signs this text alike."""
    return _NOT_SIGNED_ALIKE.search(text) is None


def plain_text(text: str) -> str:
    """Make typed or pasted text plain: one kind of line end, tabs as spaces, no other control characters."""
    return _NOT_SIGNED_ALIKE.sub("", _LINE_END.sub("\n", text).replace("\t", " ")).strip()
