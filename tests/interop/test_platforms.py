"""Two platforms that we did not write launch the tool: Open edX's own, and a small one made with lti1p3platform.

Everything is played once for each platform, by people at browsers with real cookies, in a frame of another site or in a
window; the tests look at what came of it. What docs/conformance.md says about them is held true here as well.
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
from lti_tool.lti.deep_linking import CONTENT_ITEMS, DATA
from lti_tool.lti.nrps import Member, list_members
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.gradebook_models import DeliveryState, ScoreDelivery
from lti_tool.roster.models import Registration
from tests.interop.grading import COLUMN, GIVEN, MAXIMUM, RENAMED, Graded, grade_in_own_column
from tests.interop.lms_of_others import CLIENT_ID, Lms, eventually, library_version, running_lms
from tests.interop.page import check_part, table
from tests.interop.placing import (
    OTHER_POINTS,
    OTHER_TASK,
    PAGE,
    POINTS,
    TASK,
    Placed,
    choose_and_open,
)

OPEN_EDX, SMALL = "open_edx", "lti1p3platform_school"
PLATFORMS = {OPEN_EDX: "lti-consumer-xblock", SMALL: "lti1p3platform"}
TEACHER, LEARNER, OTHER = "teacher", "noor", "sami"
REACHED = RULES.points + QUIZ.points


@dataclass
class Played:
    """What came of one platform."""

    lms: Lms
    platform: str
    placed: Placed
    graded: Graded | None = None
    saw: dict[str, str] = field(default_factory=dict)
    scores: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[DeliveryState] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    grades: list[dict[str, Any]] = field(default_factory=list)
    """What the library told the gradebook around it."""
    stranger: tuple[int, int] = (0, 0)
    """What somebody without our key gets, for a token and for a score: HTTP statuses."""


@pytest.fixture(scope="module", params=PLATFORMS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with running_lms(request.param, tmp_path_factory.mktemp(request.param)) as lms:
        yield play(lms, request.param)


def play(lms: Lms, platform: str) -> Played:
    story, played = Story(lms.url), Played(lms, platform, choose_and_open(lms, TEACHER, LEARNER))
    played.saw["teacher"] = story.publish(TEACHER)
    played.saw["welcome"] = story.begin(LEARNER)
    played.saw["first"] = story.finish(LEARNER, RULES, f"Je hebt {RULES.points} punten.")
    played.saw["goal"] = story.finish(LEARNER, QUIZ, "Gelukt!")
    played.saw["other"] = story.begin(OTHER)
    played.saw["list"] = story.open_course(TEACHER, "Noor de Vries", "Sami Haddad")
    played.scores = eventually(lambda: [one for one in lms.scores_of(LEARNER) if one["scoreGiven"] == REACHED])
    played.deliveries = eventually(lambda: delivered(lms, TOTAL)) + eventually(lambda: delivered(lms, POINTS))
    with lms.tool.db.reading() as tx:
        registration = tx.execute(select(Registration)).scalar_one()
        endpoint = endpoint_of(tx, lms.tool.box, registration, now=lms.tool.clock.now())
    played.members = list_members(lms.tool.platform_http, endpoint, lms.get("/addresses")["members"])
    played.grades = lms.get("/grades")
    played.graded = grade_in_own_column(lms, endpoint, OTHER)
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
    score = http.send("POST", lms.get("/addresses")["scores"], body=b"{}")
    return token.status, score.status


def delivered(lms: Lms, maximum: float) -> list[DeliveryState]:
    """Return what became of the scores out of this maximum."""
    with lms.tool.db.reading() as tx:
        query = select(ScoreDelivery.state).where(ScoreDelivery.score_maximum == maximum)
        return list(tx.execute(query).scalars())


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
    # lti-consumer-xblock 11.4.4 says 403 of a call without a token too.
    assert played.stranger == (400, {OPEN_EDX: 403, SMALL: 401}[played.platform])


def test_a_score_becomes_a_grade_of_the_course_around_the_library(played: Played) -> None:
    """lti1p3platform 0.1.8 has no such step: what it takes is all there is."""
    told = {(one["person"], one["course"], one["value"] / one["max_value"]) for one in played.grades}
    of_course = (LEARNER, "course-v1:brug+veilig+2026", REACHED / TOTAL)
    of_placed_task = (LEARNER, "course-v1:brug+tillen+2026", 1)

    assert {of_course, of_placed_task} <= told if played.platform == OPEN_EDX else told == set()


def test_a_column_of_our_own_is_made_found_and_filled(played: Played) -> None:
    graded = played.graded
    assert graded is not None

    assert (graded.made.label, graded.made.score_maximum) == (COLUMN, MAXIMUM)
    assert [item.url for item in graded.found] == [graded.made.url] * 2
    assert graded.not_found == []
    assert [(one.user_id, one.score, one.maximum) for one in graded.results] == [(OTHER, GIVEN, MAXIMUM)]


def test_a_column_of_our_own_is_renamed(played: Played) -> None:
    # lti-consumer-xblock 11.4.4 answers null for what a column has not, and refuses that when it comes back.
    assert played.graded is not None

    assert played.graded.refused_to_rename == 0
    assert [(item.url, item.label) for item in played.graded.renamed] == [(played.graded.made.url, RENAMED)]


def test_a_column_of_our_own_is_deleted_where_the_library_lets_us(played: Played) -> None:
    """lti-consumer-xblock 11.4.4 refuses that to everybody: it knows no scope for the action as it is called there."""
    assert played.graded is not None
    left = [item.url for item in played.graded.left]

    assert played.graded.refused_to_delete == {OPEN_EDX: 403, SMALL: 0}[played.platform]
    assert (played.graded.made.url in left) is (played.platform == OPEN_EDX)


def test_what_a_teacher_chose_is_kept_with_its_settings_and_columns(played: Played) -> None:
    page, task, other = played.placed.kept

    assert played.placed.answered == 200
    assert [item["title"] for item in (page, task, other)] == [PAGE, TASK, OTHER_TASK]
    assert {item["type"] for item in played.placed.kept} == {"ltiResourceLink"}
    assert [item["lineItem"]["scoreMaximum"] for item in played.placed.kept] == [100, POINTS, OTHER_POINTS]
    assert page["custom"]["mijlpaal_goal"] == str(POINTS + OTHER_POINTS)
    assert task["custom"]["mijlpaal_points"] == str(POINTS)
    for item, sent in zip(played.placed.kept, played.placed.sent[CONTENT_ITEMS], strict=True):
        assert (item["custom"], item["url"]) == (sent["custom"], sent["url"])
        assert item["lineItem"]["resourceId"] == item["custom"]["mijlpaal_item"]
        assert item["lineItem"]["tag"] == sent["lineItem"]["tag"]


def test_nothing_is_kept_of_a_link_but_what_the_library_knows(played: Played) -> None:
    """lti-consumer-xblock 11.4.4 keeps neither picture nor frame; lti1p3platform 0.1.8 hands over all of it."""
    lost = [
        (sent.keys() - item.keys()) | (sent["lineItem"].keys() - item["lineItem"].keys())
        for item, sent in zip(played.placed.kept, played.placed.sent[CONTENT_ITEMS], strict=True)
    ]

    assert lost == [{"icon", "iframe", "submissionReview"} if played.platform == OPEN_EDX else set()] * 3


def test_data_comes_back_if_and_only_if_the_platform_sent_it(played: Played) -> None:
    """lti-consumer-xblock 11.4.4 sends none; lti1p3platform 0.1.8 can, and leaves comparing it to who uses it."""
    expected = {OPEN_EDX: None, SMALL: "what the platform wants back"}[played.platform]

    assert (DATA in played.placed.sent, played.placed.sent.get(DATA)) == (expected is not None, expected)


def test_an_answer_that_is_not_ours_is_refused_and_changes_nothing(played: Played) -> None:
    """Past its time, lti-consumer-xblock 11.4.4 stops with an error of its own (500): it keeps nothing either."""
    expected = {
        "key of somebody else": (403, 400),
        "data changed": (403, 400),
        "items changed": (403, 400),
        "past its time": (500, 400),
        "another message": (403, 400),
        "a type that nobody knows": (400, 400),
    }
    column = list(PLATFORMS).index(played.platform)

    assert played.placed.refused == {what: statuses[column] for what, statuses in expected.items()}
    assert played.placed.kept_after == played.placed.kept


def test_an_answer_counts_from_the_teachers_browser_also_again(played: Played) -> None:
    """Neither looks at the nonce, the audience or the deployment of an answer: the same one is taken twice.

    lti-consumer-xblock 11.4.4 asks whose browser brought it; lti1p3platform 0.1.8 leaves that to who uses it.
    """
    assert played.placed.by_learner == {OPEN_EDX: 403, SMALL: 200}[played.platform]
    assert played.placed.repeated == 200


def test_a_placed_thing_opens_where_it_leads(played: Played) -> None:
    page, task = played.placed.opened[PAGE], played.placed.opened[TASK]

    assert TASK in page.words
    assert OTHER_TASK in page.words
    assert "/tasks/" in task.url
    assert TASK in task.words
    assert OTHER_TASK not in task.words


def test_a_placed_task_when_it_is_done_fills_its_column(played: Played) -> None:
    [score, *_] = played.placed.scores

    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")


def test_a_placed_thing_opens_where_it_leads_after_another_one(played: Played) -> None:
    # lti-consumer-xblock 11.4.4 launches everything that was placed in one block as one resource link.
    assert OTHER_TASK in played.placed.opened_again[PAGE].words


def test_the_page_says_what_was_found(played: Played) -> None:
    name = PLATFORMS[played.platform]
    refused = sorted({str(status) for status in played.placed.refused.values()})
    facts = [
        ("a teacher launches, in a frame, and sets up a course", f"{len(TASKS)} tasks"),
        ("a learner launches and reaches the goal", f"{REACHED} points"),
        ("our assertion gets a token, that of a stranger is answered with", str(played.stranger[0])),
        ("the score arrives", _of(played.scores[0])),
        ("and is read back", ", ".join(sorted({str(state) for state in played.deliveries}))),
        ("the roster is read", f"{len(played.members)} people"),
        ("a column of our own is made, found and filled", _of_result(played.graded)),
        ("a teacher chooses, and the library keeps", f"{len(played.placed.kept)} links"),
        ("of each link", ", ".join(sorted(set.intersection(*(set(item) for item in played.placed.kept))))),
        ("an answer by another key, changed, too late, of another kind is answered with", ", ".join(refused)),
        ("the right answer from a learner's browser, with", str(played.placed.by_learner)),
        ("the right answer again, with", str(played.placed.repeated)),
        ("a learner opens a placed task and does it; the column says", _of(played.placed.scores[0])),
    ]
    grades = [one for one in played.grades if (one["person"], one["course"]) == (LEARNER, "course-v1:brug+veilig+2026")]
    if grades:
        told = f"{grades[-1]['value']:g} of {grades[-1]['max_value']:g}"
        facts.append(("the library makes it a grade of the course", told))
    check_part(name, table(("what", f"{name} {library_version(name)}"), facts))


def _of(score: dict[str, Any]) -> str:
    return f"{score['scoreGiven']:g} of {score['scoreMaximum']:g}"


def _of_result(graded: Graded | None) -> str:
    return ", ".join(f"{one.score:g} of {one.maximum:g}" for one in graded.results) if graded else ""
