"""Credentials to test with: one with everything, one with as little as may be, and the strategies around them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from badges.openbadges.achievement import Achievement, AchievementType
from badges.openbadges.credential import AchievementSubject, Credential, credential_document
from badges.openbadges.did import did_key
from badges.openbadges.document import Document
from badges.openbadges.evidence import Evidence
from badges.openbadges.identity import IdentityObject
from badges.openbadges.image import Image
from badges.openbadges.key import PrivateKey
from badges.openbadges.profile import Profile
from badges.openbadges.result import Result, ResultDescription, ResultStatus, ResultType
from badges.openbadges.sign import sign

KEY = PrivateKey(bytes(range(32)))
OTHER_KEY = PrivateKey(bytes(range(1, 33)))
MOMENT = datetime(2026, 11, 22, 16, 0, 1, 999_999, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
VECTORS = Path(__file__).parent / "vectors"

ACHIEVEMENT = "urn:uuid:5a4a3dd8-2ddc-4dd7-9f6a-3a0b1a8f2f10"
FIRST, SECOND, THIRD = (f"urn:uuid:2b8f6f0a-0000-5000-8000-00000000000{number}" for number in (1, 2, 3))
POINTS, PERCENT, PASS = (f"{ACHIEVEMENT}#{scale}" for scale in ("points", "percent", "status"))


def make_credential(name: str = "Samenwerken", text: str = "Vier opdrachten afgevinkt.") -> Credential:
    image = Image.of_png(PNG, caption="Een ster")
    return Credential(
        id="urn:uuid:0f1c2f0e-3c55-4a5b-8f4e-6c1d8f6f0a01",
        issuer=Profile(did_key(KEY.public_key), "De Brug", "https://debrug.example", "Een school", image),
        subject=AchievementSubject(
            id="urn:uuid:7f0a7b9a-5a93-4f3c-9d0c-2f2b8f3f9c02",
            identifiers=(
                IdentityObject.of_email("Noor@Example.org", "peper"),
                IdentityObject.of_lti_user("A7", "zout"),
            ),
            achievement=Achievement(
                ACHIEVEMENT,
                name,
                text,
                text,
                AchievementType.COMPETENCY,
                image,
                (
                    ResultDescription(POINTS, "Punten", ResultType.RAW_SCORE, "0", "120", "80"),
                    ResultDescription(PERCENT, "Af", ResultType.PERCENT, "0", "100"),
                    ResultDescription(PASS, "Gehaald", ResultType.STATUS),
                ),
                "nl",
            ),
            results=(Result(POINTS, "95"), Result(PERCENT, "79"), Result(PASS, status=ResultStatus.COMPLETED)),
            narrative=text,
        ),
        valid_from=MOMENT,
        awarded_at=MOMENT,
        # The same words twice: two learners' tasks may be called alike.
        evidence=(Evidence(FIRST, name, text), Evidence(SECOND, name, text), Evidence(THIRD, name, text, text, text)),
    )


def make_small_credential(achievement_type: AchievementType = AchievementType.PARTICIPATION) -> Credential:
    full = make_credential()
    achievement = Achievement(ACHIEVEMENT, "Erbij", "Was erbij", "Vink elke week af.", achievement_type)
    subject = AchievementSubject(full.subject.id, full.subject.identifiers[:1], achievement)
    return replace(full, issuer=Profile(full.issuer.id, "De Brug"), subject=subject, evidence=())


def make_document(**texts: str) -> Document:
    return credential_document(make_credential(**texts))


def make_signed(**texts: str) -> Document:
    return sign(make_document(**texts), KEY, MOMENT)


def copy_of(document: Document) -> Document:
    copied: Document = json.loads(json.dumps(document))
    return copied


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every string in the document with the way to it."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, member in node.items():
            yield from leaves(member, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from leaves(item, (*path, index))


def put(document: Document, path: tuple[str | int, ...], value: Any) -> Document:
    """A copy of the document with another value at the end of the way."""
    changed: Any = copy_of(document)
    node = changed
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return dict(changed)
