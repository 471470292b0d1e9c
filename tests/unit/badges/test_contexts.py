"""The vendored contexts: pinned, complete, and the only ones."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from badges.errors import CredentialInvalid, Step
from badges.openbadges import contexts
from badges.openbadges.contexts import (
    CREDENTIAL_CONTEXTS,
    CREDENTIALS_V2,
    OPEN_BADGES_3,
    OPEN_BADGES_EXTENSIONS,
    check_contexts,
    load_context,
    vendored_contexts,
)

FOLDER = files("badges.openbadges") / "contexts"


def test_table_and_folder_agree_when_compared() -> None:
    table = tomllib.loads((FOLDER / "SOURCES.toml").read_text(encoding="utf-8"))["context"]

    assert {entry["file"] for entry in table} | {"SOURCES.toml"} == {file.name for file in FOLDER.iterdir()}
    assert {entry["url"] for entry in table} == {CREDENTIALS_V2, OPEN_BADGES_3, OPEN_BADGES_EXTENSIONS}
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


@pytest.mark.parametrize("listed", [list(CREDENTIAL_CONTEXTS), [*CREDENTIAL_CONTEXTS, OPEN_BADGES_EXTENSIONS]])
def test_contexts_pass_when_they_are_ours(listed: list[str]) -> None:
    check_contexts({"@context": listed})


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
