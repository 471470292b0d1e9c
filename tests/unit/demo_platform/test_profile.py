"""Every behaviour of the profile, seen through HTTP: as Moodle has it, and another one when it is switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from lti_tool.demo_platform.profile import MOODLE_PROFILE
from tests.unit.demo_platform import (
    test_canvas_grades,
    test_canvas_launch,
    test_canvas_limits,
    test_canvas_notices,
    test_canvas_places,
    test_canvas_registration,
    test_canvas_roster,
    test_course_profile,
)

CANVAS_PARTS = (
    test_canvas_grades,
    test_canvas_launch,
    test_canvas_limits,
    test_canvas_notices,
    test_canvas_places,
    test_canvas_registration,
    test_canvas_roster,
)
ITEMS = "/lti/services/2/lineitems?type_id=1"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
MEMBERS = "/lti/services/CourseSection/2/bindings/1/memberships"
VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2/membership"
ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"
NEXT_ITEMS = f"http://localhost:8700{ITEMS}&limit=1&from=1"


def life_of_a_message(visit):
    claims = visit.launch()
    return claims["exp"] - claims["iat"]


def scores_with_equal_older_and_newer_timestamps(visit):
    first = visit.tool.clock.now().isoformat(timespec="seconds")
    statuses = [
        visit.score(scoreGiven=given, timestamp=first.replace("10:00:00", moment)).status_code
        for given, moment in ((40, "10:00:00"), (50, "10:00:00.900"), (60, "09:59:59.999"))
    ]
    return statuses, visit.results()[0]["resultScore"]


def grade_after_unfinished_scores(visit):
    visit.score(scoreGiven=40, comment="Goed gedaan")
    seen = []
    for progress in ("Pending", "PendingManual"):
        visit.tool.clock.advance(seconds=1)
        answer = visit.score(scoreGiven=60, comment="Nog niet", activityProgress="InProgress", gradingProgress=progress)
        (result,) = visit.results()
        seen.append((answer.status_code, result.get("resultScore"), result.get("comment")))
    book = visit.client.get("/gradebook.json").json
    return seen, book["learners"][0]["results"][0]["gradingProgress"]


def grade_after_a_score_on_one_typed_by_hand(visit):
    visit.client.post("/as/mila/gradebook", data={"column": "1", "learner": "zoe", "score": "55"})
    visit.tool.clock.advance(seconds=1)
    answer = visit.score(scoreGiven=90)
    return answer.status_code, visit.results()[0]["resultScore"]


def roles_of_teacher_and_learner(visit):
    """Return them as the roster gives them and as launches do."""
    listed = {member["user_id"]: member["roles"] for member in visit.send("GET", MEMBERS).json["members"]}
    launched = [visit.launch(key)[ROLES] for key in ("mila", "zoe")]
    narrowed = visit.send("GET", f"{MEMBERS}?role=Instructor").json["members"]
    return [listed["3"], listed["5"]], launched, "3" in [member["user_id"] for member in narrowed]


def roles_of_the_assistant(visit):
    listed = {member["user_id"]: member["roles"] for member in visit.send("GET", MEMBERS).json["members"]}
    return listed["4"], f"{VOCABULARY}#Instructor" in visit.launch("sam")[ROLES]


def links_of_columns_and_of_the_roster(visit):
    visit.send("POST", ITEMS, {"label": "Extra", "scoreMaximum": 10}, ITEM_TYPE)
    urls = (ITEMS, f"{ITEMS}&limit=1", f"{ITEMS}&limit=1&from=1", f"{MEMBERS}?limit=5")
    links = [visit.send("GET", url).headers.get("Link", "") for url in urls]
    return [link.encode("latin-1").decode() for link in links]


def curly(**starts):
    url = f"http://localhost:8700{ITEMS}&limit=1&from=".replace("&", "&amp;")
    return ", ".join(f"<{url}{start}>; rel=“{name}”" for name, start in starts.items())


ROSTER_LINK = f'<http://localhost:8700{MEMBERS}?limit=5&from=5>; rel="next"'
BOTH_FULL = [[f"{VOCABULARY}#Instructor"], [f"{VOCABULARY}#Learner"]]


@dataclass(frozen=True)
class Behaviour:
    """A field of the profile, its other value, how it is seen, and what is seen with each of the two."""

    name: str
    off: Any
    observe: Callable[[Any], Any]
    as_moodle: Any
    otherwise: Any


BEHAVIOURS = [
    Behaviour("id_token_seconds", 3600, life_of_a_message, 60, 3600),
    Behaviour(
        "equal_timestamp_conflicts",
        False,
        scores_with_equal_older_and_newer_timestamps,
        ([200, 409, 409], 40),
        ([200, 200, 409], 50),
    ),
    Behaviour(
        "unfinished_score_clears",
        False,
        grade_after_unfinished_scores,
        ([(200, None, None), (200, None, None)], "PendingManual"),
        ([(200, 40, "Goed gedaan"), (200, 40, "Goed gedaan")], "PendingManual"),
    ),
    Behaviour("overridden_grade_stays", False, grade_after_a_score_on_one_typed_by_hand, (200, 55), (200, 90)),
    Behaviour(
        "roster_roles_short",
        False,
        roles_of_teacher_and_learner,
        ([["Instructor"], ["Learner"]], BOTH_FULL, True),
        (BOTH_FULL, BOTH_FULL, True),
    ),
    Behaviour(
        "assistant_listed_as_learner",
        False,
        roles_of_the_assistant,
        (["Learner"], True),
        (["Instructor", f"{VOCABULARY}/Instructor#TeachingAssistant"], True),
    ),
    Behaviour(
        "line_item_links_curly",
        False,
        links_of_columns_and_of_the_roster,
        ["", curly(first=0, canonical=0, next=1, last=2), curly(first=0, prev=0, canonical=1, last=2), ROSTER_LINK],
        ["", f'<{NEXT_ITEMS}>; rel="next"', "", ROSTER_LINK],
    ),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_platform_is_as_moodle_when_nothing_is_said(visit, behaviour):
    assert behaviour.observe(visit) == behaviour.as_moodle


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_platform_is_seen_to_differ_when_the_behaviour_is_switched_off(visit, settings, behaviour):
    visit.restart(replace(settings, profile=replace(MOODLE_PROFILE, **{behaviour.name: behaviour.off})))

    seen = behaviour.observe(visit)

    assert seen == behaviour.otherwise
    assert seen != behaviour.as_moodle


def test_every_behaviour_is_observed_when_the_profile_is_read():
    """Here, in test_course_profile, and in the tests of Canvas."""
    on_canvas = {behaviour.name for part in CANVAS_PARTS for behaviour in part.BEHAVIOURS}

    observed = {behaviour.name for behaviour in (*BEHAVIOURS, *test_course_profile.BEHAVIOURS)}
    assert observed | on_canvas == {field.name for field in fields(MOODLE_PROFILE)}


def test_hand_set_grade_stays_when_an_unfinished_score_changes_the_progress_only(visit, settings):
    profile = replace(MOODLE_PROFILE, unfinished_score_clears=False, overridden_grade_stays=False)
    visit.restart(replace(settings, profile=profile))
    visit.client.post("/control/override?person=zoe&score=55")
    visit.tool.clock.advance(seconds=1)

    assert visit.score(gradingProgress="Pending").status_code == 200
    assert visit.results()[0]["resultScore"] == 55


def test_unfinished_score_is_kept_when_it_is_the_first(visit, settings):
    visit.restart(replace(settings, profile=replace(MOODLE_PROFILE, unfinished_score_clears=False)))

    assert visit.score(gradingProgress="Pending").status_code == 200
    assert "resultScore" not in visit.results()[0]


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_curly_link_is_absent_when_no_page_was_asked_for(visit, limit):
    assert "Link" not in visit.send("GET", f"{ITEMS}&limit={limit}").headers


def test_curly_link_does_not_lead_back_when_the_page_is_beyond_the_end(visit):
    answer = visit.send("GET", f"{ITEMS}&limit=1&from=7")

    assert answer.json == []
    link = answer.headers["Link"].encode("latin-1").decode()
    assert "rel=“canonical”" in link
    assert "“prev”" not in link
    assert "“next”" not in link


def test_results_are_linked_well_formed_when_asked_for_in_pages(visit):
    visit.score("5")
    visit.score("6")
    url = "/lti/services/2/lineitems/1/lineitem/results?type_id=1&limit=1"

    first = visit.send("GET", url)

    assert first.headers["Link"] == f'<http://localhost:8700{url}&from=1>; rel="next"'
    assert "Link" not in visit.send("GET", f"{url}&from=1").headers
