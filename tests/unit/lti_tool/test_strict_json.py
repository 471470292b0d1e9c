"""The parser of token JSON: same as the standard one, except that nothing can be read two ways."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.strict_json import parse_json_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)


@given(OBJECTS)
def test_object_is_read_as_written_when_names_are_unique(value: dict[str, object]) -> None:
    assert parse_json_object(json.dumps(value).encode()) == value


@given(OBJECTS, st.text(), VALUES, VALUES, st.integers(min_value=0, max_value=4))
def test_object_is_refused_when_a_name_occurs_twice_at_any_depth(
    around: dict[str, object], name: str, first: object, second: object, depth: int
) -> None:
    assume(name not in around)
    # The same name in two spellings: plain and escaped.
    plain = json.dumps(name, ensure_ascii=False)
    pairs = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in around.items()]
    pairs += [f"{plain}: {json.dumps(first)}", f"{escaped(name)}: {json.dumps(second)}"]
    text = "{" + ", ".join(pairs) + "}"
    for _ in range(depth):
        text = '{"a": [' + text + "]}"

    with pytest.raises(ValueError, match="a name occurs twice"):
        parse_json_object(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"1", b"null", b'{"a": NaN}', b'{"a": -Infinity}', b"{} {}", b"\xff", b'{"a": 1,}', b"{" * 99_999],
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_json_object(text)


@pytest.mark.parametrize("opening", [b'{"a":', b"["])
def test_depth_without_end_is_refused(opening: bytes) -> None:
    with pytest.raises(ValueError, match="nested too deep"):
        parse_json_object(opening * 50_000)


def escaped(name: str) -> str:
    units = name.encode("utf-16-be", "surrogatepass")
    return '"' + "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)) + '"'
