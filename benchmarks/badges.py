"""Badges: signing beside its bare parts, baking beside Pillow, and a stranger's look at a badge.

Signing is counted in seconds of one core, so a busy machine does not change it. The credential is one that the service
signed: points, percentage, evidence for six tasks, and the picture. Plain PyLD makes the same signature without any
of the checks made here. Pillow bakes by reading the pixels and writing them again.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any, TypeVar

from flask import Flask
from PIL import Image, PngImagePlugin
from pyld import jsonld

from badges.award import list_awards, signed_document
from badges.checking.checker import Checker
from badges.issuer import known_keys
from badges.openbadges.baking import bake, extract
from badges.openbadges.check import Checked, Outcome, check
from badges.openbadges.contexts import CREDENTIAL_CONTEXTS, load_context
from badges.openbadges.did import did_key, verification_method
from badges.openbadges.document import Document, signed_bytes
from badges.openbadges.key import PrivateKey, PublicKey
from badges.openbadges.moment import date_time_z
from badges.openbadges.multibase import encode_multibase
from badges.openbadges.sign import sign
from badges.openbadges.verify import verify
from badges.picture.design import DEFAULT_DESIGN
from badges.picture.png import png_of
from badges.sharing import share
from benchmarks.places import fresh_databases
from config.clock import SettableClock
from config.settings import load_settings
from gamification.publish import TaskDraft
from lti_tool.app import create_app
from lti_tool.issuing import issue_credential
from lti_tool.lti.roles import PrincipalRole
from lti_tool.showing import CHECK_AGAIN_AFTER
from lti_tool.tool import Tool
from lti_tool.web.current import EXTENSION
from tests.factories.launch import TOOL_URL
from tests.factories.rows import NOW, make_context, make_membership, make_person, registration_of
from tests.factories.tool import finish_as_learner, publish_as_teacher

TASKS = 6
SIGNED = 200
BARE = 20_000
BAKED = 200
LOOKS = 300
WARM_UP = 20
PICTURE_SIZE = 512

T = TypeVar("T")


def run() -> Iterator[dict[str, Any]]:
    """Yield one line for each thing that is done in each way."""
    with fresh_databases() as urls:
        for number, (name, url) in enumerate(urls.items()):
            app = create_app(
                load_settings(
                    secret_key="s" * 40, public_url=TOOL_URL, database_url=url, allow_loopback=True, worker="separate"
                ),
                clock=SettableClock(NOW),
            )
            tool: Tool = app.extensions[EXTENSION]
            award_id, document, keys = _make_badge(tool)
            if number == 0:  # no database plays a part in these
                yield from _signing(document)
                yield from _baking(document)
                yield from _checking(document, keys)
            yield from _looking(app, name, award_id)
            tool.checker.close()
            tool.db.dispose()


def _make_badge(tool: Tool) -> tuple[uuid.UUID, bytes, dict[str, PublicKey]]:
    """Let a learner earn a badge and share it."""
    with tool.db.transaction() as tx:
        context = make_context(tx)
        teacher = make_person(tx, registration_of(tx, context))
        learner = make_person(tx, registration_of(tx, context))
        make_membership(tx, context, teacher, role=PrincipalRole.INSTRUCTOR)
        make_membership(tx, context, learner)
    drafts = [TaskDraft(None, f"Opdracht {number}", 10) for number in range(1, TASKS + 1)]
    published = publish_as_teacher(tool, context, teacher.id, drafts, goal_points=10 * TASKS, seen_number=0)
    finish_as_learner(tool, context, learner.id, *(rule.task_id for rule in published.rules.tasks))
    with tool.db.transaction() as tx:
        [held] = list_awards(tx, context.id, learner.id)
        share(tx, held.award_id, learner.id, shows_name=True, now=NOW)
    issue_credential(tool, held.award_id)
    with tool.db.reading() as tx:
        document = signed_document(tx, held.award_id)
        keys = known_keys(tx)
    if document is None:
        raise RuntimeError("the badge was not signed")
    return held.award_id, document, keys


def _signing(signed: bytes) -> Iterator[dict[str, Any]]:
    key = PrivateKey.generate()
    own = did_key(key.public_key)
    document = json.loads(signed)
    del document["proof"]
    document["issuer"]["id"] = own
    size = {"bytes": len(signed), "evidence": len(document["evidence"])}
    ours, per_second = _per_core(SIGNED, lambda: sign(document, key, NOW))
    yield {
        "what": "sign a credential",
        "how": "mijlpaal",
        "per_core_s": per_second,
        **size,
        "correct": verify(signed_bytes(ours)).issuer == own,
    }
    plain, plain_per_second = _per_core(SIGNED, lambda: _plain_signature(document, key, NOW))
    yield {
        "what": "sign a credential",
        "how": "plain PyLD",
        "per_core_s": plain_per_second,
        **size,
        "correct": plain == ours["proof"][0]["proofValue"],
    }
    content = hashlib.sha512(signed).digest()
    signature, bare_per_second = _per_core(BARE, lambda: key.sign(content))
    yield {
        "what": "sign 64 bytes",
        "how": "bare Ed25519",
        "per_core_s": bare_per_second,
        "correct": key.public_key.has_signed(signature, content),
    }
    yield {
        "what": "sign a credential",
        "times_plain_pyld": round(plain_per_second / per_second, 2),
        "times_bare": round(bare_per_second / per_second),
    }


def _plain_signature(document: Document, key: PrivateKey, created: datetime) -> str:
    proof = {
        "@context": list(CREDENTIAL_CONTEXTS),
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": date_time_z(created),
        "verificationMethod": verification_method(did_key(key.public_key)),
        "proofPurpose": "assertionMethod",
    }
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load_context}
    hashes = [hashlib.sha256(jsonld.normalize(part, options).encode()).digest() for part in (proof, document)]
    return encode_multibase(key.sign(b"".join(hashes)))


def _baking(document: bytes) -> Iterator[dict[str, Any]]:
    picture = png_of(DEFAULT_DESIGN, PICTURE_SIZE)
    pixels = _pixels(picture)
    for how, bake_it in (("mijlpaal", bake), ("Pillow", _bake_with_pillow)):
        baked, per_second = _per_core(BAKED, lambda bake_it=bake_it: bake_it(picture, document))
        yield {
            "what": "bake",
            "how": how,
            "per_core_s": per_second,
            "picture": f"{PICTURE_SIZE} px, {len(picture)} bytes",
            "correct": extract(baked) == document and _pixels(baked) == pixels,
        }


def _bake_with_pillow(picture: bytes, document: bytes) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("openbadgecredential", document.decode())
    baked = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.save(baked, "PNG", pnginfo=texts)
    return baked.getvalue()


def _pixels(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as image:
        return image.convert("RGBA").tobytes()


def _checking(document: bytes, keys: dict[str, PublicKey]) -> Iterator[dict[str, Any]]:
    later = NOW + timedelta(days=1)
    with closing(Checker()) as checker:
        for how, ask in (("in this process", check), ("in a process of its own", checker.check)):
            times, verdicts = [], []
            for _ in range(LOOKS + WARM_UP):
                began = time.perf_counter()
                verdicts.append(ask(document, now=later, known_keys=keys))
                times.append(time.perf_counter() - began)
            yield {"what": "check", "how": how, **_spread(times[WARM_UP:]), "correct": _all_hold(verdicts)}


def _all_hold(verdicts: Sequence[Checked]) -> bool:
    return all(verdict.outcome is Outcome.HOLDS for verdict in verdicts)


def _looking(app: Flask, database: str, award_id: uuid.UUID) -> Iterator[dict[str, Any]]:
    """Open the public page: each time checked again, and within the seconds that a check is remembered."""
    clock = app.extensions[EXTENSION].clock
    for how, seconds in (("checked each time", CHECK_AGAIN_AFTER.total_seconds() + 1), ("checked a moment ago", 0.0)):
        times, is_right = [], True
        for _ in range(LOOKS + WARM_UP):
            clock.advance(seconds=seconds)
            client = app.test_client()
            began = time.perf_counter()
            response = client.get(f"/badges/{award_id}", base_url=TOOL_URL)
            times.append(time.perf_counter() - began)
            is_right = is_right and response.status_code == 200 and "Veilig werken" in response.get_data(as_text=True)
        yield {"what": "badge page", "how": how, "database": database, **_spread(times[WARM_UP:]), "correct": is_right}


def _per_core(count: int, work: Callable[[], T]) -> tuple[T, int]:
    """Return the last result, and how many one core makes in a second."""
    result = work()
    began = time.process_time()
    for _ in range(count):
        result = work()
    return result, round(count / (time.process_time() - began))


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {
        "per_s": round(len(times) / sum(times)),
        "p50_ms": round(median(times) * 1000, 2),
        "p95_ms": round(quantiles(times, n=20)[-1] * 1000, 2),
    }
