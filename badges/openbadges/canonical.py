"""The canonical form of a document, RDFC-1.0, in safe mode: what cannot be signed is refused instead of dropped.

JSON-LD leaves out terms it does not know, and links and types that are no absolute IRI; they would then be outside
the signature. The processor reports dropped terms only, and by default completes relative IRIs with a made-up base.
So expansion runs here without a base, and every `@id` and `@type` of the result is checked.
Canonicalization works on a budget, because a small document can ask for years of it.
https://www.w3.org/TR/rdf-canon/ and https://www.w3.org/TR/vc-data-integrity/#validating-contexts
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from math import factorial
from typing import Any, NoReturn

from pyld import jsonld
from pyld.canon import URDNA2015

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.contexts import load_context

# Orders of blank nodes to try for one document. Ours need none: no two of their nodes look alike.
MAX_ORDERS = 2_000

_N_QUADS = {"format": "application/n-quads"}
# IRIREF of N-Quads with a scheme in front; what it leaves out would break out of the angle brackets.
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]+")

# Every call below names its loader; this also takes away the one that could open connections.
jsonld.set_document_loader(load_context)

# The processor's caches are not made for threads; the work holds the interpreter anyway.
_lock = threading.Lock()
_resolved_contexts: dict[str, Any] = {}


def canonical_form(document: Mapping[str, Any]) -> bytes:
    """Return the canonical N-Quads of a document, in UTF-8.

    Raises:
        CredentialInvalid: an undefined term, a relative type or link, an unknown context, or too much work.
    """
    processor = _SafeProcessor(on_property_dropped=_refuse_dropped)
    options = {
        "base": None,
        "documentLoader": load_context,
        "contextResolver": jsonld.ContextResolver(_resolved_contexts, load_context),
    }
    with _lock:
        try:
            dataset = processor.to_rdf(dict(document), options)  # type: ignore[no-untyped-call]
            quads = _Canonicalizer().main(dataset, _N_QUADS)  # type: ignore[no-untyped-call]
            return str(quads).encode()
        except jsonld.JsonLdError as problem:
            raise _named(problem) from problem
        except RecursionError as problem:
            raise CredentialUndecided(Step.WORK, "nested too deeply to canonicalize") from problem
        except (ValueError, TypeError, AttributeError, KeyError) as problem:
            raise CredentialInvalid(Step.TERMS, "not a JSON-LD document") from problem


class _SafeProcessor(jsonld.JsonLdProcessor):
    """Checks each expansion before anything is made of it."""

    def expand(self, input_: Any, options: Any) -> Any:
        expanded = super().expand(input_, options)  # type: ignore[no-untyped-call]
        _check_expanded(expanded)
        return expanded


class _Canonicalizer(URDNA2015):
    """Counts the orders of look-alike blank nodes before they are tried."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._orders_left = MAX_ORDERS

    def hash_n_degree_quads(self, id_: Any, issuer: Any) -> Any:
        groups = self.create_hash_to_related(id_, issuer)  # type: ignore[no-untyped-call]
        self._orders_left -= 1 + sum(factorial(len(group)) for group in groups.values())
        if self._orders_left < 0:
            raise CredentialUndecided(Step.WORK, "too many nodes that look alike")
        return super().hash_n_degree_quads(id_, issuer)  # type: ignore[no-untyped-call]


def _check_expanded(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _check_expanded(item)
    elif "@value" in value:
        _check_literal(value)
    else:
        for key, member in value.items():
            if key in ("@id", "@type"):
                _check_iris(key, member)
            elif key in ("@list", "@graph") or _is_absolute(key):
                _check_expanded(member)
            else:
                raise CredentialInvalid(Step.TERMS, "a property that is no absolute IRI")


def _check_literal(literal: Mapping[str, Any]) -> None:
    # Anything else, such as a direction or an index, would not reach the canonical form.
    if not literal.keys() <= {"@value", "@type"}:
        raise CredentialInvalid(Step.TERMS, "a value with more than a datatype")
    datatype = literal.get("@type")
    if datatype is not None and datatype != "@json" and not _is_absolute(datatype):
        raise CredentialInvalid(Step.TERMS, "a datatype that is no absolute IRI")


def _check_iris(key: str, member: Any) -> None:
    for iri in member if isinstance(member, list) else [member]:
        if not _is_absolute(iri):
            raise CredentialInvalid(Step.TERMS, f"{key} is undefined or no absolute IRI")


def _is_absolute(iri: object) -> bool:
    return isinstance(iri, str) and _ABSOLUTE_IRI.fullmatch(iri) is not None


def _refuse_dropped(term: str | None) -> NoReturn:
    raise CredentialInvalid(Step.TERMS, f"the term {term!r:.60} is not defined by the contexts")


def _named(problem: BaseException) -> CredentialInvalid:
    # The processor wraps what the loader raised several times.
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, CredentialInvalid):
            return cause
        cause = cause.__cause__
    return CredentialInvalid(Step.TERMS, "not a JSON-LD document that can be processed")
