"""The gradebook of the demo school: to read, as data, and to type in."""

from __future__ import annotations

import re

import pytest

ITEMS = "/lti/services/2/lineitems?type_id=1"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"


def test_gradebook_is_empty_when_nothing_was_sent(client):
    page = client.get("/gradebook")

    assert page.text.count("nog geen cijfer") == 4
    assert '<th scope="col" id="column-1">Mijlpaal</th>' in page.text
    assert "<form" not in page.text


def test_gradebook_shows_score_remark_and_time_when_a_score_came(client, visit):
    visit.score(scoreGiven=40, comment="<b>Goed</b>")

    page = client.get("/gradebook")

    assert "<strong>40</strong> van 100" in page.text
    assert "&lt;b&gt;Goed&lt;/b&gt;" in page.text
    assert "2026-11-22 10:00:00 UTC" in page.text


def test_gradebook_says_so_when_a_grade_was_typed_by_hand(client):
    client.post("/control/override?person=zoe&score=55")

    page = client.get("/gradebook")

    assert "met de hand ingevuld" in page.text
    assert "<strong>55</strong>" in page.text


def test_gradebook_tells_machines_the_same_when_asked_for_data(client, visit):
    visit.score("6", scoreGiven=1, scoreMaximum=4)

    book = client.get("/gradebook.json").json

    assert book["context"]["id"] == "2"
    assert [item["label"] for item in book["lineItems"]] == ["Mijlpaal"]
    learners = {learner["key"]: learner for learner in book["learners"]}
    assert list(learners) == ["zoe", "ahmed", "fatma", "layla"]
    assert learners["zoe"] == {"key": "zoe", "userId": "5", "name": "Zoë Yılmaz", "enrolled": True, "results": []}
    (result,) = learners["ahmed"]["results"]
    assert (result["resultScore"], result["resultMaximum"]) == (25, 100)
    assert result["comment"] == "Goed gedaan"
    assert result["scoreOf"] == book["lineItems"][0]["id"]
    assert (result["activityProgress"], result["gradingProgress"]) == ("Completed", "FullyGraded")
    assert result["overridden"] is False


def test_data_hold_every_column_and_every_result_when_there_are_several(client, visit, clock):
    client.post("/as/mila/activities/new", data={"title": "Quiz", "graded": "1", "custom": "goal=3"})
    extra = visit.send("POST", ITEMS, {"label": "Extra", "scoreMaximum": 12, "tag": "t"}, ITEM_TYPE).json
    quiz = client.get("/gradebook.json").json["lineItems"][1]
    visit.score(url=quiz["id"], comment="Bijna")
    visit.score(url=extra["id"])
    clock.advance(seconds=1)
    client.post("/as/mila/gradebook", data={"column": "2", "learner": "zoe", "score": "61", "act": "save"})

    book = client.get("/gradebook.json").json

    plain = {"text": "", "url": "", "graded": True, "visibility": "shown", "restriction": None}
    assert book["activities"] == [
        {**plain, "resourceLinkId": "1", "title": "Mijlpaal", "custom": {}},
        {**plain, "resourceLinkId": "2", "title": "Quiz", "custom": {"goal": "3"}},
    ]
    columns = [(item["label"], item["scoreMaximum"], item["madeByTool"]) for item in book["lineItems"]]
    assert columns == [("Mijlpaal", 100, False), ("Quiz", 100, False), ("Extra", 12, True)]
    seen = [
        (result["label"], result["resultScore"], result["comment"], result["overridden"])
        for result in book["learners"][0]["results"]
    ]
    assert seen == [("Quiz", 61, "Bijna", True), ("Extra", 4.8, "Goed gedaan", False)]


def test_grade_is_shown_and_kept_when_the_teacher_types_it(client, visit, clock):
    visit.score(scoreGiven=40)
    clock.advance(seconds=1)

    answer = client.post("/as/mila/gradebook?lang=en", data=typed(score=" 55,5 "))

    assert (answer.status_code, answer.location) == (303, "/as/mila/gradebook?lang=en#cell-1-zoe")
    page = client.get("/as/mila/gradebook")
    assert "<strong>55.5</strong> van 100" in page.text
    assert "met de hand ingevuld" in page.text
    clock.advance(seconds=1)
    assert visit.score(scoreGiven=90).status_code == 200
    assert visit.results()[0]["resultScore"] == 55.5


def test_score_of_the_tool_counts_again_when_the_teacher_withdraws_the_grade(client, visit, clock):
    visit.score(scoreGiven=40)
    clock.advance(seconds=1)
    client.post("/as/mila/gradebook", data=typed())
    assert 'value="withdraw"' in client.get("/as/mila/gradebook").text

    client.post("/as/mila/gradebook", data=typed(act="withdraw", score="nonsense"))

    assert visit.results()[0]["resultScore"] == 40
    assert 'value="withdraw"' not in client.get("/as/mila/gradebook").text


def test_every_cell_has_a_form_when_the_teacher_looks(client):
    client.post("/as/mila/activities/new", data={"title": "Quiz", "graded": "1"})

    page = client.get("/as/mila/gradebook").text

    cells = re.findall(r'name="column" value="(\d)">\s*<input type="hidden" name="learner" value="(\w+)"', page)
    assert sorted(cells) == [(item, key) for item in "12" for key in ("ahmed", "fatma", "layla", "zoe")]
    assert 'aria-labelledby="label-2-zoe learner-zoe column-2"' in page


@pytest.mark.parametrize("score", ["", "high", "nan", "-1", "100.5"])
def test_grade_is_refused_with_a_reason_when_it_is_not_on_the_scale(client, visit, score):
    page = client.post("/as/mila/gradebook", data=typed(score=score))

    assert page.status_code == 400
    assert page.text.count("Vul een getal in van 0 tot en met 100.") == 1
    assert f'value="{score}" aria-labelledby="label-1-zoe learner-zoe column-1" aria-invalid="true"' in page.text
    assert visit.results() == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"column": "9"}, 404), ({"column": "x"}, 404), ({"learner": "nobody"}, 404), ({"learner": "sam"}, 400)],
)
def test_grade_is_refused_when_there_is_no_such_cell(client, changes, status):
    assert client.post("/as/mila/gradebook", data=typed(**changes)).status_code == status


@pytest.mark.parametrize("key", ["sam", "zoe"])
def test_gradebook_is_only_to_read_when_the_visitor_may_not_edit(client, visit, key):
    page = client.get(f"/as/{key}/gradebook")
    answer = client.post(f"/as/{key}/gradebook", data=typed())

    assert page.status_code == 200
    assert "<form" not in page.text
    assert answer.status_code == 403
    assert visit.results() == []


def test_grade_is_refused_when_another_site_sends_it(client, visit):
    answer = client.post("/as/mila/gradebook", data=typed(), headers={"Origin": "http://127.0.0.1:8701"})

    assert answer.status_code == 403
    assert visit.results() == []


def test_teacher_finds_the_forms_when_starting_from_the_course(client):
    assert 'href="/as/mila/gradebook?lang=nl"' in client.get("/as/mila/course").text
    assert 'href="/gradebook?lang=nl"' in client.get("/as/sam/course?lang=nl").text


def typed(**changes):
    return {"column": "1", "learner": "zoe", "score": "55", "act": "save", **changes}
