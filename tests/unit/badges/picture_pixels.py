"""Reads the pixels of a PNG, so that tests can look at a picture. Only what the pictures use: 8 bits, RGBA."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"

Pixel = tuple[int, int, int, int]


def chunks_of(png: bytes) -> list[tuple[bytes, bytes]]:
    assert png.startswith(SIGNATURE)
    found = []
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", png, at + 8 + length)
        assert checksum == zlib.crc32(kind + data)
        found.append((kind, data))
        at += 12 + length
    return found


def pixels_of(png: bytes) -> list[list[Pixel]]:
    """Return the rows of pixels, from the top."""
    chunks = chunks_of(png)
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, kind, interlaced) == (8, 6, 0)
    raw = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    length = width * 4
    assert len(raw) == height * (length + 1)
    rows = []
    above = bytes(length)
    for start in range(0, len(raw), length + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + length], above)
        rows.append([(above[x], above[x + 1], above[x + 2], above[x + 3]) for x in range(0, length, 4)])
    return rows


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    """Undo a row's filter: https://www.w3.org/TR/png-3/#9Filter-types."""
    row = bytearray(line)
    for at, up in enumerate(above if kind else b""):
        left, upper_left = (row[at - 4], above[at - 4]) if at >= 4 else (0, 0)
        guess = _paeth(left, up, upper_left) if kind == 4 else (0, left, up, (left + up) // 2)[kind]
        row[at] = (row[at] + guess) % 256
    return bytes(row)


def _paeth(left: int, up: int, upper_left: int) -> int:
    to_left, to_up, to_both = abs(up - upper_left), abs(left - upper_left), abs(left + up - 2 * upper_left)
    if to_left <= to_up and to_left <= to_both:
        return left
    return up if to_up <= to_both else upper_left
