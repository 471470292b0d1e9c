"""Courses of thousands, people who are suspended, and the administrator."""

from __future__ import annotations

import time

import pytest

from tests.unit.demo_platform.classroom import LTI, MEMBERS

ADMINISTRATOR = [
    "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
]


class TestCrowd:
    def test_course_has_so_many_more_learners_when_asked_for(self, classroom, visit):
        said = classroom.pull("people", count="12")

        assert said == {"course": "2", "count": 12, "keys": ["learner-1", "learner-12"]}
        members = visit.send("GET", MEMBERS).json["members"]
        assert len(members) == 18
        assert (members[6]["user_id"], members[-1]["user_id"]) == ("1001", "1012")
        assert len({member["name"] for member in members}) == 18
        assert visit.launch("learner-12")["sub"] == "1012"
        assert visit.score("1012").status_code == 200

    def test_nobody_of_that_number_is_there_when_the_course_is_smaller(self, classroom, visit):
        classroom.pull("people", count="12")
        classroom.pull("people", count="3")

        assert len(classroom.members()) == 9
        assert classroom.client.get("/as/learner-4/course").status_code == 404
        assert visit.score("1004").status_code == 400

    def test_learner_of_a_crowd_leaves_when_sent_away(self, classroom):
        classroom.pull("people", count="3")
        classroom.pull("leave", person="learner-2")

        assert classroom.members()[6:] == ["1001", "1003"]
        assert classroom.client.get("/as/learner-2/course").status_code == 403

    def test_roster_of_ten_thousand_is_quick_in_pages_and_in_one(self, classroom, visit):
        classroom.pull("people", count="10000")
        began = time.process_time()

        answer = visit.send("GET", MEMBERS)
        url, seen = f"{MEMBERS}?limit=500", []
        while url:
            page = visit.send("GET", url)
            seen += [member["user_id"] for member in page.json["members"]]
            url = page.headers.get("Link", "").partition(">")[0].lstrip("<")

        assert len(answer.json["members"]) == 10_006
        assert seen == [member["user_id"] for member in answer.json["members"]]
        # A second on a slow machine; a query or a page of HTML for each member would take a minute.
        assert time.process_time() - began < 10

    def test_pages_show_the_first_hundred_when_there_are_thousands(self, classroom):
        classroom.pull("people", count="10000")
        classroom.pull("assignment", title="Essay")

        for path in ("/", "/as/mila/gradebook", "/as/mila/assignments/1"):
            page = classroom.client.get(path).text
            assert "Je ziet de eerste 100 van 10004 mensen." in page, path
            assert "learner-97" not in page
        assert len(classroom.client.get("/gradebook.json").json["learners"]) == 10_004

    def test_many_complete_an_assignment_at_once_when_the_lever_says_so(self, classroom):
        classroom.pull("people", count="1000")
        classroom.pull("assignment", title="Essay")
        link_id = classroom.add_activity(restricted_by="1")

        assert classroom.pull("complete", assignment="1", person=["learner-1", "1002", "zoe"])["people"] == 3
        assert classroom.who_may_open(link_id) == ["3", "4", "5", "1001", "1002"]
        assert classroom.pull("complete", assignment="1", person="*")["people"] == 1004
        assert len(classroom.who_may_open(link_id)) == 1006

    @pytest.mark.parametrize("count", ["-1", "100001", "many"])
    def test_crowd_is_refused_when_the_number_makes_no_sense(self, client, count):
        assert client.post("/control/people", data={"count": count}).status_code == 400

    @pytest.mark.parametrize("key", ["learner-0", "learner-01", "learner-", "learner-100001", "learner-x"])
    def test_page_is_missing_when_nobody_can_have_that_key(self, classroom, key):
        classroom.pull("people", count="10")

        assert classroom.client.get(f"/as/{key}/course").status_code == 404


class TestSuspended:
    def test_suspended_learner_is_gone_until_they_return(self, classroom, visit):
        visit.score(scoreGiven=40)
        said = classroom.pull("suspend", person="zoe")

        assert said == {"person": "zoe", "enrolled": False, "suspended": True}
        assert "5" not in classroom.members()
        assert classroom.client.get("/as/zoe/launch").status_code == 403
        assert "tijdelijk uit de cursus" in classroom.client.get("/as/mila/gradebook").text
        assert classroom.client.get("/gradebook.json").json["learners"][0]["results"][0]["resultScore"] == 40
        classroom.pull("return", person="zoe")
        assert "5" in classroom.members()

    def test_suspension_is_for_one_course(self, classroom):
        copied = classroom.pull("copy-course")["id"]
        classroom.pull("suspend", person="zoe", course=copied)

        assert classroom.client.get(f"/as/zoe/courses/{copied}").status_code == 403
        assert classroom.client.get("/as/zoe/course").status_code == 200


class TestAdministrator:
    def test_administrator_opens_the_course_and_is_in_no_roster(self, classroom, visit):
        assert visit.launch("noor")[f"{LTI}/roles"] == ADMINISTRATOR
        assert "2" not in classroom.members()

    def test_school_leads_to_the_tools_when_opened(self, client):
        assert 'href="/as/noor/tools"' in client.get("/").text

    @pytest.mark.parametrize("key", ["mila", "sam", "zoe"])
    @pytest.mark.parametrize("path", ["tools", "tools/1", "tools/register?address=http://x/"])
    def test_tools_are_closed_to_everybody_else(self, client, key, path):
        page = client.get(f"/as/{key}/{path}")

        assert page.status_code == 403
        assert ("Dit is voor de beheerder" in page.text) or ("administrator" in page.text)
