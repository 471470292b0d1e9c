"""The tool in several places of the course."""

from __future__ import annotations

import re
import sqlite3

import pytest

LTI = "https://purl.imsglobal.org/spec/lti/claim"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ITEMS = "/lti/services/2/lineitems?type_id=1"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
NEW = "/as/mila/activities/new"
CHANGE = "/as/mila/activities/1/settings"


@pytest.fixture
def quiz(client):
    """A second placement, graded; its id and that of its column are 2."""
    answer = client.post(NEW, data={"title": " Quiz <1> ", "graded": "1", "custom": "Goal=3\r\nrubbish\r\nlevel=b1"})
    assert (answer.status_code, answer.location) == (303, "/as/mila/course")


@pytest.fixture
def reading(client):
    """A placement that is not graded, the second or third."""
    client.post(NEW, data={"title": "Lezen", "custom": ""})


@pytest.mark.usefixtures("quiz")
class TestGradedPlacement:
    def test_launch_names_it_when_it_is_opened(self, visit):
        claims = visit.launch(place=2)

        assert claims[f"{LTI}/resource_link"] == {"id": "2", "title": "Quiz <1>", "description": ""}
        assert claims[f"{LTI}/target_link_uri"] == "http://127.0.0.1:8701/lti/launch"
        column = "http://localhost:8700/lti/services/2/lineitems/2/lineitem?type_id=1"
        assert claims[AGS]["lineitem"] == column

    def test_parameters_arrive_as_texts_when_it_is_opened(self, visit):
        memberships = "http://localhost:8700/lti/services/CourseSection/2/bindings/1/memberships"

        assert visit.launch(place=2)[f"{LTI}/custom"] == {
            "goal": "3",
            "Goal": "3",
            "level": "b1",
            "context_memberships_url": memberships,
        }
        assert visit.launch()[f"{LTI}/custom"] == {"context_memberships_url": memberships}

    def test_first_one_is_as_it_was_when_there_are_two(self, visit):
        claims = visit.launch()

        assert claims[f"{LTI}/resource_link"]["id"] == "1"
        assert claims[AGS]["lineitem"].endswith("/lineitems/1/lineitem?type_id=1")
        assert visit.launch(place=1)[f"{LTI}/resource_link"]["id"] == "1"

    def test_it_has_a_column_of_its_own_when_columns_are_listed(self, visit):
        items = visit.send("GET", ITEMS).json

        assert [(item["label"], item["scoreMaximum"], item["resourceLinkId"]) for item in items] == [
            ("Mijlpaal", 100, "1"),
            ("Quiz <1>", 100, "2"),
        ]
        assert visit.send("GET", f"{ITEMS}&resource_link_id=2").json == items[1:]
        assert visit.send("DELETE", items[1]["id"]).status_code == 403

    def test_columns_hold_their_own_grades_when_scored(self, visit):
        first, second = (item["id"] for item in visit.send("GET", ITEMS).json)
        visit.score(url=first, scoreGiven=10)
        visit.score(url=second, scoreGiven=20)

        assert [visit.results(url=url)[0]["resultScore"] for url in (first, second)] == [10, 20]

    def test_column_stays_with_it_when_the_tool_says_otherwise(self, visit):
        url = visit.send("GET", ITEMS).json[1]["id"]

        changed = visit.send("PUT", url, {"label": "Van ons", "scoreMaximum": 50, "resourceLinkId": "1"}, ITEM_TYPE)

        assert (changed.json["label"], changed.json["resourceLinkId"]) == ("Van ons", "2")
        assert visit.launch(place=2)[AGS]["lineitem"] == url

    def test_roster_knows_it_when_it_is_named(self, visit):
        members = "/lti/services/CourseSection/2/bindings/1/memberships"

        assert visit.send("GET", f"{members}?rlid=2").status_code == 200
        assert visit.send("GET", f"{members}?rlid=3").status_code == 404


class TestUngradedPlacement:
    @pytest.mark.usefixtures("reading")
    def test_no_column_is_named_when_it_is_opened(self, visit):
        claim = visit.launch(place=2)[AGS]

        assert "lineitem" not in claim
        assert claim["lineitems"].endswith("/lti/services/2/lineitems?type_id=1")
        assert len(visit.send("GET", ITEMS).json) == 1

    @pytest.mark.usefixtures("reading")
    def test_column_is_named_when_the_tool_made_one_for_it(self, visit):
        body = {"label": "Punten", "scoreMaximum": 45, "resourceLinkId": "2"}

        made = visit.send("POST", ITEMS, body, ITEM_TYPE)

        assert made.status_code == 201
        assert visit.launch(place=2)[AGS]["lineitem"] == made.json["id"]

    def test_column_is_refused_when_it_is_for_a_placement_that_is_not_there(self, visit):
        body = {"label": "Punten", "scoreMaximum": 45, "resourceLinkId": "2"}

        assert visit.send("POST", ITEMS, body, ITEM_TYPE).status_code == 403


@pytest.mark.usefixtures("quiz", "reading")
class TestCoursePage:
    @pytest.mark.parametrize("key", ["mila", "sam", "zoe"])
    def test_all_are_listed_when_anybody_looks(self, client, key):
        page = client.get(f"/as/{key}/course?lang=nl").text

        titles = re.findall(rf'<a href="/as/{key}/activities/(\d)\?lang=nl"><bdi>(.+)</bdi></a>', page)
        assert titles == [("1", "Mijlpaal"), ("2", "Quiz &lt;1&gt;"), ("3", "Lezen")]
        assert page.count("niet in de cijferlijst") == 1
        assert re.findall(r'<iframe[^>]+ src="([^"]+)"', page) == [f"/as/{key}/launch?target=iframe&amp;lang=nl"]

    @pytest.mark.parametrize(("key", "offered"), [("mila", True), ("sam", False), ("zoe", False)])
    def test_forms_are_offered_when_the_visitor_may_edit(self, client, key, offered):
        page = client.get(f"/as/{key}/course").text

        assert (f'href="/as/{key}/activities/new"' in page) is offered
        assert (f'href="/as/{key}/activities/2/settings"' in page) is offered

    def test_tool_stands_in_a_frame_when_one_is_opened(self, client):
        page = client.get("/as/zoe/activities/2?locale=ar").text

        assert '<iframe title="Quiz &lt;1&gt;, een programma in deze cursus"' in page
        assert 'src="/as/zoe/activities/2/launch?target=iframe&amp;locale=ar"' in page
        assert 'href="/as/zoe/activities/2/launch?target=window&amp;locale=ar" target="_blank"' in page


class TestForms:
    def test_values_are_shown_when_settings_are_opened(self, client, quiz):
        page = client.get("/as/mila/activities/2/settings").text

        assert 'name="title" value="Quiz &lt;1&gt;"' in page
        assert "Goal=3\r\nrubbish\r\nlevel=b1</textarea>" in page
        assert 'name="graded"' not in page
        assert "staat in de cijferlijst" in page

    def test_launch_and_column_follow_when_settings_are_saved(self, client, visit):
        url = visit.line_item_url()
        visit.send("PUT", url, {"label": "Van ons", "scoreMaximum": 50}, ITEM_TYPE)

        answer = client.post(f"{CHANGE}?lang=en", data={"title": "Les 1", "custom": "a=1"})

        assert (answer.status_code, answer.location) == (303, "/as/mila/course?lang=en")
        claims = visit.launch()
        assert claims[f"{LTI}/resource_link"]["title"] == "Les 1"
        assert claims[f"{LTI}/custom"]["a"] == "1"
        (item,) = visit.send("GET", ITEMS).json
        assert (item["label"], item["scoreMaximum"]) == ("Les 1", 50)
        assert "Open Les 1 in een nieuw venster" in client.get("/as/zoe/course").text

    def test_tool_wins_when_a_teacher_types_the_same_name(self, client, visit):
        client.post(CHANGE, data={"title": "Mijlpaal", "custom": "context_memberships_url=x"})

        assert visit.launch()[f"{LTI}/custom"]["context_memberships_url"].startswith("http://localhost:8700/")

    @pytest.mark.parametrize("path", [NEW, CHANGE])
    @pytest.mark.parametrize("title", ["", "  ", "x" * 256])
    def test_form_comes_back_with_what_was_typed_when_the_title_is_wrong(self, client, visit, path, title):
        page = client.post(path, data={"title": title, "custom": "a=<b>"})

        assert page.status_code == 400
        assert "Geef de activiteit een titel van hoogstens 255 tekens." in page.text
        assert "a=&lt;b&gt;</textarea>" in page.text
        assert [item["label"] for item in visit.send("GET", ITEMS).json] == ["Mijlpaal"]

    def test_box_stays_unticked_when_the_form_comes_back(self, client):
        assert 'name="graded" value="1" checked' in client.get(NEW).text
        assert 'name="graded" value="1" checked' not in client.post(NEW, data={"title": ""}).text

    @pytest.mark.parametrize("key", ["sam", "zoe"])
    @pytest.mark.parametrize("path", ["new", "1/settings"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_forms_are_closed_when_the_visitor_may_not_edit(self, client, key, path, method):
        page = client.open(f"/as/{key}/activities/{path}?lang=nl", method=method, data={"title": "Van mij"})

        assert page.status_code == 403
        assert "Dit is voor docenten" in page.text
        assert "Van mij" not in client.get("/as/zoe/course").text

    @pytest.mark.parametrize("path", [NEW, CHANGE])
    @pytest.mark.parametrize(
        ("origin", "status"), [("http://localhost:8700", 303), ("http://127.0.0.1:8701", 403), ("null", 403)]
    )
    def test_forms_are_closed_when_another_site_sends_them(self, client, path, origin, status):
        assert client.post(path, data={"title": "Van mij"}, headers={"Origin": origin}).status_code == status

    def test_settings_are_missing_when_there_is_no_such_activity(self, client):
        assert client.get("/as/mila/activities/9/settings").status_code == 404


@pytest.mark.parametrize("path", ["/as/zoe/activities/9/launch", "/as/nobody/activities/1/launch"])
def test_launch_is_missing_when_there_is_no_such_activity_or_person(client, path):
    assert client.get(path).status_code == 404


def test_error_is_posted_when_the_activity_went_away_meanwhile(visit, quiz, settings):
    parameters = visit.authorization_parameters(place=2)
    with sqlite3.connect(settings.database_path) as db:
        db.execute("DELETE FROM placement WHERE id = 2")
    db.close()

    page = visit.client.get("/lti/authorize", query_string=parameters)

    assert 'name="error" value="access_denied"' in page.text


def test_placements_are_kept_when_the_platform_starts_again(visit, quiz, settings, clock, tool):
    visit.restart(settings)

    assert visit.launch(place=2)[f"{LTI}/resource_link"]["id"] == "2"
    assert len(visit.send("GET", ITEMS).json) == 2
