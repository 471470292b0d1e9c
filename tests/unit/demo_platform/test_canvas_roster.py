"""The roster and the groups as Canvas has them, each behaviour seen on and off."""

from __future__ import annotations

import re

import pytest

from lti_tool.demo_platform.roster import INSTRUCTOR, LEARNER, MENTOR, TEACHING_ASSISTANT, TEST_USER
from tests.unit.demo_platform.behaviours import LTI, MEMBERS, CanvasBehaviour

GROUPS_CLAIM = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
GROUP_SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
NEXT = re.compile(r'<([^>]*)>; ?rel="next"')


def members(canvas, query=""):
    return canvas.send("GET", f"{MEMBERS}{query}").json["members"]


def walk(canvas, url, spoil=str):
    """Follow the links, each changed in some way, and return the ids of each page; five at most."""
    pages = []
    while url and len(pages) < 5:
        answer = canvas.send("GET", url)
        pages.append([member["user_id"] for member in answer.json["members"]])
        found = NEXT.search(spoil(answer.headers.get("Link", "")))
        url = found.group(1) if found else None
    return pages


def pages_when_capitals_are_lost(canvas):
    return walk(canvas, f"{MEMBERS}?limit=3", lambda link: re.sub(r"\?[^>]*", lambda found: found[0].lower(), link))[:2]


def roles_of(user_id):
    return lambda canvas: next((one["roles"] for one in members(canvas) if one["user_id"] == user_id), None)


def pictures(canvas):
    return "picture" in canvas.launch(), all("picture" in member for member in members(canvas))


def custom_of_members(canvas):
    canvas.client.post(
        "/as/mila/activities/1/settings", data={"title": "Mijlpaal", "custom": "user=$Canvas.user.id\nlink=4"}
    )
    message = members(canvas, "?rlid=1")[2]["message"][0]
    custom = message.get(f"{LTI}/custom", {})
    return custom.get("user"), custom.get("link"), message.get("https://www.instructure.com/canvas_user_id")


def groups(canvas):
    claim = canvas.launch().get(GROUPS_CLAIM)
    if claim is None:
        answer = canvas.client.get("/api/lti/courses/2/groups", headers=canvas.bearer())
        return None, answer.status_code
    listed = canvas.send("GET", claim["context_groups_url"], scopes=(GROUP_SCOPE,)).json["groups"]
    return [group["name"] for group in listed], 200


BEHAVIOURS = [
    CanvasBehaviour(
        "bookmarks_opaque",
        False,
        pages_when_capitals_are_lost,
        [["3", "4", "5"], ["3", "4", "5"]],
        [["3", "4", "5"], ["6", "7", "8"]],
    ),
    CanvasBehaviour("roster_roles_short", True, roles_of("3"), [INSTRUCTOR], ["Instructor"]),
    CanvasBehaviour("assistant_listed_as_learner", True, roles_of("4"), [INSTRUCTOR, TEACHING_ASSISTANT], [LEARNER]),
    CanvasBehaviour("observers_listed", False, roles_of("20"), [LEARNER, MENTOR], None),
    CanvasBehaviour("test_student_listed", False, roles_of("21"), [LEARNER, TEST_USER], None),
    CanvasBehaviour("pictures_sent", False, pictures, (True, True), (False, False)),
    CanvasBehaviour("members_have_custom", False, custom_of_members, ("1005", "4", 1005), (None, None, None)),
    CanvasBehaviour("groups_served", False, groups, (["Groep Maandag", "Groep Donderdag"], 200), (None, 404)),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_roster_is_as_on_canvas_until_the_behaviour_is_switched_off(canvas, behaviour):
    behaviour.check(canvas)


def test_every_member_comes_once_when_bookmarks_are_kept(canvas):
    pages = walk(canvas, f"{MEMBERS}?limit=3")

    assert [len(page) for page in pages] == [3, 3, 2]
    assert len({one for page in pages for one in page}) == 8


@pytest.mark.parametrize("page", ["bookmark:", "bookmark:WyJ", "4", "bookmark:WzEsMl0"])
def test_first_page_comes_again_when_the_bookmark_cannot_be_read(canvas, page):
    assert members(canvas, f"?limit=2&page={page}") == members(canvas, "?limit=2")


def test_observer_gets_no_grade_and_test_student_does(canvas):
    assert canvas.score("20").status_code == 422
    assert canvas.score("21").status_code == 200


@pytest.mark.parametrize(("key", "role"), [("olga", MENTOR), ("test-student", TEST_USER)])
def test_extra_people_open_the_tool_when_they_are_listed(canvas, key, role):
    assert role in canvas.launch(key)[f"{LTI}/roles"]


def test_course_has_a_link_of_its_own_when_the_roster_is_asked(canvas):
    assert "message" in members(canvas, "?rlid=2")[0]
    assert canvas.send("GET", f"{MEMBERS}?rlid=77").status_code == 404


class TestGroups:
    def test_groups_of_one_person_are_listed_when_asked_for(self, canvas):
        url = canvas.launch()[GROUPS_CLAIM]["context_groups_url"]

        assert [one["id"] for one in canvas.send("GET", f"{url}?user_id=5").json["groups"]] == ["11"]

    def test_group_has_a_roster_of_its_own_when_asked(self, canvas):
        listed = canvas.send("GET", "/api/lti/groups/11/names_and_roles").json["members"]

        assert [(one["user_id"], one["roles"][0].rpartition("#")[2]) for one in listed] == [
            ("5", "Leader"),
            ("6", "Member"),
        ]

    @pytest.mark.parametrize("url", ["/api/lti/groups/99/names_and_roles", "/api/lti/courses/99/groups"])
    def test_answer_is_not_found_when_there_is_none(self, canvas, url):
        assert canvas.send("GET", url).status_code == 404

    def test_groups_need_their_scope_when_called(self, canvas):
        headers = canvas.bearer("https://purl.imsglobal.org/spec/lti-ags/scope/score")

        assert canvas.client.get("/api/lti/courses/2/group_sets", headers=headers).status_code == 403
        assert canvas.client.get("/api/lti/courses/2/group_sets").status_code == 401
