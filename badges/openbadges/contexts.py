"""The JSON-LD contexts that credentials are read with: vendored, pinned by hash, never fetched.

`contexts/SOURCES.toml` is the single table. The loader given to the JSON-LD processor answers from it or refuses, so
no document can make this program open a connection. https://www.w3.org/TR/vc-data-model-2.0/#base-context
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from badges.errors import CredentialInvalid, CredentialUndecided, Step

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_3_0_2 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

# The order is part of the standard: credentials first, Open Badges second.
CREDENTIAL_CONTEXTS = (CREDENTIALS_V2, OPEN_BADGES_3)

# What is read: ours and the version before it, also with the extension terms, which others need for
# `credentialSchema`. Version 3.0.1 defines `name` anew, which the credentials context forbids: no processor can read
# the two together.
_READABLE = [
    [CREDENTIALS_V2, badges, *more]
    for badges in (OPEN_BADGES_3, OPEN_BADGES_3_0_2)
    for more in ([], [OPEN_BADGES_EXTENSIONS])
]


@cache
def vendored_contexts() -> Mapping[str, bytes]:
    """Return the bytes of each known context by URL, each checked against its hash, once per process.

    Raises:
        CredentialInvalid: a file is not the one that was vendored.
    """
    folder = files("badges.openbadges") / "contexts"
    table = tomllib.loads((folder / "SOURCES.toml").read_text(encoding="utf-8"))
    contexts = {}
    for entry in table["context"]:
        content = (folder / entry["file"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise CredentialInvalid(Step.CONTEXT, f"the vendored {entry['file']} is not the one that was pinned")
        contexts[entry["url"]] = content
    return contexts


def load_context(url: str, _options: object = None) -> dict[str, Any]:
    """Answer the JSON-LD processor from the vendored table: its `documentLoader`.

    A fresh copy each time, because the processor writes into what it gets; the `static` tag lets it remember the
    result, so this is called once per URL.

    Raises:
        CredentialInvalid: the URL is not in the table.
    """
    content = vendored_contexts().get(url)
    if content is None:
        raise CredentialInvalid(Step.CONTEXT, "a context that is not vendored")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": json.loads(content),
        "tag": "static",
    }


def check_written_contexts(document: Mapping[str, Any]) -> None:
    """Insist on exactly the contexts this package writes, in their order.

    Raises:
        CredentialInvalid: they are others.
    """
    if document.get("@context") != list(CREDENTIAL_CONTEXTS):
        raise CredentialInvalid(Step.CONTEXT, "@context is not the list that is written here")


def check_contexts(document: Mapping[str, Any]) -> None:
    """Insist on one of the lists of contexts that are read; inline contexts are refused with the rest.

    Raises:
        CredentialUndecided: another context, an inline one, or known ones in another order.
        CredentialInvalid: there is none.
    """
    contexts = document.get("@context")
    if not contexts:
        raise CredentialInvalid(Step.CONTEXT, "no @context, so nothing says what the words mean")
    if contexts not in _READABLE:
        raise CredentialUndecided(Step.CONTEXT, "@context is not a list that this reader knows")
