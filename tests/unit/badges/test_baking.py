"""Baking a credential into a picture, and reading pictures from anywhere."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges import baking
from badges.openbadges.baking import MAX_FILE_BYTES, PNG_SIGNATURE, bake, extract
from badges.openbadges.document import MAX_BYTES, signed_bytes
from tests.unit.badges.examples import make_signed

KEYWORD = b"openbadgecredential"
HEADER = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
PIXELS = zlib.compress(b"\0\0")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*extra: bytes, header: bytes = HEADER) -> bytes:
    """One grey pixel, with chunks between its header and its pixels."""
    return PNG_SIGNATURE + b"".join(
        [chunk(b"IHDR", header), *extra, chunk(b"IDAT", PIXELS), chunk(b"tEXt", b"Software\0x"), chunk(b"IEND", b"")]
    )


def itxt(text: bytes, flags: bytes = b"\0\0", keyword: bytes = KEYWORD, names: bytes = b"\0\0") -> bytes:
    return chunk(b"iTXt", keyword + b"\0" + flags + names + text)


PLAIN = png()
SIGNED = signed_bytes(make_signed(name="שלום \N{ROCKET} naïef"))
BAKED = bake(PLAIN, SIGNED)


@settings(max_examples=150)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300))
def test_a_document_comes_back_when_baked_in_any_script(text: str) -> None:
    assert extract(bake(PLAIN, text.encode())) == text.encode()


def test_a_signed_credential_comes_back_byte_for_byte_when_baked() -> None:
    assert extract(BAKED) == SIGNED


def test_everything_else_stays_as_it_was_when_baked() -> None:
    assert png(itxt(SIGNED)) == BAKED


def test_the_newest_is_the_only_one_when_baked_twice() -> None:
    again = bake(bake(BAKED, b"{}"), SIGNED)

    assert again == BAKED
    assert again.count(KEYWORD) == 1


def test_other_texts_stay_when_baked() -> None:
    other = itxt(b"dag", keyword=b"Title")

    assert bake(png(other), b"{}") == png(itxt(b"{}"), other)


def test_a_packed_credential_is_read_when_somebody_else_baked_it() -> None:
    packed = png(itxt(zlib.compress(SIGNED), flags=b"\1\0", names=b"nl\0bewijs\0"))

    assert extract(packed) == SIGNED
    assert bake(packed, b"{}").count(KEYWORD) == 1


def test_what_follows_the_picture_is_not_read_when_extracting() -> None:
    assert extract(BAKED + itxt(b"{}")) == SIGNED


@pytest.mark.parametrize("at", range(len(PNG_SIGNATURE), len(bake(PLAIN, b"{}"))))
def test_a_flipped_bit_is_refused_when_it_stands_in_any_chunk(at: int) -> None:
    flipped = bytearray(bake(PLAIN, b"{}"))
    flipped[at] ^= 1

    with pytest.raises(CredentialInvalid) as refused:
        extract(bytes(flipped))

    assert refused.value.step is Step.FILE


@pytest.mark.parametrize("length", [0, 7, 8, 12, 40, len(BAKED) - 1])
def test_a_truncated_file_is_refused_when_read(length: int) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        extract(BAKED[:length])

    assert refused.value.step is Step.FILE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff\xd8\xff\xe0 JPEG",
        b"<svg/>",
        PLAIN,
        png(itxt(b"{}"), itxt(b"{}")),
        png(itxt(b"{}", keyword=KEYWORD + b"2")),
        png(chunk(b"tEXt", KEYWORD + b"\0{}")),
        png(itxt(b"{}", flags=b"\2\0")),
        png(itxt(b"{}", flags=b"\1\1")),
        png(chunk(b"iTXt", KEYWORD)),
        png(chunk(b"iTXt", KEYWORD + b"\0\0\0nl\0")),
        png(itxt(b"not zlib", flags=b"\1\0")),
        png(itxt(zlib.compress(SIGNED)[:-1], flags=b"\1\0")),
        png(itxt(zlib.compress(SIGNED) + b"x", flags=b"\1\0")),
        png(itxt(b"{}"), header=HEADER + b"\0"),
        png(itxt(b"{}"), chunk(b"IHDR", HEADER)),
        PNG_SIGNATURE + itxt(b"{}") + chunk(b"IHDR", HEADER) + chunk(b"IEND", b""),
    ],
)
def test_a_file_is_refused_when_it_is_no_picture_with_one_credential(content: bytes) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        extract(content)

    assert refused.value.step is Step.FILE
    assert not isinstance(refused.value, CredentialUndecided)


def _bomb() -> bytes:
    return zlib.compress(bytes(64 * 1024 * 1024), 9)


@pytest.mark.parametrize(
    "content",
    [
        png(itxt(_bomb(), flags=b"\1\0")),
        png(itxt(b"x" * (MAX_BYTES + 1))),
        PLAIN + bytes(MAX_FILE_BYTES),
    ],
    ids=["bomb", "large", "large file"],
)
def test_a_file_is_left_undecided_when_it_is_larger_than_is_read(content: bytes) -> None:
    with pytest.raises(CredentialUndecided) as refused:
        extract(content)

    assert refused.value.step is Step.SIZE


def test_a_bomb_is_never_unpacked_further_than_the_cap_when_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baking, "MAX_BYTES", 1000)

    assert len(baking._inflated(_bomb())) == 1001


def test_a_file_is_left_undecided_when_it_has_endless_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baking, "_MAX_CHUNKS", 3)

    with pytest.raises(CredentialUndecided) as refused:
        extract(PLAIN)

    assert refused.value.step is Step.SIZE


def test_a_badge_of_the_older_standard_is_left_undecided_when_read() -> None:
    with pytest.raises(CredentialUndecided) as refused:
        extract(png(chunk(b"tEXt", b"openbadges\0https://example.org/assertions/1")))

    assert refused.value.step is Step.FILE


@pytest.mark.parametrize(
    ("picture", "document", "step"),
    [
        (b"GIF89a", b"{}", Step.FILE),
        (PLAIN[:-1], b"{}", Step.FILE),
        (PLAIN, b"\xff", Step.STRUCTURE),
        (PLAIN, b"{\0}", Step.STRUCTURE),
        (PLAIN, b"x" * (MAX_BYTES + 1), Step.SIZE),
        (png(chunk(b"zzZz", bytes(MAX_FILE_BYTES - 150))), b"x" * 200, Step.SIZE),
    ],
)
def test_baking_is_refused_when_it_could_not_be_read_back(picture: bytes, document: bytes, step: Step) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        bake(picture, document)

    assert refused.value.step is step
