"""The salt of a credential, cut out of the stored document and put back when its holder asks for it.

The hash in a credential points at a person only together with its salt. So the salt lies in a table of its own:
destroying that row takes the person out of every copy that stays here, and leaves the rest as it was signed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

_BYTES = 16


@dataclass(frozen=True)
class Salted:
    """A signed document without its salt, and where the salt belongs."""

    document: bytes
    salt: str
    position: int


def new_salt() -> str:
    """Return 128 random bits in hex: nothing else in a document reads like it."""
    return secrets.token_hex(_BYTES)


def cut_out(document: bytes, salt: str) -> Salted:
    """Take the salt out of a signed document.

    Raises:
        ValueError: it is not there exactly once, so cutting it out would not hide it.
    """
    sought = salt.encode()
    if not sought or document.count(sought) != 1:
        raise ValueError("the salt is not in the document exactly once")
    position = document.index(sought)
    return Salted(document[:position] + document[position + len(sought) :], salt, position)


def put_back(salted: Salted) -> bytes:
    """Return the document as it was signed, byte for byte."""
    return salted.document[: salted.position] + salted.salt.encode() + salted.document[salted.position :]
