"""More courses than one: copied, or begun empty."""

from __future__ import annotations

import re

import pytest

from lti_tool.demo_platform.restrictions import DATE_OVER
from tests.unit.demo_platform.classroom import AGS, ITEM_TYPE, ITEMS, LTI, MEMBERS, NRPS, link

COPY = "/as/mila/courses/2/copy"


@pytest.fixture
def full(classroom):
    """A course with a chosen activity, an assignment with a gate on it, and a column that the tool made."""
    classroom.choose(link("Les 1", text="Uitleg", custom={"mijlpaal_item": "a1"}, lineItem={"resourceId": "a1"}))
    classroom.pull("assignment", title="Essay", maximum="40")
    classroom.add_activity(restricted_by="1", restricted_on="grade", least_percent="55", visibility="stealth")
    classroom.visit.send("POST", ITEMS, {"label": "Van de tool", "scoreMaximum": 10, "resourceId": "own"}, ITEM_TYPE)
    classroom.visit.score()
    classroom.pull("grade", assignment="1", person="zoe", score="40")


@pytest.fixture
def copied(client, full):
    answer = client.post(COPY, data={"title": "Nieuw jaar"})
    assert (answer.status_code, answer.location) == (303, "/as/mila/courses/3")


@pytest.mark.usefixtures("copied")
class TestCopy:
    def test_everything_has_a_new_id_and_says_what_it_said(self, classroom):
        before, after = classroom.activities(), classroom.activities("3")

        names = ("title", "text", "custom", "graded", "visibility")
        assert [[one[name] for name in names] for one in after] == [[one[name] for name in names] for one in before]
        assert [one["resourceLinkId"] for one in after] == ["4", "5", "6"]
        assert after[2]["restriction"] == {"assignment_id": 2, "least_percent": 55}

    def test_columns_come_along_without_grades(self, classroom, visit):
        items = visit.send("GET", ITEMS.replace("/2/", "/3/")).json

        assert [(item["label"], item["resourceId"], item.get("resourceLinkId")) for item in items] == [
            ("Mijlpaal", "", "4"),
            ("Les 1", "a1", "5"),
            ("Van de tool", "own", None),
        ]
        assert visit.results(url=items[0]["id"]) == []
        assert len(visit.results()) == 1
        assert visit.send("GET", ITEMS).json[0]["resourceLinkId"] == "1"

    def test_columns_of_the_two_courses_do_not_mix(self, visit):
        url = visit.send("GET", ITEMS.replace("/2/", "/3/")).json[0]["id"]

        assert visit.send("GET", url.replace("/services/3/", "/services/2/")).status_code == 404
        assert visit.score(url=url, scoreGiven=70).status_code == 200
        assert [one["resultScore"] for one in visit.results()] == [40]
        body = {"label": "x", "scoreMaximum": 1, "resourceLinkId": "1"}
        assert visit.send("POST", ITEMS.replace("/2/", "/3/"), body, ITEM_TYPE).status_code == 403

    def test_launch_names_the_new_course(self, classroom):
        claims = classroom.launch_at("/as/zoe/activities/5/launch")

        assert claims[f"{LTI}/context"] == {
            "id": "3",
            "label": "DIGI1-kopie",
            "title": "Nieuw jaar",
            "type": ["CourseSection"],
        }
        assert claims[f"{LTI}/custom"]["mijlpaal_item"] == "a1"
        assert "/lti/services/3/lineitems" in claims[AGS]["lineitem"]
        assert claims[NRPS]["context_memberships_url"].endswith(MEMBERS.replace("/2/", "/3/"))

    def test_link_for_staff_stays_one_in_the_copy(self, classroom):
        classroom.add_activity(restricted_by=str(DATE_OVER))
        copy = classroom.pull("copy-course")["id"]

        assert classroom.activities(copy)[-1]["restriction"]["assignment_id"] == DATE_OVER

    def test_gate_asks_for_the_assignment_of_the_copy(self, visit, classroom):
        members = f"{MEMBERS.replace('/2/', '/3/')}?rlid=6"
        assert len(visit.send("GET", members).json["members"]) == 2

        classroom.pull("grade", assignment="2", person="zoe", score="40")

        assert [one["user_id"] for one in visit.send("GET", members).json["members"]] == ["3", "4", "5"]
        assert visit.send("GET", f"{MEMBERS}?rlid=6").status_code == 404

    def test_pages_of_both_courses_lead_to_each_other(self, client):
        assert (
            '<a class="act" href="/as/mila/courses/3"><bdi>Nieuw jaar</bdi></a>' in client.get("/as/mila/course").text
        )
        page = client.get("/as/mila/courses/3?lang=nl").text
        assert '<a class="act" href="/as/mila/course?lang=nl"><bdi>Digitale basis</bdi></a>' in page
        for path in ("gradebook", "copy", "activities/new", "assignments/new"):
            assert f'href="/as/mila/courses/3/{path}?lang=nl"' in page
        assert re.search(r'<iframe[^>]+ src="/as/mila/activities/4/launch\?target=iframe&amp;lang=nl"', page)

    def test_forms_work_in_the_copy(self, client, classroom):
        client.post("/as/mila/courses/3/activities/new", data={"title": "Los", "graded": "1"})
        item = client.get("/courses/3/gradebook.json").json["lineItems"][-1]["id"]
        column = re.search(r"lineitems/(\d+)/", item).group(1)
        typed = {"column": column, "learner": "zoe", "score": "55"}

        answer = client.post("/as/mila/courses/3/gradebook", data=typed)

        assert answer.location.startswith("/as/mila/courses/3/gradebook")
        assert client.post("/as/mila/gradebook", data=typed).status_code == 404
        (result,) = client.get("/courses/3/gradebook.json").json["learners"][0]["results"]
        assert (result["label"], result["resultScore"]) == ("Los", 55)


class TestHistory:
    @pytest.fixture(autouse=True)
    def custom(self, classroom):
        classroom.pull("tool-custom", tool="1", custom="context_history=$Context.id.history")

    def test_history_is_empty_when_the_course_is_no_copy(self, visit):
        assert visit.launch()[f"{LTI}/custom"]["context_history"] == ""

    def test_history_begins_with_the_nearest_when_a_copy_is_copied(self, classroom):
        first = classroom.pull("copy-course")
        second = classroom.pull("copy-course", course=first["id"], title="Nog een")

        assert (first["history"], second["history"]) == (["2"], ["3", "2"])
        (activity,) = classroom.activities(second["id"])
        claims = classroom.launch_at(f"/as/zoe/activities/{activity['resourceLinkId']}/launch")
        assert claims[f"{LTI}/custom"]["context_history"] == "3,2"


class TestVariables:
    def test_variables_have_values_and_the_unknown_stay_when_opened(self, client, visit):
        custom = "\n".join(
            f"v{at}={variable}"
            for at, variable in enumerate(
                (
                    *("$User.id", "$User.username", "$Person.name.full", "$Person.email.primary"),
                    *("$Person.address.timezone", "$Context.id", "$Context.title", "$CourseSection.label"),
                    *("$ResourceLink.id", "$ResourceLink.title", "$Moodle.Person.userGroupIds", "$Person.sourcedId"),
                    *("$Nobody.knows", "cost $5", "$ResourceLink.description"),
                )
            )
        )
        client.post("/as/mila/activities/1/settings", data={"title": "Les", "text": "Uitleg", "custom": custom})

        told = visit.launch("ahmed")[f"{LTI}/custom"]

        assert [told[f"v{at}"] for at in range(15)] == [
            *("6", "ahmed", "Ahmed El Idrissi", "ahmed@example.org"),
            *("Europe/Amsterdam", "2", "Digitale basis", "DIGI1"),
            *("1", "Les", "11,12", ""),
            *("$Nobody.knows", "cost $5", "Uitleg"),
        ]

    def test_addresses_of_services_are_filled_in_when_asked_for(self, classroom, visit):
        names = ("LineItems.url", "LineItem.url", "Scores.url", "Results.url", "ToolProxyBinding.memberships.url")
        custom = "\n".join(f"v{at}=${name}" for at, name in enumerate(names))
        classroom.pull("tool-custom", tool="1", custom=custom)

        claims = visit.launch()

        item = claims[AGS]["lineitem"]
        path, _, query = item.partition("?")
        assert [claims[f"{LTI}/custom"][f"v{at}"] for at in range(5)] == [
            claims[AGS]["lineitems"],
            item,
            f"{path}/scores?{query}",
            f"{path}/results?{query}",
            claims[NRPS]["context_memberships_url"],
        ]

    def test_time_zone_is_the_number_of_moodle_when_nobody_chose_one(self, classroom, visit):
        classroom.pull("tool-custom", tool="1", custom="time_zone=$Person.address.timezone")

        assert visit.launch("fatma")[f"{LTI}/custom"]["time_zone"] == "99"

    def test_tool_wins_over_the_teacher_when_both_name_a_parameter(self, client, classroom, visit):
        client.post("/as/mila/activities/1/settings", data={"title": "x", "custom": "a=teacher\nb=teacher"})
        classroom.pull("tool-custom", tool="1", custom="a=tool")

        told = visit.launch()[f"{LTI}/custom"]

        assert (told["a"], told["b"]) == ("tool", "teacher")


class TestEmptyCourse:
    def test_roster_is_not_told_of_until_the_tool_is_used_there(self, classroom):
        course = classroom.pull("course", title="Leeg", label="LEEG")["id"]
        path = f"/as/mila/courses/{course}/deep-linking/launch?tool=1"

        assert NRPS not in classroom.launch_at(path)
        assert "context_memberships_url" not in classroom.launch_at(path)[f"{LTI}/custom"]
        classroom.choose(link(), path=path)
        assert NRPS in classroom.launch_at(path)

    def test_course_page_shows_no_tool_when_nothing_was_added(self, classroom):
        course = classroom.pull("course", title="Leeg")["id"]
        page = classroom.client.get(f"/as/zoe/courses/{course}")

        assert page.status_code == 200
        assert "<iframe" not in page.text


@pytest.mark.parametrize("title", ["", " ", "x" * 256])
def test_course_is_not_copied_when_the_title_is_wrong(client, title):
    page = client.post(COPY, data={"title": title})

    assert page.status_code == 400
    assert client.get("/as/mila/courses/3").status_code == 404


@pytest.mark.parametrize("key", ["sam", "zoe"])
def test_course_is_not_copied_when_the_visitor_may_not_edit(client, key):
    assert client.post(f"/as/{key}/courses/2/copy", data={"title": "x"}).status_code == 403


def test_course_is_not_copied_when_another_site_asks(client):
    headers = {"Origin": "http://127.0.0.1:8701"}

    assert client.post(COPY, data={"title": "x"}, headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/as/mila/courses/9", "/as/mila/courses/9/gradebook", "/courses/9/gradebook.json"])
def test_page_is_missing_when_there_is_no_such_course(client, path):
    assert client.get(path).status_code == 404
