"""A credential as a JSON document: reading it strictly, writing it, and the caps it must stay within.

The same check stands before signing and before verifying, so nothing is signed that would not be read back. What it
refuses is what JSON-LD would drop or merge without a word: null, keywords written out, nested contexts, repeated
keys, and a second spelling of a property or a type: its full IRI, or `Criteria` for `criteria` and `image` for the
type `Image`, which the contexts make the same. Most of that is JSON-LD all the same, so it is left undecided and not
called wrong. The same goes for a second node with the credential's own id: to the signature both are one, so the
day on which it ends could be moved there, out of sight.
The caps come before any canonicalization, whose cost a document can drive up.
https://www.w3.org/TR/rdf-canon/#dataset-poisoning
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.text import is_plain
from config.strict_json import parse_json

Document = dict[str, Any]

MAX_BYTES = 512 * 1024
MAX_DEPTH = 24
MAX_VALUES = 2_000
MAX_BLANK_NODES = 100
# Beyond this, JSON numbers lose digits in other languages.
_MAX_INTEGER = 2**53
_PROPERTY = re.compile(r"[a-z][A-Za-z0-9]*")


def signed_bytes(document: Mapping[str, Any]) -> bytes:
    """Write a signed document as it is stored and served: compact UTF-8 JSON, keys in their order.

    Raises:
        CredentialInvalid: it is not JSON.
    """
    try:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise CredentialInvalid(Step.STRUCTURE, "the document cannot be written as JSON") from problem


def read_document(content: bytes) -> Document:
    """Read a document from elsewhere, within all caps.

    Raises:
        CredentialInvalid: not within `parse_document` or `check_document`.
    """
    document = parse_document(content)
    check_document(document)
    return document


def parse_document(content: bytes) -> Document:
    """Read bytes from elsewhere as one JSON object; what is in it is still anything.

    Raises:
        CredentialInvalid: too large, not JSON, or a repeated key.
    """
    if len(content) > MAX_BYTES:
        raise CredentialUndecided(Step.SIZE, f"more than {MAX_BYTES} bytes")
    try:
        document = parse_json(content)
    except ValueError as problem:
        raise CredentialInvalid(Step.STRUCTURE, "not a JSON document in UTF-8") from problem
    if not isinstance(document, dict):
        raise CredentialInvalid(Step.STRUCTURE, "not a JSON object")
    return document


def check_document(document: Mapping[str, Any]) -> None:
    """Refuse what is too much to canonicalize and what would be lost in it.

    Raises:
        CredentialInvalid: with the step and the rule.
    """
    values = blank_nodes = length = 0
    waiting: list[tuple[Any, int]] = [(value, 1) for value in _members(document, "@context")]
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if isinstance(value, str):
            length += len(value)
            if not is_plain(value):
                raise CredentialUndecided(Step.TEXT, "a control character other than a line feed")
        elif isinstance(value, Mapping):
            blank_nodes += "id" not in value
            if "id" in value and value["id"] == document.get("id"):
                raise CredentialUndecided(Step.STRUCTURE, "the credential is described in two places")
            waiting += [(member, depth + 1) for member in _members(value)]
        elif isinstance(value, list):
            waiting += [(item, depth + 1) for item in value]
        else:
            _check_scalar(value)
        if depth > MAX_DEPTH or values > MAX_VALUES or blank_nodes > MAX_BLANK_NODES or length > MAX_BYTES:
            raise CredentialUndecided(Step.SIZE, "too deep, too many values, nodes without an id, or too long")


def _members(node: Mapping[str, Any], but: str = "") -> list[Any]:
    for key in node:
        if _PROPERTY.fullmatch(key) is None and key != but:
            raise CredentialUndecided(Step.STRUCTURE, "a key that is no plain property name")
    types = node.get("type")
    for name in types if isinstance(types, list) else [types]:
        if isinstance(name, str) and _PROPERTY.fullmatch(name):
            raise CredentialUndecided(Step.STRUCTURE, "a type that is spelled as a property")
    return list(node.values())


def _check_scalar(value: object) -> None:
    if value is None:
        raise CredentialUndecided(Step.STRUCTURE, "null, which a signature does not cover")
    if isinstance(value, bool):
        return
    if isinstance(value, float) and math.isfinite(value):
        return
    if isinstance(value, int) and abs(value) <= _MAX_INTEGER:
        return
    raise CredentialUndecided(Step.STRUCTURE, "a value that JSON does not carry safely")
