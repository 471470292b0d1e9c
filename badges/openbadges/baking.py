"""Baking: a credential inside the picture of its badge, as one uncompressed iTXt chunk.

The chunk is put in behind the header and nothing else is touched: no pixel is decoded, here or when reading. A file
from elsewhere is walked through chunk by chunk, lengths and checksums checked, and only text that says it is a
credential is opened, up to the size of a credential: a bomb stays packed.
https://www.imsglobal.org/spec/ob/v3p0/#baking and https://www.w3.org/TR/png-3/#11iTXt
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.document import MAX_BYTES

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_FILE_BYTES = 10 * 1024 * 1024
# Writers that cut pictures into small pieces need hundreds.
_MAX_CHUNKS = 20_000
_KEYWORD = b"openbadgecredential"
_KEYWORD_OPEN_BADGES_2 = b"openbadges"
# Length and type before the data, checksum behind it.
_FRAME = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
_HEADER_LENGTH = 13


class _Chunk(NamedTuple):
    kind: bytes
    data: bytes
    start: int
    end: int


def bake(png: bytes, document: bytes) -> bytes:
    """Return the picture with the signed document in it, in the place of one that was there.

    Raises:
        CredentialInvalid: not a whole PNG, or the document is not UTF-8 text of a size that is read back.
    """
    if len(document) > MAX_BYTES:
        raise CredentialInvalid(Step.SIZE, f"more than {MAX_BYTES} bytes")
    if not _is_text(document):
        raise CredentialInvalid(Step.STRUCTURE, "a document that is no text cannot be baked")
    kept = [PNG_SIGNATURE]
    for chunk in _chunks(png):
        if not _is_credential(chunk):
            kept.append(png[chunk.start : chunk.end])
        if chunk.kind == b"IHDR":
            kept.append(_chunk(b"iTXt", _KEYWORD + b"\0\0\0\0\0" + document))
    baked = b"".join(kept)
    if len(baked) > MAX_FILE_BYTES:
        raise CredentialInvalid(Step.SIZE, f"a file of more than {MAX_FILE_BYTES} bytes")
    return baked


def extract(png: bytes) -> bytes:
    """Return the credential that is baked into a picture, from here or from elsewhere; nothing in it is checked.

    Raises:
        CredentialInvalid: not a whole PNG, no credential in it, more than one, or one that is too large.
    """
    chunks = list(_chunks(png))
    baked = [chunk.data for chunk in chunks if _is_credential(chunk)]
    if not baked and any(_keyword(chunk) == _KEYWORD_OPEN_BADGES_2 for chunk in chunks):
        raise CredentialUndecided(Step.FILE, "a picture with a badge of Open Badges 2")
    if len(baked) != 1:
        raise CredentialInvalid(Step.FILE, "not exactly one credential in the picture")
    return _text_of(baked[0])


def _chunks(png: bytes) -> Iterator[_Chunk]:
    """Walk to the end of the picture; what follows it belongs to no picture and is left out."""
    if len(png) > MAX_FILE_BYTES:
        raise CredentialUndecided(Step.SIZE, f"a file of more than {MAX_FILE_BYTES} bytes")
    if not png.startswith(PNG_SIGNATURE):
        raise CredentialInvalid(Step.FILE, "not a PNG")
    start = len(PNG_SIGNATURE)
    for count in range(_MAX_CHUNKS):
        chunk = _chunk_at(png, start)
        if (count == 0) != (chunk.kind == b"IHDR") or (count == 0 and len(chunk.data) != _HEADER_LENGTH):
            raise CredentialInvalid(Step.FILE, "a PNG without its one header in front")
        yield chunk
        if chunk.kind == b"IEND":
            return
        start = chunk.end
    raise CredentialUndecided(Step.SIZE, f"a PNG of more than {_MAX_CHUNKS} pieces")


def _chunk_at(png: bytes, start: int) -> _Chunk:
    data_start = start + _FRAME.size
    if data_start > len(png):
        raise CredentialInvalid(Step.FILE, "a PNG that stops in the middle")
    length, kind = _FRAME.unpack_from(png, start)
    data_end = data_start + length
    if data_end + _CHECKSUM.size > len(png):
        raise CredentialInvalid(Step.FILE, "a PNG that stops in the middle")
    if zlib.crc32(memoryview(png)[start + 4 : data_end]) != _CHECKSUM.unpack_from(png, data_end)[0]:
        raise CredentialInvalid(Step.FILE, "a piece of the PNG does not match its checksum")
    return _Chunk(kind, png[data_start:data_end], start, data_end + _CHECKSUM.size)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return _FRAME.pack(len(data), kind) + data + _CHECKSUM.pack(zlib.crc32(kind + data))


def _keyword(chunk: _Chunk) -> bytes:
    return chunk.data.partition(b"\0")[0] if chunk.kind in (b"iTXt", b"tEXt", b"zTXt") else b""


def _is_credential(chunk: _Chunk) -> bool:
    return chunk.kind == b"iTXt" and _keyword(chunk) == _KEYWORD


def _text_of(data: bytes) -> bytes:
    # Behind the keyword: compressed or not, the method (always zlib), a language, a translated keyword, the text.
    behind = data[len(_KEYWORD) + 1 :]
    flags, texts = behind[:2], behind[2:].split(b"\0", 2)
    if flags not in (b"\0\0", b"\1\0") or len(texts) != 3:
        raise CredentialInvalid(Step.FILE, "a credential that is not packed as the standard has it")
    text = _inflated(texts[2]) if flags == b"\1\0" else texts[2]
    if len(text) > MAX_BYTES:
        raise CredentialUndecided(Step.SIZE, f"a credential of more than {MAX_BYTES} bytes")
    return text


def _inflated(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, MAX_BYTES + 1)
    except zlib.error as problem:
        raise CredentialInvalid(Step.FILE, "a credential that cannot be unpacked") from problem
    if len(text) <= MAX_BYTES and (not unpacking.eof or unpacking.unused_data):
        raise CredentialInvalid(Step.FILE, "a credential that cannot be unpacked")
    return text


def _is_text(document: bytes) -> bool:
    try:
        return "\0" not in document.decode()
    except UnicodeDecodeError:
        return False
