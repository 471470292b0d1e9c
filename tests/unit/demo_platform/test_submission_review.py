"""A teacher opens what a learner did, from the cell in the gradebook."""

from __future__ import annotations

import pytest

from tests.unit.demo_platform.classroom import AGS, ITEM_TYPE, ITEMS, LTI, link

REVIEW = {"url": "http://127.0.0.1:8701/lti/review", "custom": {"look": "at this", "who": "$User.id"}}
LAUNCH = "/as/mila/review/2/zoe/launch"
REVIEW_LAUNCH = "LtiSubmissionReviewRequest"


@pytest.fixture
def reviewed(classroom):
    """An activity whose column can be reviewed: activity 2, column 2."""
    classroom.choose(link(custom={"mijlpaal_item": "a1"}, lineItem={"submissionReview": REVIEW}))


@pytest.mark.usefixtures("reviewed")
class TestReview:
    def test_message_says_whose_work_and_which_column(self, classroom):
        claims = classroom.launch_at(LAUNCH)

        assert claims[f"{LTI}/message_type"] == REVIEW_LAUNCH
        assert claims[f"{LTI}/for_user"] == {"user_id": "5"}
        assert claims["sub"] == "3"
        assert claims[f"{LTI}/target_link_uri"] == REVIEW["url"]
        assert claims[f"{LTI}/resource_link"]["id"] == "2"
        assert claims[AGS]["lineitem"] == classroom.items()[1]["id"]
        custom = claims[f"{LTI}/custom"]
        assert (custom["mijlpaal_item"], custom["look"], custom["who"]) == ("a1", "at this", "3")

    def test_cell_leads_to_the_review_when_somebody_teaches(self, client):
        for key in ("mila", "sam"):
            page = client.get(f"/as/{key}/gradebook?lang=nl").text
            assert f'<a href="/as/{key}/review/2/zoe?lang=nl" aria-describedby="learner-zoe column-2">' in page
            assert "/review/1/" not in page
        assert "/review/" not in client.get("/as/zoe/gradebook").text
        assert "/review/" not in client.get("/gradebook").text

    def test_page_shows_the_tool_in_a_frame(self, client):
        page = client.get("/as/mila/review/2/zoe").text

        assert "Werk voor Les 1: <bdi>Zoë Yılmaz</bdi>" in page
        assert f'src="{LAUNCH}"' in page

    def test_learner_sees_their_own_work_only(self, classroom):
        assert classroom.launch_at("/as/zoe/review/2/zoe/launch")[f"{LTI}/for_user"] == {"user_id": "5"}
        for path in ("/as/zoe/review/2/ahmed", "/as/zoe/review/2/ahmed/launch"):
            assert classroom.client.get(path).status_code == 403

    @pytest.mark.parametrize("path", ["review/1/zoe", "review/9/zoe", "review/2/nobody"])
    @pytest.mark.parametrize("end", ["", "/launch"])
    def test_page_is_missing_when_there_is_nothing_to_review(self, client, path, end):
        assert client.get(f"/as/mila/{path}{end}").status_code == 404

    def test_column_tells_of_the_review_and_may_change_it(self, classroom, visit):
        item = classroom.items()[1]
        assert item["submissionReview"] == REVIEW

        changed = {"label": "Les 1", "scoreMaximum": 100, "submissionReview": {}}
        visit.send("PUT", item["id"], changed, ITEM_TYPE)

        claims = classroom.launch_at(LAUNCH)
        assert claims[f"{LTI}/target_link_uri"] == "http://127.0.0.1:8701/lti/launch"
        assert "look" not in claims[f"{LTI}/custom"]
        visit.send("PUT", item["id"], {"label": "Les 1", "scoreMaximum": 100}, ITEM_TYPE)
        assert classroom.client.get(LAUNCH).status_code == 404


@pytest.mark.parametrize(
    ("review", "status"),
    [({}, 201), (REVIEW, 201), ("yes", 400), ({"url": 5}, 400), ({"custom": []}, 201), ({"custom": 5}, 400)],
)
def test_column_of_the_tool_keeps_a_review_when_it_can_be_read(visit, review, status):
    body = {"label": "x", "scoreMaximum": 1, "resourceLinkId": "1", "submissionReview": review}

    assert visit.send("POST", ITEMS, body, ITEM_TYPE).status_code == status


def test_grade_by_hand_comes_back_to_the_tool_on_a_column_of_its_own(classroom, visit):
    url = visit.send("POST", ITEMS, {"label": "Van de tool", "scoreMaximum": 20}, ITEM_TYPE).json["id"]

    classroom.client.post("/as/mila/gradebook", data={"column": "2", "learner": "zoe", "score": "15"})

    (result,) = visit.results(url=url)
    assert (result["userId"], result["resultScore"], result["resultMaximum"]) == ("5", 15, 20)
