"""Launches recorded from a real Moodle 4.5 (made-up people), signed anew and verified."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.clock import SettableClock
from config.http import HttpClient
from lti_tool.lti.claims import TARGET_LINK_URI, DeepLinkingClaim, LaunchClaims
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.launch import ExpectedLaunch, verify_launch
from lti_tool.lti.origin import is_of_platform
from lti_tool.lti.roles import PrincipalRole, principal_role
from tests.factories.launch import platform_keys
from tests.factories.local_server import Answer, LocalServer

FOLDER = Path(os.environ.get("MIJLPAAL_FIXTURES_DIR") or Path(__file__).parents[4] / "shared" / "fixtures")


@pytest.fixture(scope="module")
def jwks_url() -> Iterator[str]:
    body = platform_keys().jwks_body()
    with LocalServer(lambda received: Answer(200, body)) as server:
        yield server.url


def recorded(name: str) -> dict[str, Any]:
    path = FOLDER / f"moodle-4.5-{name}.json"
    if not path.exists():
        missing = f"{path.name} is not there: set MIJLPAAL_FIXTURES_DIR"
        if os.environ.get("MIJLPAAL_REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    payload: dict[str, Any] = json.loads(path.read_text())
    return payload


def verify(payload: dict[str, Any], jwks_url: str, seconds_later: float = 2) -> LaunchClaims:
    now = datetime.fromtimestamp(payload["iat"] + seconds_later, UTC)
    expected = ExpectedLaunch(
        issuer=payload["iss"],
        client_id=payload["aud"],
        nonce=payload["nonce"],
        jwks_url=jwks_url,
        tool_url=payload[TARGET_LINK_URI],
        target_link_uri=payload[TARGET_LINK_URI],
    )
    key_sets = KeySets(HttpClient(user_agent="test", allow_loopback=True), SettableClock(now))
    return verify_launch(platform_keys().sign(payload), expected=expected, keys=key_sets, now=now)


@pytest.mark.parametrize(
    ("name", "subject", "given_name", "role"),
    [
        ("launch-learner", "5", "Leerling1", PrincipalRole.LEARNER),
        ("launch-instructor", "3", "Toos", PrincipalRole.INSTRUCTOR),
        # Moodle says Instructor for whoever may manage LTI activities, non-editing teachers too.
        ("launch-non-editing-teacher", "4", "Bas", PrincipalRole.INSTRUCTOR),
    ],
)
def test_recorded_launch_is_accepted(
    jwks_url: str, name: str, subject: str, given_name: str, role: PrincipalRole
) -> None:
    claims = verify(recorded(name), jwks_url)

    assert (claims.subject, claims.given_name) == (subject, given_name)
    assert principal_role(claims.role_uris) is role
    assert claims.context is not None
    assert (claims.context.id, claims.context.types) == ("2", ("CourseSection",))
    assert claims.ags is not None
    assert claims.ags.lineitem == "http://localhost:8088/mod/lti/services.php/2/lineitems/5/lineitem?type_id=1"
    assert claims.nrps_url is not None
    assert claims.platform is not None
    assert claims.platform.product_family_code == "moodle"


def test_recorded_launch_is_refused_when_two_minutes_have_passed(jwks_url: str) -> None:
    with pytest.raises(LaunchRefused) as caught:
        verify(recorded("launch-learner"), jwks_url, seconds_later=121)

    assert caught.value.reason is LaunchRefusal.EXPIRED


def test_recorded_deep_linking_request_is_accepted(jwks_url: str) -> None:
    claims = verify(recorded("deep-linking-request"), jwks_url)

    assert principal_role(claims.role_uris) is PrincipalRole.INSTRUCTOR
    assert claims.resource_link is None
    assert claims.ags is not None
    assert claims.ags.lineitem is None
    assert claims.deep_linking == DeepLinkingClaim(
        return_url="http://localhost:8088/mod/lti/contentitem_return.php?course=2&id=1&sesskey=Haafx8Eto1",
        accept_types=("ltiResourceLink",),
        accept_targets=("frame", "iframe", "window"),
        accepts_multiple=True,
        accepts_line_item=None,
        title="x",
    )
    assert is_of_platform(claims.deep_linking.return_url, [claims.issuer])
