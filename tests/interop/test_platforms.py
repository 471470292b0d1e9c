"""Two platforms that we did not write launch the tool: Open edX's own, and a small one made with lti1p3platform.

Everything is played once for each platform, by people at browsers with real cookies in a frame of another site; the
tests look at what came of it. What docs/conformance.md says about them is held true here as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from config.http import HttpClient
from lti_tool.demo_platform.story import GOAL_POINTS, QUIZ, RULES, TASKS, TOTAL, Story
from lti_tool.lti.nrps import Member, list_members
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.gradebook_models import DeliveryState, ScoreDelivery
from lti_tool.roster.models import Registration
from tests.interop.lms_of_others import CLIENT_ID, Lms, eventually, library_version, running_lms
from tests.interop.page import check_part, table

PLATFORMS = {"open_edx": "lti-consumer-xblock", "lti1p3platform_school": "lti1p3platform"}
TEACHER, LEARNER, OTHER = "teacher", "noor", "sami"
REACHED = RULES.points + QUIZ.points


@dataclass
class Played:
    """What came of one platform."""

    lms: Lms
    saw: dict[str, str] = field(default_factory=dict)
    scores: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[DeliveryState] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    stranger: tuple[int, int] = (0, 0)
    """What somebody without our key gets, for a token and for a score: HTTP statuses."""


@pytest.fixture(scope="module", params=PLATFORMS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with running_lms(request.param, tmp_path_factory.mktemp(request.param)) as lms:
        yield play(lms)


def play(lms: Lms) -> Played:
    story, played = Story(lms.url), Played(lms)
    played.saw["teacher"] = story.publish(TEACHER)
    played.saw["welcome"] = story.begin(LEARNER)
    played.saw["first"] = story.finish(LEARNER, RULES, f"Je hebt {RULES.points} punten.")
    played.saw["goal"] = story.finish(LEARNER, QUIZ, "Gelukt!")
    played.saw["other"] = story.begin(OTHER)
    played.saw["list"] = story.open_course(TEACHER, "Noor de Vries", "Sami Haddad")
    played.scores = eventually(lambda: [one for one in lms.scores_of(LEARNER) if one["scoreGiven"] == REACHED])
    played.deliveries = eventually(lambda: delivered(lms))
    with lms.tool.db.reading() as tx:
        registration = tx.execute(select(Registration)).scalar_one()
        endpoint = endpoint_of(tx, lms.tool.box, registration, now=lms.tool.clock.now())
    played.members = list_members(lms.tool.platform_http, endpoint, f"{lms.url}/members")
    played.stranger = try_as_stranger(lms, endpoint.key_id)
    return played


def try_as_stranger(lms: Lms, key_id: str) -> tuple[int, int]:
    """Ask for a token with an assertion that is right but for its key, and send a score without a token."""
    now = int(lms.tool.clock.now().timestamp())
    claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": f"{lms.url}/token", "jti": "x", "iat": now, "exp": now + 60}
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": key_id}),
        "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    }
    http = HttpClient(allow_loopback=True, user_agent="stranger")
    media = {"Content-Type": "application/x-www-form-urlencoded"}
    token = http.send("POST", f"{lms.url}/token", headers=media, body=urlencode(form).encode())
    score = http.send("POST", f"{lms.url}/lineitems/1/scores", body=b"{}")
    return token.status, score.status


def delivered(lms: Lms) -> list[DeliveryState]:
    with lms.tool.db.reading() as tx:
        return list(tx.execute(select(ScoreDelivery.state)).scalars())


def test_a_teacher_reaches_the_set_up_and_a_learner_the_route(played: Played) -> None:
    assert all(task.title in played.saw["teacher"] for task in TASKS)
    assert f"{GOAL_POINTS} punten" in played.saw["welcome"]
    assert "Gelukt!" in played.saw["goal"]
    assert "Sami Haddad" in played.saw["list"]


def test_a_score_arrives_and_is_read_back(played: Played) -> None:
    [score, *_] = played.scores

    assert (score["userId"], score["scoreMaximum"]) == (LEARNER, TOTAL)
    assert {"timestamp", "activityProgress", "gradingProgress", "comment"} <= score.keys()
    assert set(played.deliveries) == {DeliveryState.DELIVERED}


def test_the_roster_names_everybody_with_a_role(played: Played) -> None:
    roles = {member.user_id: {role.rpartition("#")[2] for role in member.roles} for member in played.members}

    assert roles.keys() == {TEACHER, LEARNER, OTHER}
    assert "Instructor" in roles[TEACHER]
    assert roles[LEARNER] == roles[OTHER] == {"Learner"}
    assert {member.status for member in played.members} == {"Active"}


def test_the_platform_takes_no_other_assertion_and_no_call_without_a_token(played: Played) -> None:
    """Without this the answers above would say nothing about our key."""
    assert played.stranger == (400, 401)


# Deep linking belongs here: both drivers answer it already (/choose/<person> begins it, /deep-link-return checks what
# came back with the library and gives it as JSON). What is asserted: the library accepts our signature and our items.


def test_the_page_says_what_was_found(played: Played, request: pytest.FixtureRequest) -> None:
    name = PLATFORMS[request.node.callspec.params["played"]]
    facts = [
        ("a teacher launches, in a frame, and sets up a course", f"{len(TASKS)} tasks"),
        ("a learner launches and reaches the goal", f"{REACHED} points"),
        ("our assertion gets a token, that of a stranger is answered with", str(played.stranger[0])),
        ("the score arrives", f"{played.scores[0]['scoreGiven']:g} of {played.scores[0]['scoreMaximum']:g}"),
        ("and is read back", ", ".join(sorted({str(state) for state in played.deliveries}))),
        ("the roster is read", f"{len(played.members)} people"),
    ]
    check_part(name, table(("what", f"{name} {library_version(name)}"), facts))
