"""People who leave the course, and come back."""

from __future__ import annotations

import pytest

MEMBERS = "/lti/services/CourseSection/2/bindings/1/memberships"


@pytest.fixture
def zoe_left(client, visit, clock):
    visit.score(scoreGiven=40)
    clock.advance(seconds=1)
    assert client.post("/control/leave?person=zoe").json == {"person": "zoe", "enrolled": False}


def members(visit):
    return [member["user_id"] for member in visit.send("GET", MEMBERS).json["members"]]


@pytest.mark.usefixtures("zoe_left")
class TestSomebodyWhoLeft:
    def test_roster_is_without_them(self, visit):
        assert members(visit) == ["3", "4", "6", "7", "8"]

    @pytest.mark.parametrize("path", ["course", "launch", "activities/1", "activities/1/launch", "gradebook"])
    def test_course_is_closed_to_them(self, client, path):
        page = client.get(f"/as/zoe/{path}")

        assert page.status_code == 403
        assert "Je zit niet meer in deze cursus" in page.text
        assert 'name="login_hint"' not in page.text

    def test_score_for_them_is_refused(self, visit):
        answer = visit.score(scoreGiven=90)

        assert (answer.status_code, answer.text) == (400, "[]")

    def test_grade_by_hand_is_refused(self, client):
        typed = {"column": "1", "learner": "zoe", "score": "55"}

        assert client.post("/as/mila/gradebook", data=typed).status_code == 400
        assert client.post("/control/override?person=zoe&score=55").status_code == 400

    def test_gradebook_keeps_what_they_had_and_says_so(self, client, visit):
        learner = client.get("/gradebook.json").json["learners"][0]
        page = client.get("/as/mila/gradebook").text

        assert (learner["enrolled"], learner["results"][0]["resultScore"]) == (False, 40)
        assert page.count("niet meer in de cursus") == 1
        assert 'id="score-1-zoe"' not in page
        assert client.get("/").text.count("niet meer in de cursus") == 1
        assert visit.results()[0]["resultScore"] == 40

    def test_everything_is_as_before_when_they_return(self, client, visit):
        assert client.post("/control/return", data={"person": "5"}).json == {"person": "zoe", "enrolled": True}

        assert members(visit) == ["3", "4", "5", "6", "7", "8"]
        assert visit.launch("zoe")["sub"] == "5"
        assert visit.score(scoreGiven=90).status_code == 200

    def test_leaving_twice_and_returning_twice_do_no_harm(self, client, visit):
        for path in ("leave", "return", "return"):
            assert client.post(f"/control/{path}?person=zoe").status_code == 200

        assert len(members(visit)) == 6


def test_error_is_posted_to_the_tool_when_somebody_leaves_in_the_middle_of_a_launch(client, visit):
    parameters = visit.authorization_parameters("zoe")
    client.post("/control/leave?person=zoe")

    page = client.get("/lti/authorize", query_string=parameters)

    assert 'name="error" value="access_denied"' in page.text
    assert 'name="id_token"' not in page.text


def test_teacher_can_leave_too_when_asked_to(client, visit):
    client.post("/control/leave?person=mila")

    assert "3" not in members(visit)
    assert client.get("/as/mila/activities/new").status_code == 403
    assert client.post("/as/mila/gradebook", data={"column": "1", "learner": "zoe", "score": "1"}).status_code == 403


@pytest.mark.parametrize("path", ["leave", "return"])
def test_nobody_leaves_when_there_is_no_such_person(client, path):
    assert client.post(f"/control/{path}?person=nobody").status_code == 404
