"""The vendored contexts: pinned, complete, and the only ones."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from badges.errors import CredentialInvalid, Step
from badges.openbadges import contexts
from badges.openbadges.contexts import (
    CREDENTIAL_CONTEXTS,
    CREDENTIALS_V2,
    OPEN_BADGES_3,
    OPEN_BADGES_3_0_2,
    OPEN_BADGES_EXTENSIONS,
    check_contexts,
    check_written_contexts,
    load_context,
    vendored_contexts,
)

FOLDER = files("badges.openbadges") / "contexts"


def test_table_and_folder_agree_when_compared() -> None:
    table = tomllib.loads((FOLDER / "SOURCES.toml").read_text(encoding="utf-8"))["context"]

    assert {entry["file"] for entry in table} | {"SOURCES.toml"} == {file.name for file in FOLDER.iterdir()}
    assert {entry["url"] for entry in table} == {
        CREDENTIALS_V2,
        OPEN_BADGES_3,
        OPEN_BADGES_3_0_2,
        OPEN_BADGES_EXTENSIONS,
    }
    assert all(entry["source"] and entry["licence"] for entry in table)


def test_a_context_is_the_pinned_file_when_loaded() -> None:
    content = vendored_contexts()[CREDENTIALS_V2]

    assert hashlib.sha256(content).hexdigest().startswith("59955ced6697")
    assert load_context(CREDENTIALS_V2)["document"]["@context"]["@protected"] is True


def test_a_changed_file_is_refused_when_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class _OtherHash:
        def hexdigest(self) -> str:
            return "0" * 64

    vendored_contexts.cache_clear()
    monkeypatch.setattr(contexts.hashlib, "sha256", lambda _content: _OtherHash())
    try:
        with pytest.raises(CredentialInvalid) as refused:
            vendored_contexts()
    finally:
        vendored_contexts.cache_clear()

    assert refused.value.step is Step.CONTEXT


OURS = list(CREDENTIAL_CONTEXTS)
OTHERS_READ = [
    [*CREDENTIAL_CONTEXTS, OPEN_BADGES_EXTENSIONS],
    [CREDENTIALS_V2, OPEN_BADGES_3_0_2],
    [CREDENTIALS_V2, OPEN_BADGES_3_0_2, OPEN_BADGES_EXTENSIONS],
]


@pytest.mark.parametrize("listed", [OURS, *OTHERS_READ])
def test_contexts_pass_when_they_are_ours_or_can_be_read(listed: list[str]) -> None:
    check_contexts({"@context": listed})


@pytest.mark.parametrize("listed", OTHERS_READ)
def test_contexts_are_not_written_when_they_are_not_ours(listed: list[str]) -> None:
    check_written_contexts({"@context": OURS})
    with pytest.raises(CredentialInvalid) as refused:
        check_written_contexts({"@context": listed})

    assert refused.value.step is Step.CONTEXT


def _scopes(
    context: dict[str, Any], inherited: dict[str, str], where: str = ""
) -> Iterator[tuple[str, dict[str, str]]]:
    terms = dict(inherited)
    for term, definition in context.items():
        if not term.startswith("@"):
            terms[term] = definition if isinstance(definition, str) else definition["@id"]
    yield where, terms
    for term, definition in context.items():
        if isinstance(definition, dict) and isinstance(definition.get("@context"), dict):
            yield from _scopes(definition["@context"], terms, term)


@pytest.mark.parametrize("url", [OPEN_BADGES_3, OPEN_BADGES_3_0_2])
def test_no_two_property_names_mean_one_thing_when_they_may_stand_in_a_document(url: str) -> None:
    both = {**load_context(CREDENTIALS_V2)["document"]["@context"], **load_context(url)["document"]["@context"]}

    for where, terms in _scopes(both, {}):
        plain = [iri for term, iri in terms.items() if re.fullmatch("[a-z][A-Za-z0-9]*", term)]
        assert len(set(plain)) == len(plain), where


@pytest.mark.parametrize(
    "listed",
    [
        None,
        CREDENTIALS_V2,
        [CREDENTIALS_V2],
        [OPEN_BADGES_3, CREDENTIALS_V2],
        [*CREDENTIAL_CONTEXTS, {"naam": "https://schema.org/name"}],
        [*CREDENTIAL_CONTEXTS, "https://example.org/context.json"],
        {"@context": list(CREDENTIAL_CONTEXTS)},
    ],
)
def test_contexts_are_refused_when_they_are_others(listed: Any) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        check_contexts({"@context": listed})

    assert refused.value.step is Step.CONTEXT
