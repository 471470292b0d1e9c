"""Reading and writing: what JSON-LD would lose is refused, and so is what is too much."""

from __future__ import annotations

import json
from typing import Any

import pytest

from badges.errors import CredentialInvalid, Step
from badges.openbadges.document import (
    MAX_BLANK_NODES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    check_document,
    read_document,
    signed_bytes,
)
from badges.openbadges.text import plain_text
from tests.unit.badges.examples import make_signed


def test_bytes_are_compact_and_in_the_readers_own_letters_when_written() -> None:
    assert signed_bytes({"naam": "שלום é", "b": [1, True]}) == '{"naam":"שלום é","b":[1,true]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), {1}, "\ud800"])
def test_a_value_is_refused_when_it_cannot_be_written(value: Any) -> None:
    with pytest.raises(CredentialInvalid):
        signed_bytes({"name": value})


def test_a_document_is_refused_when_it_goes_round_in_a_circle() -> None:
    circle: dict[str, Any] = {}
    circle["name"] = circle

    with pytest.raises(CredentialInvalid):
        signed_bytes(circle)


def test_a_document_is_the_same_when_written_and_read() -> None:
    assert read_document(signed_bytes(make_signed())) == make_signed()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe{}",
        b'{"name":"\xe9"}',
        b'{"name":"a","name":"b"}',
        b'{"name":{"a":1,"a":1}}',
        b'{"name":NaN}',
        b'{"name":1e999}',
        b'{"name":null}',
        b'{"name":9007199254740993}',
        b'{"name":' + b"9" * 5000 + b"}",
        b'{"@graph":[]}',
        b'{"name":{"@value":"x"}}',
        b'{"issuer":{"@context":{}}}',
        b'{"":"x"}',
        b'{"https://schema.org/name":"x"}',
        b'{"schema:name":"x"}',
        b'{"Criteria":{}}',
        b'{"_sd":[]}',
        b'{"name\\u0000":"x"}',
        b"[" * 200_000,
    ],
)
def test_content_is_refused_when_it_is_not_strict_json(content: bytes) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        read_document(content)

    assert refused.value.step is Step.STRUCTURE


@pytest.mark.parametrize("text", ["\t", "a\rb", "\x00", "\x7f", "\ud800", "\uffff", "\x1b[31m"])
def test_text_is_refused_when_implementations_sign_it_differently(text: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        read_document(json.dumps({"name": text}).encode())

    assert refused.value.step is Step.TEXT


def _nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"id": "urn:x:y"}
    for level in range(depth):
        node = {"id": f"urn:x:{level}", "issuer": node}
    return node


@pytest.mark.parametrize(
    "document",
    [
        {"name": "x" * MAX_BYTES},
        {"name": ["x"] * (MAX_VALUES + 1)},
        {"name": [{}] * (MAX_BLANK_NODES + 1)},
        _nested(MAX_DEPTH + 1),
    ],
    ids=["bytes", "values", "blank nodes", "depth"],
)
def test_a_document_is_refused_when_it_is_more_than_anybody_needs(document: dict[str, Any]) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        read_document(signed_bytes(document))

    assert refused.value.step is Step.SIZE


def test_the_length_of_text_counts_when_there_are_no_bytes_yet() -> None:
    with pytest.raises(CredentialInvalid) as refused:
        check_document({"name": ["x" * MAX_BYTES, "x"]})

    assert refused.value.step is Step.SIZE


def test_numbers_and_truth_pass_when_json_carries_them_safely() -> None:
    check_document({"name": [1, -1.5, True, False]})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Les 1\t\u200fשלום \r\nregel\r", "Les 1 \u200fשלום \nregel"),
        ("a\u2028b\x00\x07c\x7f", "a\nbc"),
        ("e\u0301 \N{ROCKET}", "e\u0301 \N{ROCKET}"),
        ("\ud83d", ""),
    ],
)
def test_typed_text_becomes_plain_when_cleaned(typed: str, kept: str) -> None:
    assert plain_text(typed) == kept
