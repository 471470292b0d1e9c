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

from badges.errors import CredentialInvalid, Step

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

# The order is part of the standard: credentials first, Open Badges second.
CREDENTIAL_CONTEXTS = (CREDENTIALS_V2, OPEN_BADGES_3)

# What is read: ours, and ours with the extension terms, which others need for `credentialSchema`.
_READABLE = (list(CREDENTIAL_CONTEXTS), [*CREDENTIAL_CONTEXTS, OPEN_BADGES_EXTENSIONS])


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


def check_contexts(document: Mapping[str, Any]) -> None:
    """Insist on exactly the contexts this package writes, in their order; inline contexts are refused with the rest.

    Raises:
        CredentialInvalid: they are others.
    """
    if document.get("@context") not in _READABLE:
        raise CredentialInvalid(Step.CONTEXT, "@context is not the list this reader knows")
