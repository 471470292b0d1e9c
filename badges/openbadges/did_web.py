"""did:web, the identifier that is an address: its keys stand in a document there, so they can change.

`did:web:host[%3Aport][:path]…` lives at `https://host[:port]/path/did.json`. A method that has signed is never taken
out of the document, or its badges could no longer be checked; only a key that others may have got hold of loses its
place under `assertionMethod`. https://w3c-ccg.github.io/did-method-web/ and https://www.w3.org/TR/cid-1.0/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.document import Document
from badges.openbadges.key import PublicKey
from config.strict_json import parse_json_object

DID_CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
MAX_DID_DOCUMENT_BYTES = 64 * 1024
MAX_METHODS = 100

_DID_WEB = "did:web:"
_MAX_LENGTH = 2_000
# Labels of letters, digits and hyphens, the last one not a number: a name, never an address in figures.
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?"
_AUTHORITY = re.compile(rf"(?P<host>{_HOST})(?:%3[Aa](?P<port>[1-9][0-9]{{0,4}}))?")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+")
_MULTIKEY_TYPES = ("Multikey", "Ed25519VerificationKey2020")


class KeyMethod(NamedTuple):
    """A verification method: its id (`did:web:…#key-1`), its key, and whether it may sign credentials."""

    id: str
    public_key: PublicKey
    may_assert: bool


def is_did_web(did: str) -> bool:
    """Whether an identifier is of this kind; says nothing about its spelling."""
    return did.startswith(_DID_WEB)


def did_web(public_url: str, profile_id: UUID | str) -> str:
    """Return the identifier of an issuer whose document this service serves at `/issuers/<profile_id>/did.json`.

    Raises:
        CredentialInvalid: the address is not https, or its host is no name (an IP address cannot be a did:web).
    """
    try:
        url = urlsplit(public_url)
        port = url.port
    except ValueError as problem:
        raise CredentialInvalid(Step.ISSUER, "a did:web needs an https address") from problem
    if url.scheme != "https" or url.query or url.fragment or "@" in url.netloc:
        raise CredentialInvalid(Step.ISSUER, "a did:web needs an https address")
    authority = (url.hostname or "").removesuffix(".")
    if port is not None and port != 443:
        authority += f"%3A{port}"
    path = [_quoted(segment) for segment in url.path.split("/") if segment]
    did = _DID_WEB + ":".join([authority, *path, "issuers", str(profile_id)])
    document_url(did)
    return did


def document_url(did: str) -> str:
    """Return the address at which the document of a did:web lives.

    Raises:
        CredentialInvalid: not a did:web of a host with a name, or its path leads elsewhere.
    """
    authority, *segments = did.removeprefix(_DID_WEB).split(":") if len(did) <= _MAX_LENGTH else [""]
    named = _AUTHORITY.fullmatch(authority)
    if not is_did_web(did) or named is None or int(named["port"] or 0) > 65_535 or not all(map(_is_plain, segments)):
        raise CredentialInvalid(Step.ISSUER, "not a did:web")
    origin = f"https://{named['host']}" + (f":{named['port']}" if named["port"] else "")
    return "/".join([origin, *(segments or [".well-known"]), "did.json"])


def did_document(did: str, methods: Iterable[KeyMethod]) -> Document:
    """Write the document of a did:web, with its methods in their order.

    Raises:
        CredentialInvalid: no methods, one that is not of this identifier, or two with one id.
    """
    listed = list(methods)
    ids = [method.id for method in listed]
    if not ids or len(set(ids)) != len(ids) or not all(is_method_of(did, method_id) for method_id in ids):
        raise CredentialInvalid(Step.ISSUER, "the methods of a DID document are named after it, each once")
    return {
        "@context": list(DID_CONTEXTS),
        "id": did,
        "verificationMethod": [
            {
                "id": method.id,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": method.public_key.multikey,
            }
            for method in listed
        ],
        "assertionMethod": [method.id for method in listed if method.may_assert],
    }


def methods_of(content: bytes, did: str) -> tuple[KeyMethod, ...]:
    """Read the Ed25519 methods of the document that was found at `did`; methods of other kinds are left out.

    Raises:
        CredentialInvalid: too large, not JSON, another identifier's document, or two methods with one id.
    """
    if len(content) > MAX_DID_DOCUMENT_BYTES:
        raise CredentialUndecided(Step.SIZE, f"a DID document of more than {MAX_DID_DOCUMENT_BYTES} bytes")
    try:
        document = parse_json_object(content)
    except ValueError as problem:
        raise CredentialInvalid(Step.ISSUER, "the DID document is no JSON object") from problem
    if document.get("id") != did:
        raise CredentialInvalid(Step.ISSUER, "the DID document is that of another identifier")
    asserting = _listed(document, "assertionMethod")
    may_assert = {_absolute(did, item) for item in asserting if isinstance(item, str)}
    embedded = [item for item in asserting if isinstance(item, Mapping)]
    may_assert |= {_absolute(did, item.get("id")) for item in embedded}
    described = [item for item in _listed(document, "verificationMethod") if isinstance(item, Mapping)] + embedded
    if len(described) > MAX_METHODS:
        raise CredentialUndecided(Step.SIZE, f"a DID document of more than {MAX_METHODS} methods")
    methods = [
        KeyMethod(method_id, key, method_id in may_assert)
        for item in described
        if (method_id := _absolute(did, item.get("id"))) and (key := _key_of(item, did)) is not None
    ]
    if len({method.id for method in methods}) != len(methods):
        raise CredentialInvalid(Step.ISSUER, "the DID document has two methods with one id")
    return tuple(methods)


def asserting_keys(methods: Iterable[KeyMethod]) -> dict[str, PublicKey]:
    """Return the keys that may sign credentials, by method: what `verify` takes as known."""
    return {method.id: method.public_key for method in methods if method.may_assert}


def is_method_of(did: str, method_id: object) -> bool:
    """Whether a verification method is named after this identifier."""
    return isinstance(method_id, str) and method_id.startswith(f"{did}#") and len(method_id) > len(did) + 1


def _key_of(method: Mapping[str, Any], did: str) -> PublicKey | None:
    if method.get("type") not in _MULTIKEY_TYPES or method.get("controller") != did:
        return None
    try:
        return PublicKey.of_multikey(method.get("publicKeyMultibase"))
    except CredentialInvalid:
        return None


def _absolute(did: str, method_id: object) -> str:
    """The id of a method of this identifier, which its document may write as `#key-1` alone; else nothing."""
    if isinstance(method_id, str) and method_id.startswith("#"):
        method_id = did + method_id
    return str(method_id) if is_method_of(did, method_id) else ""


def _listed(document: Mapping[str, Any], name: str) -> Sequence[Any]:
    listed = document.get(name, [])
    if not isinstance(listed, list):
        raise CredentialInvalid(Step.ISSUER, f"{name} of the DID document is not a list")
    return listed


def _quoted(segment: str) -> str:
    # A tilde may stand in an address but not in a DID.
    return quote(unquote(segment), safe="").replace("~", "%7E")


def _is_plain(segment: str) -> bool:
    if _SEGMENT.fullmatch(segment) is None:
        return False
    meant = unquote(segment)
    return meant not in (".", "..") and meant.isprintable() and not any(mark in meant for mark in "/\\?#")
