"""Every credential passes both of 1EdTech's JSON Schemas: the strict one, and the one that also takes single values."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from badges.openbadges.achievement import AchievementType
from badges.openbadges.credential import credential_document
from badges.openbadges.sign import sign
from tests.unit.badges.examples import KEY, MOMENT, copy_of, make_document, make_signed, make_small_credential, put

jsonschema = pytest.importorskip("jsonschema") if os.environ.get("MIJLPAAL_REQUIRE_ALL") != "1" else None
if jsonschema is None:
    import jsonschema

STANDARDS = Path(os.environ.get("MIJLPAAL_STANDARDS_DIR", Path(__file__).parents[3].parent / "shared" / "standards"))
NAMES = ["strict", "jsonld-variant"]


@pytest.fixture(params=NAMES)
def schema(request: pytest.FixtureRequest) -> Any:
    path = STANDARDS / "schema" / f"ob_v3p0_achievementcredential_schema.{request.param}.json"
    if not path.exists():
        if os.environ.get("MIJLPAAL_REQUIRE_ALL") == "1":
            pytest.fail(f"no JSON Schemas in {STANDARDS}")
        pytest.skip(f"no JSON Schemas in {STANDARDS}: set MIJLPAAL_STANDARDS_DIR")
    return jsonschema.Draft201909Validator(json.loads(path.read_text(encoding="utf-8")))


def test_the_full_credential_passes_when_checked_by_both_schemas(schema: Any) -> None:
    schema.validate(make_document())
    schema.validate(make_signed(name="שלום \N{ROCKET}"))


@pytest.mark.parametrize("achievement_type", list(AchievementType))
def test_the_smallest_credential_passes_when_of_any_type(schema: Any, achievement_type: AchievementType) -> None:
    schema.validate(sign(credential_document(make_small_credential(achievement_type)), KEY, MOMENT))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("image",), "data:image/png;base64,AAAA"),
        (("credentialSubject", "identifier", 0, "identityType"), "email"),
        (("credentialSubject", "result", 0, "value"), 95),
        (("credentialSubject", "achievement", "achievementType"), "Participation"),
    ],
)
def test_a_known_mistake_is_seen_when_checked(schema: Any, path: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        schema.validate(put(copy_of(make_document()), path, value))
