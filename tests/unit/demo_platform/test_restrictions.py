"""Assignments of the platform itself, and activities that open to who did them: what a roster of one link says."""

from __future__ import annotations

import pytest

from lti_tool.demo_platform.browser_page import read_page
from lti_tool.demo_platform.restrictions import DATE_OVER
from tests.unit.demo_platform.classroom import MEMBERS

STAFF = ["3", "4"]
LEARNERS = ["5", "6", "7", "8"]
NEW = "/as/mila/assignments/new"
ESSAY = "/as/zoe/assignments/1"


@pytest.fixture
def essay(client):
    """An assignment without a grade, the first."""
    assert client.post(NEW, data={"title": " Essay <1> "}).location == "/as/mila/assignments/1"


@pytest.fixture
def exam(client):
    """An assignment of 40 points."""
    client.post(NEW, data={"title": "Toets", "graded": "1", "maximum": "40"})


def gate(classroom, **typed):
    return classroom.add_activity(restricted_by="1", **typed)


@pytest.mark.usefixtures("essay")
class TestGateOfCompletion:
    def test_roster_of_the_link_holds_staff_and_who_completed_it(self, classroom):
        link_id = gate(classroom)
        assert classroom.who_may_open(link_id) == STAFF

        classroom.client.post(f"{ESSAY}/complete", data={"done": "1"})
        assert classroom.who_may_open(link_id) == [*STAFF, "5"]

        classroom.client.post(f"{ESSAY}/complete", data={"done": "0"})
        assert classroom.who_may_open(link_id) == STAFF

    def test_assistant_is_a_learner_to_the_roster_of_the_link(self, classroom):
        members = classroom.visit.send("GET", f"{MEMBERS}?rlid={gate(classroom)}").json["members"]

        assert [(one["user_id"], one["roles"]) for one in members] == [("3", ["Instructor"]), ("4", ["Learner"])]

    def test_everybody_is_listed_when_the_restriction_was_forgotten(self, classroom):
        assert classroom.who_may_open(classroom.add_activity()) == [*STAFF, *LEARNERS]

    def test_role_and_paging_narrow_the_roster_of_a_link(self, classroom, visit):
        link_id = gate(classroom)
        classroom.pull("complete", assignment="1", person="*")

        assert classroom.members(f"?rlid={link_id}&role=Learner") == ["4", *LEARNERS]
        first = visit.send("GET", f"{MEMBERS}?rlid={link_id}&limit=4")
        assert len(first.json["members"]) == 4
        next_url = first.headers["Link"].partition(">")[0].lstrip("<")
        assert f"rlid={link_id}" in next_url
        assert [one["user_id"] for one in visit.send("GET", next_url).json["members"]] == ["7", "8"]

    def test_who_left_is_not_listed_whatever_they_completed(self, classroom):
        link_id = gate(classroom)
        classroom.pull("complete", assignment="1", person="zoe")

        classroom.pull("leave", person="zoe")

        assert classroom.who_may_open(link_id) == STAFF

    def test_learner_opens_it_when_it_is_open_to_them(self, classroom, visit):
        link_id = gate(classroom)
        for path in (f"/as/zoe/activities/{link_id}", f"/as/zoe/activities/{link_id}/launch"):
            page = classroom.client.get(path)
            assert page.status_code == 403
            assert "Deze activiteit is nog niet beschikbaar" in page.text
        assert visit.launch("sam", place=int(link_id))["sub"] == "4"

        classroom.pull("complete", assignment="1", person="zoe")

        assert visit.launch("zoe", place=int(link_id))["sub"] == "5"

    def test_error_is_posted_to_the_tool_when_it_closes_in_the_middle_of_a_launch(self, classroom, visit):
        link_id = int(gate(classroom))
        classroom.pull("complete", assignment="1", person="zoe")
        parameters = visit.authorization_parameters("zoe", place=link_id)
        classroom.pull("complete", assignment="1", person="zoe", done="0")

        page = visit.client.get("/lti/authorize", query_string=parameters)

        assert 'name="error" value="access_denied"' in page.text

    def test_nobody_passes_when_the_assignment_is_deleted(self, classroom):
        link_id = gate(classroom)
        classroom.pull("complete", assignment="1", person="*")
        assert classroom.client.post("/as/mila/assignments/1/delete").status_code == 303

        assert classroom.who_may_open(link_id) == STAFF
        settings = classroom.client.get(f"/as/mila/activities/{link_id}/settings").text
        assert '<option value="1" selected>een opdracht die er niet meer is</option>' in settings
        assert "Alleen na: een opdracht die er niet meer is." in classroom.client.get("/as/mila/course").text

    def test_course_page_says_what_is_needed(self, classroom):
        link_id = gate(classroom)
        page = classroom.client.get("/as/zoe/course").text

        assert '<bdi class="locked">Poort</bdi>' in page
        assert "Alleen na: Essay &lt;1&gt;." in page
        assert f'href="/as/mila/activities/{link_id}"' in classroom.client.get("/as/mila/course").text


@pytest.mark.usefixtures("exam")
class TestGateOfAGrade:
    @pytest.mark.parametrize(("score", "passes"), [("19,9", False), ("20", True), ("40", True), ("", False)])
    def test_roster_of_the_link_holds_who_has_so_many_percent(self, classroom, score, passes):
        link_id = gate(classroom, restricted_on="grade", least_percent="50")
        classroom.client.post("/as/sam/assignments/1/grade", data={"learner": "zoe", "score": "30"})

        classroom.client.post("/as/sam/assignments/1/grade", data={"learner": "zoe", "score": score})

        assert classroom.who_may_open(link_id) == ([*STAFF, "5"] if passes else STAFF)

    def test_completing_is_no_grade_and_a_grade_does_not_complete(self, classroom):
        by_grade = gate(classroom, restricted_on="grade", least_percent="0")
        by_completion = gate(classroom)
        classroom.pull("complete", assignment="1", person="zoe")
        classroom.pull("grade", assignment="1", person="6", score="40")

        assert classroom.who_may_open(by_grade) == [*STAFF, "6"]
        assert classroom.who_may_open(by_completion) == [*STAFF, "5"]

    def test_course_page_says_what_is_needed(self, classroom):
        gate(classroom, restricted_on="grade", least_percent="55")

        assert "Alleen met 55 procent of meer voor: Toets." in classroom.client.get("/as/zoe/course").text


class TestDateThatIsOver:
    def test_roster_of_the_link_holds_staff_only(self, classroom):
        link_id = classroom.add_activity(restricted_by=str(DATE_OVER), visibility="hidden")

        assert classroom.who_may_open(link_id) == STAFF
        assert classroom.client.get(f"/as/zoe/activities/{link_id}").status_code == 403

    def test_course_page_and_form_say_so(self, classroom):
        link_id = classroom.add_activity(restricted_by=str(DATE_OVER))

        assert "Alleen tot en met een datum die voorbij is." in classroom.client.get("/as/zoe/course").text
        form = classroom.client.get(f"/as/mila/activities/{link_id}/settings").text
        assert f'<option value="{DATE_OVER}" selected>' in form

    def test_lever_sets_it(self, classroom):
        link_id = classroom.add_activity()

        classroom.pull("restrict", activity=link_id, over=1)

        assert classroom.who_may_open(link_id) == STAFF


class TestVisibility:
    def test_hidden_link_is_opened_by_staff_only_and_lists_everybody_without_a_restriction(self, classroom):
        link_id = classroom.add_activity(visibility="hidden")

        assert classroom.who_may_open(link_id) == [*STAFF, *LEARNERS]
        assert classroom.client.get(f"/as/zoe/activities/{link_id}").status_code == 403
        assert "Poort" not in classroom.client.get("/as/zoe/course").text
        assert "verborgen voor leerlingen" in classroom.client.get("/as/mila/course").text

    def test_stealth_link_is_open_and_not_shown(self, classroom, visit):
        link_id = classroom.add_activity(visibility="stealth")

        assert classroom.who_may_open(link_id) == [*STAFF, *LEARNERS]
        assert visit.launch("zoe", place=int(link_id))["sub"] == "5"
        assert "Poort" not in classroom.client.get("/as/zoe/course").text
        assert "beschikbaar, niet getoond" in classroom.client.get("/as/sam/course?lang=nl").text

    @pytest.mark.usefixtures("essay")
    def test_stealth_link_has_a_restriction_too(self, classroom):
        link_id = gate(classroom, visibility="stealth")
        classroom.pull("complete", assignment="1", person="zoe")

        assert classroom.who_may_open(link_id) == [*STAFF, "5"]

    @pytest.mark.usefixtures("essay")
    def test_lever_restricts_and_frees_when_pulled(self, classroom):
        link_id = classroom.add_activity()
        classroom.pull("restrict", activity=link_id, assignment="1", visibility="stealth")
        assert classroom.who_may_open(link_id) == STAFF

        classroom.pull("restrict", activity=link_id)

        assert classroom.activities()[1]["visibility"] == "stealth"
        assert classroom.who_may_open(link_id) == [*STAFF, *LEARNERS]

    def test_settings_stay_when_the_form_is_saved_as_it_is(self, classroom, essay):
        link_id = gate(classroom, visibility="stealth", restricted_on="grade", least_percent="55.5", text="Uitleg")
        before = classroom.activities()
        url = f"/as/mila/activities/{link_id}/settings"
        body = classroom.client.get(url).data
        page = read_page(f"http://x{url}", 200, {"content-type": "text/html"}, body, top_host="x", in_frame=False)
        classroom.client.post(url, data=page.find_form("title").values())

        assert classroom.activities() == before
        assert before[1]["restriction"] == {"assignment_id": 1, "least_percent": 55.5}


@pytest.mark.usefixtures("exam")
class TestForms:
    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"title": ""}, "Geef de activiteit een titel"),
            ({"title": "x", "graded": "1", "maximum": "0"}, "Vul een getal in dat groter is dan 0."),
            ({"title": "x", "graded": "1", "maximum": "veel"}, "Vul een getal in dat groter is dan 0."),
        ],
    )
    def test_assignment_is_not_added_when_the_form_is_wrong(self, client, typed, sentence):
        page = client.post(NEW, data=typed)

        assert page.status_code == 400
        assert sentence in page.text
        assert client.get("/as/mila/assignments/2").status_code == 404

    @pytest.mark.parametrize(
        ("typed", "status"),
        [
            ({"restricted_by": "1", "restricted_on": "grade", "least_percent": "101"}, 400),
            ({"restricted_by": "1", "restricted_on": "grade", "least_percent": ""}, 400),
            ({"restricted_by": "9"}, 400),
            ({"visibility": "half"}, 400),
            ({"maximum": "0"}, 400),
            ({"maximum": "x"}, 400),
            ({"maximum": "12,5"}, 303),
        ],
    )
    def test_settings_are_not_saved_when_the_form_is_wrong(self, classroom, typed, status):
        answer = classroom.client.post("/as/mila/activities/1/settings", data={"title": "Nieuw", **typed})

        assert answer.status_code == status
        assert classroom.activities()[0]["title"] == ("Mijlpaal" if status == 400 else "Nieuw")
        assert classroom.items()[0]["scoreMaximum"] == (100 if status == 400 else 12.5)

    @pytest.mark.parametrize("score", ["41", "-1", "veel"])
    def test_grade_is_refused_with_a_reason_when_it_is_not_on_the_scale(self, client, score):
        page = client.post("/as/mila/assignments/1/grade", data={"learner": "zoe", "score": score})

        assert page.status_code == 400
        assert "Vul een getal in van 0 tot en met 40." in page.text
        assert f'value="{score}"' in page.text

    @pytest.mark.parametrize(
        ("path", "typed", "status"),
        [
            ("/as/zoe/assignments/1/grade", {"learner": "zoe", "score": "40"}, 403),
            ("/as/zoe/assignments/1/delete", {}, 403),
            ("/as/sam/assignments/1/delete", {}, 403),
            ("/as/zoe/assignments/new", {"title": "x"}, 403),
            ("/as/mila/assignments/1/grade", {"learner": "sam", "score": "40"}, 400),
            ("/as/mila/assignments/1/grade", {"learner": "nobody", "score": "40"}, 404),
            ("/as/mila/assignments/1/complete", {"done": "1"}, 404),
            ("/as/mila/assignments/9/complete", {"done": "1"}, 404),
        ],
    )
    def test_forms_are_closed_when_the_visitor_or_the_learner_is_another(self, client, path, typed, status):
        assert client.post(path, data=typed).status_code == status

    @pytest.mark.parametrize("act", ["complete", "grade", "delete"])
    def test_forms_are_closed_when_another_site_sends_them(self, client, act):
        typed = {"learner": "zoe", "done": "1", "score": "1"}

        page = client.post(f"/as/mila/assignments/1/{act}", data=typed, headers={"Origin": "http://127.0.0.1:8701"})

        assert page.status_code == 403

    def test_learner_ticks_off_for_themselves_only(self, client, classroom):
        link_id = gate(classroom)
        client.post(f"{ESSAY}/complete", data={"done": "1", "learner": "ahmed"})

        assert classroom.who_may_open(link_id) == [*STAFF, "5"]
        assert "Markeer als niet klaar" in client.get(ESSAY).text
        assert "Markeer als klaar" in client.get("/as/ahmed/assignments/1").text

    @pytest.mark.parametrize(
        ("lever", "values"),
        [
            ("complete", {"assignment": "9", "person": "zoe"}),
            ("complete", {"assignment": "1"}),
            ("complete", {"assignment": "1", "person": "nobody"}),
            ("grade", {"assignment": "9", "person": "zoe"}),
            ("restrict", {"activity": "9"}),
            ("delete-activity", {"activity": "9"}),
            ("delete-assignment", {"assignment": "9"}),
        ],
    )
    def test_lever_answers_404_when_there_is_no_such_thing(self, client, lever, values):
        assert client.post(f"/control/{lever}", data=values).status_code == 404
