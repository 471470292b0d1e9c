"""The roster."""

from __future__ import annotations

import pytest

from lti_tool.demo_platform.scopes import MEMBERSHIP_READONLY, SCORE

URL = "/lti/services/CourseSection/2/bindings/1/memberships"
MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def test_everybody_is_listed_when_no_limit_is_given(visit):
    answer = visit.send("GET", URL, media_type=MEDIA_TYPE)

    assert answer.content_type == MEDIA_TYPE
    assert answer.json["id"] == f"http://localhost:8700{URL}"
    assert answer.json["context"] == {"id": "2", "label": "DIGI1", "title": "Digitale basis"}
    assert len(answer.json["members"]) == 6
    assert "Link" not in answer.headers
    assert answer.json["members"][2] == {
        "status": "Active",
        "roles": ["Learner"],
        "user_id": "5",
        "lis_person_sourcedid": "",
        "name": "Zoë Yılmaz",
        "given_name": "Zoë",
        "family_name": "Yılmaz",
        "email": "zoe@example.org",
    }


def test_roles_are_short_when_a_short_name_exists(visit):
    members = {member["user_id"]: member for member in visit.send("GET", URL).json["members"]}

    assert members["3"]["roles"] == ["Instructor"]
    assert members["4"]["roles"] == members["5"]["roles"] == ["Learner"]
    assert "email" not in members["7"]


@pytest.mark.parametrize("limit", [1, 4, 5])
def test_pages_hold_everybody_once_when_followed(visit, limit):
    url, seen = f"{URL}?limit={limit}", []
    while url:
        answer = visit.send("GET", url)
        assert len(answer.json["members"]) <= limit
        seen += [member["user_id"] for member in answer.json["members"]]
        link = answer.headers.get("Link", "")
        assert link == "" or link.endswith('>; rel="next"')
        url = link.partition(">")[0].lstrip("<")

    assert seen == ["3", "4", "5", "6", "7", "8"]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "6", "100"])
def test_everybody_is_on_one_page_when_the_limit_does_not_cut(visit, limit):
    answer = visit.send("GET", f"{URL}?limit={limit}")

    assert len(answer.json["members"]) == 6
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    "role", ["Learner", "http%3A%2F%2Fpurl.imsglobal.org%2Fvocab%2Flis%2Fv2%2Fmembership%23Learner"]
)
def test_list_is_narrowed_when_a_role_is_named(visit, role):
    members = visit.send("GET", f"{URL}?role={role}").json["members"]

    assert [member["user_id"] for member in members] == ["4", "5", "6", "7", "8"]


def test_members_have_a_message_when_a_placement_is_named(visit):
    members = visit.send("GET", f"{URL}?rlid=1").json["members"]

    claim = "https://purl.imsglobal.org/spec/lti/claim/message_type"
    assert all(member["message"] == [{claim: "LtiResourceLinkRequest"}] for member in members)
    assert visit.send("GET", f"{URL}?rlid=9").status_code == 404


def test_roster_is_closed_when_the_token_does_not_cover_it(visit, client):
    assert client.get(URL).status_code == 401
    assert visit.send("GET", URL, scopes=(SCORE,)).status_code == 403
    assert visit.send("GET", URL, scopes=(MEMBERSHIP_READONLY,)).status_code == 200


def test_roster_is_refused_when_another_type_is_asked_for(visit):
    assert visit.send("GET", URL, media_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "url",
    [URL.replace("/2/", "/9/"), URL.replace("bindings/1", "bindings/9")],
)
def test_roster_is_missing_when_course_or_deployment_is_unknown(visit, url):
    assert visit.send("GET", url).status_code == 404
