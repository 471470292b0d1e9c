"""docs/conformance.md says what was found here, and the verifiers are those of the locks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pytest

from badges.errors import CredentialInvalid
from badges.openbadges.verify import verify
from tests.interop.conftest import Judged, named
from tests.interop.kinds import ADDRESSES, KINDS
from tests.interop.page import check_part, table
from tests.interop.tampering import TAMPERINGS
from tests.interop.verifiers import DCC, DIDKIT, HERE, OPENBADGESLIB, ROOT, SCHEMAS

SHORT = {DCC: "DCC", DIDKIT: "Rust", OPENBADGESLIB: "openbadgeslib"}
NPM = {
    "@digitalcredentials/verifier-core": "DCC: the library behind the Learner Credential Wallet, in JavaScript",
    "@learncard/didkit-plugin-node-linux-x64-gnu": "Rust: the verifier of the LearnCard wallet",
    "ajv": "both JSON Schemas of 1EdTech",
    "ajv-formats": "the formats in them",
}


def short_table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """Write a table; rows that differ in their first cell alone become one."""
    together: dict[tuple[str, ...], list[str]] = {}
    for first, *rest in rows:
        together.setdefault(tuple(rest), []).append(first)
    return table(head, [(", ".join(first), *rest) for rest, first in together.items()])


def versions(_judged: Judged) -> str:
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    python = re.findall(r"^openbadgeslib==(\S+)", (ROOT / "requirements" / "interop.lock").read_text(), re.M)
    return short_table(
        ("package", "version", "what for"),
        [
            *((f"npm {name}", locked[f"node_modules/{name}"]["version"], why) for name, why in NPM.items()),
            ("PyPI openbadgeslib", python[0], "reads pictures, verifies with PyLD; LGPL, never part of the service"),
        ],
    )


def accepted(judged: Judged) -> str:
    def signatures(name: str) -> str:
        return ", ".join(SHORT[who] for who in judged.documents[name].verifiers if judged.by(who, name).accepted)

    def others(names: list[str]) -> tuple[str, str]:
        schemas = [schema for schema in SCHEMAS if all(judged.by(schema, name).accepted for name in names)]
        pictures = all(judged.picture(name).accepted for name in names)
        return ("both" if len(schemas) == 2 else "no", "yes" if pictures else "no")

    kinds = {kind: [named(kind, did) for did in ADDRESSES] for kind in KINDS}
    rows = [(kind, *map(signatures, names), *others(names)) for kind, names in kinds.items()]
    return short_table(("badge", *ADDRESSES, "schemas", "picture"), rows)


def refused(judged: Judged) -> str:
    def brief(said: str) -> str:
        """Leave out what is another one in each run."""
        said = re.sub(r"\([^)]*\)|: The .*|: This .*|;.*| at line .*|: a .*", "", re.sub(r"'[^']*('|$)", "…", said))
        return said.strip().rstrip(":")

    def ours(name: str) -> str:
        try:
            verify(judged.documents[name].content)
        except CredentialInvalid as problem:
            return problem.problem
        return "accepted"

    names = {tampering: named(tampering, "did:key") for tampering in TAMPERINGS}
    verifiers = (DCC, DIDKIT, OPENBADGESLIB)
    rows = [
        (tampering, *(brief(judged.by(who, name).said) for who in verifiers), ours(name))
        for tampering, name in names.items()
    ]
    return short_table(("changed", *(SHORT[who] for who in verifiers), "Mijlpaal"), rows)


@pytest.mark.parametrize("part", [versions, accepted, refused], ids=lambda part: part.__name__)
def test_the_page_says_what_was_found(judged: Judged, part: object) -> None:
    assert callable(part)
    check_part(part.__name__, part(judged))


def test_the_npm_lock_is_of_the_public_registry_and_of_one_version_each() -> None:
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    packages = {name: entry for name, entry in locked.items() if name}

    assert wanted.keys() == NPM.keys()
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [n for n, e in packages.items() if not e["resolved"].startswith("https://registry.npmjs.org/")] == []
    assert [n for n, e in packages.items() if not e["integrity"].startswith("sha512-")] == []
