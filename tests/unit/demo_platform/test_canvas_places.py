"""The places of Canvas from which the tool is opened, and what becomes of what it returns there."""

from __future__ import annotations

import re
import uuid
from html import unescape

import jwt
import pytest

from lti_tool.demo_platform.canvas_places import PLACES
from lti_tool.demo_platform.profile import CANVAS_PROFILE
from tests.unit.demo_platform.behaviours import CANVAS_ISSUER, DEPLOYMENT, LTI, CanvasBehaviour
from tests.unit.demo_platform.conftest import TOOL, form_fields

DL = "https://purl.imsglobal.org/spec/lti-dl/claim"
PLACEMENT = "https://www.instructure.com/placement"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LINK = {"type": "ltiResourceLink", "title": "Badge", "url": f"{TOOL}/lti/launch?badge=4", "custom": {"badge": "4"}}


def launch_from(canvas, name, key="mila", query=""):
    """Walk through a launch from a place and return the claims."""
    login = form_fields(canvas.client.get(f"/as/{key}/courses/2/places/{name}/launch{query}"))
    parameters = {
        **canvas.authorization_parameters("zoe"),
        **{field: login[field] for field in ("login_hint", "lti_message_hint", "client_id")},
    }
    return canvas.verified_claims(form_fields(canvas.client.get("/lti/authorize", query_string=parameters))["id_token"])


def answer(canvas, claims, *items):
    """Return content items, as the tool does, and give the answer of the platform."""
    settings = claims[f"{DL}/deep_linking_settings"]
    now = int(canvas.tool.clock.now().timestamp())
    said = {
        "iss": "demo-client",
        "aud": CANVAS_ISSUER,
        "iat": now,
        "exp": now + 60,
        "nonce": str(uuid.uuid4()),
        f"{LTI}/message_type": "LtiDeepLinkingResponse",
        f"{LTI}/version": "1.3.0",
        f"{LTI}/deployment_id": DEPLOYMENT,
        f"{DL}/content_items": list(items),
        f"{DL}/data": settings["data"],
    }
    token = jwt.encode(said, canvas.tool.keys[canvas.tool.kid], "RS256", headers={"kid": canvas.tool.kid})
    return canvas.client.post(settings["deep_link_return_url"], data={"JWT": token})


def add_assignment(canvas):
    page = canvas.client.post("/as/mila/assignments/new", data={"title": "Laat je badge zien"})
    return int(page.headers["Location"].partition("?")[0].rpartition("/")[2])


def hand_in(canvas, *items, key="zoe", assignment=None):
    number = assignment or add_assignment(canvas)
    claims = launch_from(canvas, "homework_submission", key, f"?assignment={number}")
    return number, answer(canvas, claims, *items)


def claims_of_navigation(canvas):
    page = canvas.client.get("/as/mila/courses/2/places/course_navigation/launch")
    return page.status_code, canvas.launch().get(PLACEMENT)


def listening(canvas):
    return re.findall(r'data-form="(\w+)"', canvas.client.get("/as/zoe/course").text)


BEHAVIOURS = [
    CanvasBehaviour("placements", (), claims_of_navigation, (200, "assignment_selection"), (404, None)),
    CanvasBehaviour("frame_resize", "text", listening, ["object"], ["text"]),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_places_are_as_on_canvas_until_the_behaviour_is_switched_off(canvas, behaviour):
    behaviour.check(canvas)


def test_page_does_not_listen_when_the_profile_says_so(canvas):
    canvas.become(frame_resize="")

    assert listening(canvas) == []


def test_every_place_of_the_profile_is_known():
    assert set(CANVAS_PROFILE.placements) == set(PLACES)


class TestNavigation:
    def test_course_is_the_link_when_opened_from_its_menu(self, canvas):
        claims = launch_from(canvas, "course_navigation", "zoe")

        assert claims[PLACEMENT] == "course_navigation"
        assert claims[f"{LTI}/message_type"] == "LtiResourceLinkRequest"
        assert claims[f"{LTI}/resource_link"]["id"] == claims[f"{LTI}/context"]["id"] == "2"
        assert "lineitem" not in claims[AGS]
        assert NRPS in claims

    def test_account_is_the_context_when_opened_by_its_administrator(self, canvas):
        claims = launch_from(canvas, "account_navigation", "noor")

        assert claims[f"{LTI}/context"]["type"] == ["Account"]
        assert claims[f"{LTI}/resource_link"]["id"] == claims[f"{LTI}/context"]["id"]
        assert NRPS not in claims
        assert AGS not in claims
        assert any(role.endswith("#Administrator") for role in claims[f"{LTI}/roles"])

    def test_no_course_is_named_when_opened_from_the_own_menu(self, canvas):
        claims = launch_from(canvas, "user_navigation", "zoe")

        assert f"{LTI}/context" not in claims
        assert AGS not in claims
        assert claims["sub"] == "5"

    @pytest.mark.parametrize(
        ("key", "name"), [("zoe", "editor_button"), ("mila", "account_navigation"), ("sam", "link_selection")]
    )
    def test_place_is_closed_when_it_is_not_for_this_person(self, canvas, key, name):
        assert canvas.client.get(f"/as/{key}/courses/2/places/{name}/launch").status_code == 403
        assert canvas.client.get(f"/as/{key}/courses/2/places/{name}").status_code == 403

    def test_activity_does_not_bear_the_name_of_a_course_when_added(self, canvas):
        canvas.client.post("/as/mila/activities/new", data={"title": "Nog een"})
        ids = [one["resourceLinkId"] for one in canvas.client.get("/gradebook.json").json["activities"]]

        assert "2" not in ids
        assert len(ids) == 2

    def test_course_shows_its_places_when_somebody_looks(self, canvas):
        teacher, learner = (canvas.client.get(f"/as/{key}/course").text for key in ("mila", "zoe"))

        assert "/places/editor_button" in teacher
        assert "/places/course_navigation" in learner
        assert "/places/editor_button" not in learner
        frame = canvas.client.get("/as/zoe/courses/2/places/user_navigation").text
        assert "/as/zoe/courses/2/places/user_navigation/launch" in unescape(frame)


class TestDeepLinking:
    @pytest.mark.parametrize(
        ("name", "types", "multiple", "line_item"),
        [
            ("link_selection", ["ltiResourceLink"], False, None),
            ("module_index_menu_modal", ["ltiResourceLink"], True, True),
            ("assignment_selection", ["ltiResourceLink"], False, True),
            ("editor_button", ["link", "file", "html", "ltiResourceLink", "image"], True, None),
        ],
    )
    def test_settings_say_what_the_place_takes_when_opened(self, canvas, name, types, multiple, line_item):
        claims = launch_from(canvas, name)
        settings = claims[f"{DL}/deep_linking_settings"]

        assert claims[PLACEMENT] == name
        assert claims[f"{LTI}/message_type"] == "LtiDeepLinkingRequest"
        assert settings["accept_types"] == types
        assert settings["accept_multiple"] is multiple
        assert settings.get("accept_lineitem") is line_item

    def test_many_links_come_at_once_when_the_place_takes_them(self, canvas):
        claims = launch_from(canvas, "module_index_menu_modal")
        graded = {**LINK, "title": "Opdracht", "lineItem": {"scoreMaximum": 5, "label": "Week 1"}}

        assert answer(canvas, claims, LINK, graded).status_code == 200
        book = canvas.client.get("/gradebook.json").json
        assert [one["title"] for one in book["activities"]][1:] == ["Badge", "Opdracht"]
        assert book["lineItems"][1]["label"] == "Week 1"

    @pytest.mark.parametrize("items", [(LINK, LINK), ({"type": "html", "html": "<p>"},)])
    def test_answer_is_refused_when_the_place_does_not_take_it(self, canvas, items):
        claims = launch_from(canvas, "link_selection")

        assert answer(canvas, claims, *items).status_code == 400
        assert len(canvas.client.get("/gradebook.json").json["activities"]) == 1

    def test_things_stand_on_the_page_when_the_editor_asked_for_them(self, canvas):
        items = (
            {"type": "html", "title": "Bord", "html": "<script>alert(1)</script>"},
            {"type": "link", "title": "Badge", "url": "https://badge.example/4"},
            {"type": "image", "url": "https://badge.example/4.png"},
            LINK,
        )

        assert answer(canvas, launch_from(canvas, "editor_button"), *items).status_code == 200
        page = canvas.client.get("/as/zoe/courses/2/page").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "https://badge.example/4.png" in page
        assert "/as/zoe/activities/" in page

    @pytest.mark.parametrize(
        "item",
        [
            {"type": "video", "url": "https://x.example"},
            {"type": "link", "title": "nowhere"},
            {"type": "html"},
            {"type": "image", "url": "ftp://x.example"},
            {"type": "link", "url": 4},
            "link",
        ],
    )
    def test_thing_is_refused_when_it_cannot_be_shown(self, canvas, item):
        assert answer(canvas, launch_from(canvas, "editor_button"), item).status_code == 400


class TestHandingIn:
    def test_teacher_sees_and_opens_what_a_learner_handed_in(self, canvas):
        number, done = hand_in(canvas, LINK)
        assert done.status_code == 200

        page = canvas.client.get(f"/as/mila/assignments/{number}").text
        (activity,) = re.findall(r"/as/mila/activities/(\d+)", page)
        assert "Zoë" in page.partition('id="handed-in"')[2]
        claims = canvas.launch("mila", place=int(activity))
        assert claims[f"{LTI}/target_link_uri"] == LINK["url"]
        assert claims[f"{LTI}/custom"]["badge"] == "4"

    def test_others_do_not_see_it_when_they_learn_too(self, canvas):
        number, _ = hand_in(canvas, LINK)

        pages = {key: canvas.client.get(f"/as/{key}/assignments/{number}").text for key in ("zoe", "ahmed", "olga")}
        assert {key: "Badge</bdi>" in page for key, page in pages.items()} == {
            "zoe": True,
            "ahmed": False,
            "olga": False,
        }

    def test_second_time_is_one_more_attempt_when_handed_in_again(self, canvas):
        number, _ = hand_in(canvas, LINK)
        hand_in(canvas, LINK, assignment=number)

        page = canvas.client.get(f"/as/mila/assignments/{number}").text
        assert "poging 1" in page
        assert "poging 2" in page

    def test_file_is_fetched_when_it_is_handed_in(self, canvas):
        file = {"type": "file", "title": "badge.png", "url": f"{TOOL}/badges/4.png"}

        assert hand_in(canvas, file)[1].status_code == 200
        assert canvas.tool.fetched[-1] == file["url"]

    def test_file_is_refused_when_nobody_may_fetch_it(self, canvas):
        number = add_assignment(canvas)
        claims = launch_from(canvas, "homework_submission", "zoe", f"?assignment={number}")
        answer(canvas, launch_from(canvas, "link_selection"))
        canvas.tool.key_set_broken = True

        assert answer(canvas, claims, {"type": "file", "url": f"{TOOL}/badges/4.png"}).status_code == 400
        assert "Er is nog niets ingeleverd" in canvas.client.get(f"/as/zoe/assignments/{number}?lang=nl").text

    def test_only_one_thing_is_taken_when_several_come(self, canvas):
        assert hand_in(canvas, LINK, LINK)[1].status_code == 400

    @pytest.mark.parametrize("query", ["", "?assignment=99"])
    def test_place_is_missing_when_there_is_no_assignment(self, canvas, query):
        page = canvas.client.get(f"/as/zoe/courses/2/places/homework_submission/launch{query}")

        assert page.status_code == 404
