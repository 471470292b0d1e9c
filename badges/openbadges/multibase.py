"""Multibase with base58btc (`z`), the one spelling that keys and proof values use here, read strictly.

https://www.w3.org/TR/cid-1.0/#multibase-0
"""

from __future__ import annotations

import base58

# Enough for a signature of 64 bytes; decoding costs the square of the length.
_MAX_LENGTH = 128


def encode_multibase(content: bytes) -> str:
    """Return the bytes as `z` and base58btc."""
    return "z" + base58.b58encode(content).decode()


def decode_multibase(text: object) -> bytes | None:
    """Return the bytes, or None for anything but the one spelling `encode_multibase` gives."""
    if not isinstance(text, str) or not text.startswith("z") or len(text) > _MAX_LENGTH:
        return None
    try:
        content = base58.b58decode(text[1:])
    except ValueError:
        return None
    return content if encode_multibase(content) == text else None
