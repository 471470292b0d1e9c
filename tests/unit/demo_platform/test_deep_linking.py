"""A teacher lets the tool choose what is added to the course."""

from __future__ import annotations

import re

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.unit.demo_platform.classroom import AGS, CHOOSE, DL, ITEM_TYPE, LTI, link, query_of

AGAIN = "/as/mila/activities/1/deep-linking/launch"


class TestRequest:
    def test_it_has_the_shape_of_moodle_when_something_new_is_chosen(self, classroom):
        claims = classroom.launch_at(CHOOSE)

        settings = claims.pop(f"{DL}/deep_linking_settings")
        url = settings.pop("deep_link_return_url")
        assert url.startswith("http://localhost:8700/as/mila/courses/2/deep-linking/return?session=")
        assert settings == {
            "accept_copy_advice": False,
            "accept_multiple": True,
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_types": ["ltiResourceLink"],
            "accept_unsigned": False,
            "auto_create": False,
            "can_confirm": False,
            "text": "",
            "title": "",
        }
        assert claims[f"{LTI}/message_type"] == "LtiDeepLinkingRequest"
        assert claims[f"{LTI}/target_link_uri"] == "http://127.0.0.1:8701/lti/launch"
        assert claims[f"{LTI}/launch_presentation"] == {"locale": "nl"}
        assert f"{LTI}/resource_link" not in claims
        assert "lineitem" not in claims[AGS]

    def test_title_and_text_are_told_when_an_activity_is_edited(self, classroom):
        typed = {"title": "Les <1>", "text": "Lees dit.\r\nEn dit."}
        classroom.client.post("/as/mila/activities/1/settings", data=typed)

        settings = classroom.asked(AGAIN)

        assert (settings["title"], settings["text"]) == ("Les <1>", "Lees dit.\r\nEn dit.")

    def test_data_travel_when_somebody_said_so(self, classroom):
        classroom.pull("deep-linking-data", data="abc")
        assert classroom.asked()["data"] == "abc"

        classroom.pull("deep-linking-data")
        assert "data" not in classroom.asked()

    @pytest.mark.parametrize("key", ["sam", "zoe"])
    @pytest.mark.parametrize(
        "path", ["courses/2/deep-linking?tool=1", "courses/2/deep-linking/launch?tool=1", "activities/1/deep-linking"]
    )
    def test_pages_are_closed_when_the_visitor_may_not_edit(self, client, key, path):
        assert client.get(f"/as/{key}/{path}").status_code == 403

    @pytest.mark.parametrize(
        "path", ["courses/2/deep-linking?tool=9", "courses/9/deep-linking?tool=1", "activities/9/deep-linking"]
    )
    def test_pages_are_missing_when_there_is_no_such_tool_course_or_activity(self, client, path):
        assert client.get(f"/as/mila/{path}").status_code == 404

    def test_teacher_is_offered_the_tool_when_adding_and_when_changing(self, client):
        added = client.get("/as/mila/activities/new").text
        changed = client.get("/as/mila/activities/1/settings").text

        assert '<a href="/as/mila/courses/2/deep-linking?tool=1">Mijlpaal kiezen</a>' in added
        assert 'href="/as/mila/activities/1/deep-linking"' in changed
        frame = re.search(r'<iframe[^>]+ src="([^"]+)"', client.get("/as/mila/courses/2/deep-linking?tool=1").text)
        assert frame.group(1) == CHOOSE


class TestNewActivities:
    def test_each_item_becomes_an_activity_when_several_are_returned(self, classroom):
        page = classroom.choose(
            link("Les 1", text="Lees dit.", custom={"mijlpaal_item": "a1"}, lineItem={"resourceId": "a1", "tag": "t"}),
            link("Les 2", lineItem={"scoreMaximum": 12.5, "label": "Andere naam"}),
            link("Les 3", icon={"url": "https://x/y.png"}, window={}, iframe={}, available={}, submission={}),
        )

        assert page.status_code == 200
        assert "Er zijn 3 activiteiten toegevoegd." in page.text
        found = [(one["title"], one["text"], one["graded"], one["custom"]) for one in classroom.activities()[1:]]
        assert found == [
            ("Les 1", "Lees dit.", True, {"mijlpaal_item": "a1"}),
            ("Les 2", "", True, {}),
            ("Les 3", "", False, {}),
        ]
        columns = classroom.items()[1:]
        assert [
            (item["label"], item["scoreMaximum"], item["resourceId"], item["tag"], item["resourceLinkId"])
            for item in columns
        ] == [("Les 1", 100, "a1", "t", "2"), ("Les 2", 12.5, "", "", "3")]

    def test_column_is_found_without_a_launch_when_asked_for_by_resource_id_or_tag(self, classroom):
        classroom.choose(link(lineItem={"resourceId": "a1", "tag": "t"}), link(lineItem={"resourceId": "a2"}))

        assert [item["resourceLinkId"] for item in classroom.items("&resource_id=a1")] == ["2"]
        assert [item["resourceLinkId"] for item in classroom.items("&tag=t")] == ["2"]
        assert [item["resourceId"] for item in classroom.items("&resource_link_id=3")] == ["a2"]

    def test_launch_carries_what_was_returned_when_an_activity_is_opened(self, classroom):
        classroom.choose(link(text="Lees dit.", custom={"mijlpaal_item": "a1"}, lineItem={}))

        claims = classroom.launch_at("/as/zoe/activities/2/launch")

        assert claims[f"{LTI}/resource_link"] == {"id": "2", "title": "Les 1", "description": "Lees dit."}
        assert claims[f"{LTI}/custom"]["mijlpaal_item"] == "a1"
        assert claims[AGS]["lineitem"] == classroom.items()[1]["id"]

    def test_name_of_the_tool_is_used_when_an_item_has_no_title(self, classroom):
        classroom.choose({"type": "ltiResourceLink"}, link(" "), link("x" * 300))

        assert [one["title"] for one in classroom.activities()[1:]] == ["Mijlpaal", "Mijlpaal", "x" * 255]

    def test_line_break_begins_another_parameter_when_a_value_holds_one(self, classroom):
        classroom.choose(link(custom={"a": "1\nb=2", "n": 3}))

        assert classroom.activities()[1]["custom"] == {"a": "1", "b": "2", "n": "3"}

    def test_column_can_be_changed_but_not_deleted_by_the_tool_until_the_teacher_deletes_the_activity(self, classroom):
        classroom.choose(link(lineItem={"resourceId": "a1"}))
        url = classroom.items()[1]["id"]
        visit = classroom.visit

        changed = visit.send("PUT", url, {"label": "Nieuw", "scoreMaximum": 50, "resourceId": "a2"}, ITEM_TYPE)
        assert (changed.json["label"], changed.json["resourceId"], changed.json["resourceLinkId"]) == (
            "Nieuw",
            "a2",
            "2",
        )
        assert visit.send("DELETE", url).status_code == 403

        asked = classroom.client.get("/as/mila/activities/2/delete")
        assert "Les 1 verwijderen?" in asked.text
        assert visit.send("GET", url).status_code == 200
        assert classroom.client.post("/as/mila/activities/2/delete").status_code == 303
        assert visit.send("GET", url).status_code == 404
        assert visit.score(url=url).status_code == 404
        assert [item["resourceLinkId"] for item in classroom.items()] == ["1"]
        assert classroom.client.get("/as/zoe/activities/2").status_code == 404

    def test_first_activity_stays_away_when_deleted_and_the_platform_starts_again(self, classroom):
        classroom.client.post("/as/mila/activities/1/delete")
        classroom.visit.restart(classroom.settings)

        assert classroom.activities() == []
        assert classroom.client.get("/as/mila/course").status_code == 200
        assert classroom.client.get("/as/mila/launch").status_code == 404

    def test_nothing_is_added_when_nothing_was_chosen(self, classroom):
        page = classroom.choose(**{f"{DL}/errormsg": "<i>Jammer", f"{DL}/msg": "Tot straks"})

        assert page.status_code == 200
        assert "Er is niets gekozen." in page.text
        assert "&lt;i&gt;Jammer" in page.text
        assert "Tot straks" in page.text
        assert len(classroom.activities()) == 1

    def test_answer_without_a_list_is_an_empty_answer(self, classroom):
        url = classroom.asked()["deep_link_return_url"]

        assert classroom.send_answer(url, classroom.answer(None)).status_code == 200

    def test_column_is_left_out_when_the_tool_may_not_manage_columns(self, classroom):
        classroom.client.post("/as/noor/tools/1", data={"active": "1", "grades": "read"})

        classroom.choose(link(lineItem={}))

        assert classroom.activities()[1]["graded"] is False


class TestEditing:
    def test_activity_is_changed_when_one_item_comes_back(self, classroom):
        page = classroom.choose(
            link("Nieuw", text="Kort", custom={"a": "1"}, lineItem={"scoreMaximum": 40, "resourceId": "r"}), path=AGAIN
        )

        assert "De activiteit is aangepast." in page.text
        (found,) = classroom.activities()
        assert (found["title"], found["text"], found["custom"]) == ("Nieuw", "Kort", {"a": "1"})
        (column,) = classroom.items()
        assert (column["label"], column["scoreMaximum"], column["resourceId"]) == ("Nieuw", 40, "r")

    def test_activity_gets_a_column_when_it_had_none(self, classroom):
        link_id = classroom.add_activity()

        classroom.choose(link("Nieuw", lineItem={}), path=f"/as/mila/activities/{link_id}/deep-linking/launch")

        assert classroom.items()[1]["resourceLinkId"] == link_id
        assert classroom.activities()[1]["graded"] is True

    def test_new_activities_are_added_when_several_items_come_back(self, classroom):
        classroom.choose(link("A"), link("B"), path=AGAIN)

        assert [one["title"] for one in classroom.activities()] == ["Mijlpaal", "A", "B"]


class TestItemWithAnAddress:
    URL = "http://127.0.0.1:8701/deep?x=1"

    def test_tool_is_found_by_the_domain_when_it_is_opened(self, classroom):
        classroom.choose(link(url=self.URL, lineItem={}))

        claims = classroom.launch_at("/as/zoe/activities/2/launch")

        assert claims[f"{LTI}/target_link_uri"] == self.URL
        assert claims[f"{LTI}/deployment_id"] == "1"
        assert classroom.items()[1]["resourceLinkId"] == "2"

    def test_nobody_opens_it_when_no_tool_has_the_domain(self, classroom):
        classroom.choose(link(url="http://elsewhere.example/deep", lineItem={}))

        page = classroom.client.get("/as/zoe/activities/2")

        assert page.status_code == 403
        assert "Dit programma is niet in gebruik" in page.text
        assert len(classroom.items()) == 1


class TestAnswerThatIsRefused:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"iss": "somebody-else"}, "iss"),
            ({"iss": None}, "iss"),
            ({"aud": "http://elsewhere.example"}, "aud"),
            ({"aud": ["http://elsewhere.example"]}, "aud"),
            ({"nonce": None}, "nonce"),
            ({"nonce": ""}, "nonce"),
            ({"iat": 2**40}, "not valid yet"),
            ({"iat": "now"}, "iat"),
            ({"exp": 1}, "expired"),
            ({"exp": 2**40}, "too long"),
            ({"exp": None}, "exp"),
            ({f"{LTI}/message_type": "LtiResourceLinkRequest"}, "message_type"),
            ({f"{LTI}/version": "1.1"}, "version"),
            ({f"{LTI}/deployment_id": "2"}, "deployment_id"),
            ({f"{DL}/data": "made up"}, "data"),
            ({f"{DL}/content_items": "none"}, "content_items"),
            ({f"{DL}/content_items": [{"type": "link", "url": "https://x"}]}, "ltiResourceLink"),
            ({f"{DL}/content_items": [5]}, "ltiResourceLink"),
            ({f"{DL}/content_items": [link(title=5)]}, "text"),
            ({f"{DL}/content_items": [link(url="javascript:alert(1)")]}, "url"),
            ({f"{DL}/content_items": [link(custom=[])]}, "custom"),
            ({f"{DL}/content_items": [link(lineItem=[])]}, "lineItem"),
            ({f"{DL}/content_items": [link(lineItem={"scoreMaximum": 0})]}, "scoreMaximum"),
            ({f"{DL}/content_items": [link(lineItem={"tag": 5})]}, "tag"),
            ({f"{DL}/content_items": [link(lineItem={"submissionReview": 5})]}, "submissionReview"),
        ],
        ids=str,
    )
    def test_nothing_is_added_and_the_request_stays_open_when_it_is_wrong(self, classroom, changes, reason):
        url = classroom.asked()["deep_link_return_url"]

        page = classroom.send_answer(url, classroom.answer([link()], **changes))

        assert page.status_code == 400
        assert reason in page.text
        assert len(classroom.activities()) == 1
        assert classroom.send_answer(url, classroom.answer([link()])).status_code == 200

    def test_audience_may_be_a_list_when_it_holds_the_platform(self, classroom):
        assert classroom.choose(link(), aud=["http://localhost:8700", "x"]).status_code == 200

    def test_null_is_not_taken_for_nothing_when_no_data_were_sent(self, classroom):
        asked = classroom.asked()
        claims = jwt.decode(classroom.answer([link()]), options={"verify_signature": False})
        tool = classroom.visit.tool
        token = jwt.encode({**claims, f"{DL}/data": None}, tool.keys[tool.kid], "RS256", headers={"kid": tool.kid})

        assert classroom.send_answer(asked["deep_link_return_url"], token).status_code == 400

    @pytest.mark.parametrize(("data", "status"), [("abc", 200), ("abd", 400), (None, 400)])
    def test_data_have_to_come_back_when_they_were_sent(self, classroom, data, status):
        classroom.pull("deep-linking-data", data="abc")

        assert classroom.choose(link(), **{f"{DL}/data": data}).status_code == status

    def test_signature_has_to_be_of_the_tool(self, classroom):
        url, tool = classroom.asked()["deep_link_return_url"], classroom.visit.tool
        claims = jwt.decode(classroom.answer([link()]), options={"verify_signature": False})
        published = tool.keys[tool.kid]
        tool.keys[tool.kid] = generate_private_key(public_exponent=65537, key_size=2048)
        forged = classroom.signed(claims)
        tool.keys[tool.kid] = published
        tokens = [
            forged,
            classroom.signed(claims, kid="unknown"),
            jwt.encode(claims, "x" * 64, "HS256", headers={"kid": tool.kid}),
            jwt.encode(claims, None, "none", headers={"kid": tool.kid}),
            *("", "a.b.c", "x" * 100_000),
        ]

        assert [classroom.send_answer(url, token).status_code for token in tokens] == [400] * 7
        assert classroom.send_answer(url, classroom.signed(claims)).status_code == 200

    def test_address_is_good_for_one_answer(self, classroom):
        url = classroom.asked()["deep_link_return_url"]
        classroom.send_answer(url, classroom.answer([link()]))

        page = classroom.send_answer(url, classroom.answer([link()]))

        assert page.status_code == 400
        assert len(classroom.activities()) == 2

    def test_answer_is_good_for_one_address(self, classroom):
        first, second = (classroom.asked()["deep_link_return_url"] for _ in range(2))
        token = classroom.answer([link()])
        classroom.send_answer(first, token)

        assert classroom.send_answer(second, token).status_code == 400
        assert len(classroom.activities()) == 2

    def test_address_is_bound_to_person_and_course(self, classroom):
        classroom.pull("course", title="Andere cursus")
        url = classroom.asked()["deep_link_return_url"]
        noor, other = url.replace("/as/mila/", "/as/noor/"), url.replace("/courses/2/", "/courses/3/")

        for wrong in (noor, other, url.replace("session=", "session=x")):
            assert classroom.send_answer(wrong, classroom.answer([link()])).status_code == 400
        assert query_of(url).keys() == {"session"}
        assert classroom.send_answer(url, classroom.answer([link()])).status_code == 200

    def test_address_goes_stale_after_a_day(self, classroom, clock):
        url = classroom.asked()["deep_link_return_url"]
        clock.advance(seconds=8 * 3600)

        assert classroom.send_answer(url, classroom.answer([link()])).status_code == 400
