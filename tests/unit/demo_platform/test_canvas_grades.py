"""Scores and line items as Canvas treats them, each rule seen on and off."""

from __future__ import annotations

import pytest

from lti_tool.demo_platform.submission import EXTENSION
from lti_tool.demo_platform.tool_assignments import LAUNCH_URL, SUBMISSION_TYPE
from tests.unit.demo_platform.behaviours import ITEM_TYPE, ITEMS, CanvasBehaviour

LATER = "2026-11-22T10:00:30+00:00"
EARLIER = "2026-11-22T09:00:00+00:00"
OPENS_TOOL = {
    SUBMISSION_TYPE: {"type": "external_tool", "external_tool_url": "http://127.0.0.1:8701/lti/launch?item=4"}
}


def book(canvas):
    return canvas.client.get("/gradebook.json").json


def attempts(canvas):
    zoe = next(one for one in book(canvas)["learners"] if one["key"] == "zoe")
    return [result["attempts"] for result in zoe["results"]]


def status_of_an_older_score(canvas):
    return [canvas.score(timestamp=moment).status_code for moment in (LATER, LATER, EARLIER)]


def statuses_of_equal_scores(canvas):
    return [canvas.score().status_code for _ in range(2)]


def grade_after_a_pending_score(canvas):
    canvas.score(scoreGiven=40)
    canvas.tool.clock.advance(seconds=1)
    canvas.score(scoreGiven=60, gradingProgress="Pending")
    return canvas.results()[0].get("resultScore")


def grade_after_a_score_on_one_typed_by_hand(canvas):
    canvas.client.post("/as/mila/gradebook", data={"column": "1", "learner": "zoe", "score": "55"})
    canvas.tool.clock.advance(seconds=1)
    canvas.score(scoreGiven=90)
    return canvas.results()[0]["resultScore"]


def grade_that_awaits_a_person(canvas):
    canvas.score(scoreGiven=60, gradingProgress="PendingManual")
    return canvas.results()[0].get("resultScore")


def comments_after_two_and_none(canvas):
    for comment in ("Goed bezig", "Klaar", None):
        canvas.score(comment=comment)
        canvas.tool.clock.advance(seconds=1)
    return canvas.results()[0].get("comment")


def attempts_after_two_scores(canvas):
    canvas.score()
    canvas.tool.clock.advance(seconds=1)
    canvas.score(**{EXTENSION: {"new_submission": False}})
    canvas.tool.clock.advance(seconds=1)
    canvas.score()
    return attempts(canvas)


def assignments_after_a_new_item(canvas):
    url = canvas.add_item().json["id"]
    canvas.send("PUT", url, {"label": "Week 2", "scoreMaximum": 10}, ITEM_TYPE)
    return [assignment["title"] for assignment in book(canvas)["assignments"]]


def status_of_deleting_the_item_of_a_link(canvas):
    return canvas.send("DELETE", canvas.line_item_url()).status_code


def columns_after_a_second_item_on_a_link(canvas):
    canvas.add_item(label="Tweede", resourceLinkId="1")
    listed = len(canvas.send("GET", ITEMS).json)
    return listed, [item["label"] for item in book(canvas)["lineItems"]]


def address_of_an_item(canvas):
    endpoint = canvas.launch()["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    return endpoint["lineitem"].partition("?")[1]


BEHAVIOURS = [
    CanvasBehaviour("older_score_status", 409, status_of_an_older_score, [200, 200, 400], [200, 200, 409]),
    CanvasBehaviour("equal_timestamp_conflicts", True, statuses_of_equal_scores, [200, 200], [200, 400]),
    CanvasBehaviour("unfinished_score_clears", True, grade_after_a_pending_score, 40, None),
    CanvasBehaviour("overridden_grade_stays", True, grade_after_a_score_on_one_typed_by_hand, 90, 55),
    CanvasBehaviour(
        "score_without_maximum_status", 400, lambda canvas: canvas.score(scoreMaximum=None).status_code, 422, 400
    ),
    CanvasBehaviour("not_gradable_status", 400, lambda canvas: canvas.score("3").status_code, 422, 400),
    CanvasBehaviour("pending_manual_counts", False, grade_that_awaits_a_person, 60, None),
    CanvasBehaviour("comments_pile_up", False, comments_after_two_and_none, "Goed bezig\nKlaar", None),
    CanvasBehaviour("submission_extension", False, attempts_after_two_scores, [2], [0]),
    CanvasBehaviour("items_make_assignments", False, assignments_after_a_new_item, ["Week 2"], []),
    CanvasBehaviour("linked_item_delete_status", 403, status_of_deleting_the_item_of_a_link, 401, 403),
    CanvasBehaviour(
        "only_first_item_shown",
        False,
        columns_after_a_second_item_on_a_link,
        (2, ["Mijlpaal"]),
        (2, ["Mijlpaal", "Tweede"]),
    ),
    CanvasBehaviour("addresses_have_query", True, address_of_an_item, "", "?"),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_grades_are_as_on_canvas_until_the_behaviour_is_switched_off(canvas, behaviour):
    behaviour.check(canvas)


class TestSubmissionExtension:
    def test_grade_goes_when_a_score_has_no_points(self, canvas):
        canvas.score()
        canvas.tool.clock.advance(seconds=1)
        canvas.score(scoreGiven=None, gradingProgress="Pending")

        assert "resultScore" not in canvas.results()[0]

    def test_grade_stays_when_it_is_to_be_preserved(self, canvas):
        canvas.score()
        canvas.tool.clock.advance(seconds=1)
        canvas.score(scoreGiven=None, **{EXTENSION: {"preserve_score": True}})

        assert canvas.results()[0]["resultScore"] == 40

    def test_grade_typed_by_hand_stays_when_it_is_to_go_first(self, canvas):
        canvas.client.post("/control/override?person=zoe&score=55")
        canvas.tool.clock.advance(seconds=1)
        canvas.score(scoreGiven=90, **{EXTENSION: {"prioritize_non_tool_grade": True}})

        assert canvas.results()[0]["resultScore"] == 55

    def test_attempt_is_the_same_when_it_was_handed_in_at_the_same_moment(self, canvas):
        for moment in ("2026-11-22T09:00:00.500Z", "2026-11-22T10:00:00.500+01:00"):
            assert canvas.score(**{EXTENSION: {"submitted_at": moment}}).status_code == 200
        assert attempts(canvas) == [1]

        canvas.score(submission={"submittedAt": "2026-11-22T09:00:01Z"})
        assert attempts(canvas) == [2]

    def test_no_attempt_is_made_when_nothing_is_handed_in(self, canvas):
        canvas.score(**{EXTENSION: {"submission_type": "none"}})

        assert attempts(canvas) == [0]

    @pytest.mark.parametrize(
        "extension",
        [
            {"new_submission": "no"},
            {"submission_type": "carrier_pigeon"},
            {"submission_data": 4},
            {"submitted_at": "yesterday"},
            {"submitted_at": "2026-11-22T09:00:00"},
            [],
        ],
    )
    def test_score_is_refused_when_the_extension_cannot_be_read(self, canvas, extension):
        assert canvas.score(**{EXTENSION: extension}).status_code == 400


class TestAssignments:
    def test_assignment_opens_the_tool_when_the_item_says_so(self, canvas):
        item = canvas.add_item(**OPENS_TOOL).json
        claims = canvas.launch(place=int(item["resourceLinkId"]))

        assert claims["https://purl.imsglobal.org/spec/lti/claim/target_link_uri"].endswith("?item=4")
        shown = canvas.send("GET", f"{item['id']}?include=launch_url").json
        assert shown[LAUNCH_URL].endswith("?item=4")
        assert LAUNCH_URL not in item

    def test_assignment_keeps_its_link_and_takes_the_name_when_the_item_changes(self, canvas):
        item = canvas.add_item(**OPENS_TOOL).json
        changed = canvas.send("PUT", item["id"], {"label": "Anders", "scoreMaximum": 5}, ITEM_TYPE).json

        assert changed["resourceLinkId"] == item["resourceLinkId"]
        assert {"Mijlpaal", "Anders"} == {activity["title"] for activity in book(canvas)["activities"]}

    def test_item_stays_when_it_opens_the_tool(self, canvas):
        assert canvas.send("DELETE", canvas.add_item(**OPENS_TOOL).json["id"]).status_code == 401
        assert canvas.send("DELETE", canvas.add_item().json["id"]).status_code == 204
        assert len(book(canvas)["assignments"]) == 1

    @pytest.mark.parametrize("said", [{"type": "external_tool"}, {"type": "else"}, "none", {"external_tool_url": "x"}])
    def test_item_is_refused_when_it_opens_nothing_that_exists(self, canvas, said):
        assert canvas.add_item(**{SUBMISSION_TYPE: said}).status_code == 400
