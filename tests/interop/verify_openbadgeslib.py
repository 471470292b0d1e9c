"""What openbadgeslib says of documents and of pictures that hold one. Runs in an environment of its own.

    .venv-interop/bin/python verify_openbadgeslib.py WEB_FILE < documents.jsonl > verdicts.jsonl

As verify.mjs, in and out; a line may have `picture`, a PNG in base64, in place of `document`. Offline: addresses are
looked up in WEB_FILE, a JSON object from address to text.
"""

from __future__ import annotations

import base64
import json
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from openbadgeslib import verify_badge
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import OB3LdpVerifier
from openbadgeslib.verify import issuer_did_from_document

WEB: dict[str, str] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def refuse_network(*_address: Any) -> NoReturn:
    raise OSError("this program does not use the network")


def download(address: str) -> bytes:
    """Answer from the map; a KeyError becomes the library's own refusal."""
    return WEB[address].encode()


def picture_verdict(content: bytes) -> tuple[bool, str]:
    result = verify_badge(content, resolve_did=True, download=download)
    # A did:key vouches for itself, so `trusted` is for did:web only; what is asked here is whether it holds.
    return result.valid, f"{result.proof_format}, trusted: {result.trusted}" if result.valid else str(result.reason)


def document_verdict(text: str) -> tuple[bool, str]:
    try:
        verifier = OB3LdpVerifier.for_issuer_did(issuer_did_from_document(text))
        credential = verifier.verify(text, download=download)
    except LibOpenBadgesException as problem:
        return False, str(problem)
    return True, f"issued by {credential.issuer.id}"


def main() -> None:
    socket.socket.connect = refuse_network  # type: ignore[assignment,method-assign]
    for line in sys.stdin:
        asked = json.loads(line)
        if "picture" in asked:
            accepted, said = picture_verdict(base64.b64decode(asked["picture"]))
        else:
            accepted, said = document_verdict(asked["document"])
        verdict = {"name": asked["name"], "verifier": "openbadgeslib", "accepted": accepted, "said": said[:300]}
        print(json.dumps(verdict))


if __name__ == "__main__":
    main()
