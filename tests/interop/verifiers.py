"""Asking verifiers that others wrote: one run of each program for all documents, since starting costs the most."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STANDARDS = Path(os.environ.get("MIJLPAAL_STANDARDS_DIR", ROOT.parent / "shared" / "standards"))
INTEROP_PYTHON = ROOT / ".venv-interop" / "bin" / "python"
NODE = shutil.which("node")

DCC = "dcc"
DIDKIT = "didkit"
SCHEMAS = ("schema-strict", "schema-json-ld")
OPENBADGESLIB = "openbadgeslib"


@dataclass(frozen=True)
class Issued:
    """A signed credential as it is served, and what its issuer has on the web: DID documents by address."""

    content: bytes
    web: Mapping[str, str] = field(default_factory=dict)
    picture: bytes | None = None
    """The PNG with the credential baked in."""

    @property
    def document(self) -> Any:
        return json.loads(self.content)

    @property
    def issuer(self) -> str:
        return str(self.document["issuer"]["id"])

    @property
    def verifiers(self) -> tuple[str, ...]:
        """Who can judge its signature offline. The Rust plugin would ask the network for a did:web."""
        return (DCC, OPENBADGESLIB) if b"did:web:" in self.content else (DCC, DIDKIT, OPENBADGESLIB)


@dataclass(frozen=True)
class Verdict:
    """What one verifier says."""

    accepted: bool
    said: str


Verdicts = Mapping[tuple[str, str], Verdict]
"""By the name of the document and the verifier."""


def missing() -> str:
    """Say in a word what this machine lacks for the tier; empty when nothing."""
    if NODE is None:
        return "node"
    if not (HERE / "node_modules" / ".installed").exists():
        return "npm (make install-interop)"
    if not INTEROP_PYTHON.exists():
        return "openbadgeslib (make install-interop)"
    if not (STANDARDS / "schema").is_dir():
        return "the JSON Schemas (MIJLPAAL_STANDARDS_DIR)"
    return ""


def ask_all(documents: Mapping[str, Issued], scratch: Path) -> Verdicts:
    """Let every verifier judge every document that it can judge, and openbadgeslib the pictures too."""
    web: dict[str, str] = {}
    for issued in documents.values():
        for address, text in issued.web.items():
            assert web.setdefault(address, text) == text, f"two documents at {address}"
    web_file = scratch / "web.json"
    web_file.write_text(json.dumps(web), encoding="utf-8")
    assert NODE is not None
    from_node = _run(
        [NODE, str(HERE / "verify.mjs"), str(STANDARDS), str(web_file)],
        (
            {"name": name, "document": issued.content.decode(), "verifiers": [*_in_node(issued), *SCHEMAS]}
            for name, issued in documents.items()
        ),
    )
    from_python = _run(
        [str(INTEROP_PYTHON), "-I", str(HERE / "verify_openbadgeslib.py"), str(web_file)],
        (line for name, issued in documents.items() for line in _for_openbadgeslib(name, issued)),
    )
    return {**from_node, **from_python}


def picture_of(name: str) -> str:
    """Name the picture of a document among the verdicts."""
    return f"{name} (picture)"


def _in_node(issued: Issued) -> list[str]:
    return [verifier for verifier in issued.verifiers if verifier != OPENBADGESLIB]


def _for_openbadgeslib(name: str, issued: Issued) -> Iterable[dict[str, Any]]:
    yield {"name": name, "document": issued.content.decode()}
    if issued.picture is not None:
        yield {"name": picture_of(name), "picture": base64.b64encode(issued.picture).decode()}


def _run(command: list[str], lines: Iterable[dict[str, Any]]) -> dict[tuple[str, str], Verdict]:
    sent = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run(
        command, input=sent, capture_output=True, encoding="utf-8", timeout=120, cwd=HERE, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {(answer["name"], answer["verifier"]): Verdict(answer["accepted"], answer["said"]) for answer in answers}
