"""Notices of the platform: asked for, sent once, sent again on request."""

from __future__ import annotations

import json

import pytest

from lti_tool.demo_platform.scopes import NOTICE_HANDLERS
from tests.unit.demo_platform.behaviours import DEPLOYMENT, LTI, CanvasBehaviour
from tests.unit.demo_platform.conftest import TOOL

CLAIM = f"{LTI}/platformnotificationservice"
HANDLER = f"{TOOL}/lti/notices"
COPY, HELLO = "LtiContextCopyNotice", "LtiHelloWorldNotice"


def ask(canvas, notice_type=COPY, handler=HANDLER):
    url = canvas.launch()[CLAIM]["platform_notification_service_url"]
    return canvas.send("PUT", url, {"notice_type": notice_type, "handler": handler}, "application/json")


def copy_course(canvas):
    assert canvas.client.post("/as/mila/courses/2/copy", data={"title": "Kopie"}).status_code == 303


def claims_of(canvas, body):
    (notice,) = json.loads(body)["notices"]
    return canvas.verified_claims(notice["jwt"])


def types_in_the_launch(canvas):
    return canvas.launch().get(CLAIM, {}).get("notice_types_supported")


BEHAVIOURS = [CanvasBehaviour("notice_types", (), types_in_the_launch, [HELLO, COPY], None)]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_notices_are_as_on_canvas_until_the_behaviour_is_switched_off(canvas, behaviour):
    behaviour.check(canvas)


def test_copy_is_told_in_a_signed_message_when_it_was_asked_for(canvas):
    assert ask(canvas).json == {"notice_type": COPY, "handler": HANDLER}
    copy_course(canvas)

    ((url, body),) = canvas.notices
    claims = claims_of(canvas, body)
    assert url == HANDLER
    assert claims[f"{LTI}/notice"]["type"] == COPY
    assert claims[f"{LTI}/context"]["id"] == "3"
    assert claims[f"{LTI}/context"]["title"] == "Kopie"
    assert claims[f"{LTI}/origin_contexts"] == ["2"]
    assert claims[f"{LTI}/deployment_id"] == DEPLOYMENT
    assert claims["exp"] > claims["iat"]
    assert claims["nonce"]
    assert claims[f"{LTI}/notice"]["timestamp"] == "2026-11-22T10:00:00+00:00"


def test_hello_is_said_at_once_when_it_is_asked_for(canvas):
    ask(canvas, HELLO)

    assert claims_of(canvas, canvas.notices[0][1])[f"{LTI}/notice"]["type"] == HELLO


@pytest.mark.parametrize("silent", ["never asked", "taken back", "other type"])
def test_nothing_is_told_when_it_was_not_asked_for(canvas, silent):
    if silent == "taken back":
        ask(canvas)
        assert ask(canvas, handler="").status_code == 200
    if silent == "other type":
        ask(canvas, HELLO)
        canvas.notices.clear()
    copy_course(canvas)

    assert canvas.notices == []


def test_handlers_are_listed_when_asked_for(canvas):
    url = canvas.launch()[CLAIM]["platform_notification_service_url"]
    ask(canvas)

    listed = canvas.send("GET", url).json
    assert listed["notice_handlers"] == [
        {"notice_type": HELLO, "handler": ""},
        {"notice_type": COPY, "handler": HANDLER},
    ]
    assert listed["deployment_id"] == DEPLOYMENT


def test_notice_is_not_sent_again_when_the_handler_fails(canvas):
    ask(canvas)
    canvas.notice_status = 500
    copy_course(canvas)
    copy_course(canvas)

    assert len(canvas.notices) == 2
    assert [notice["status"] for notice in canvas.client.get("/control/notices").json] == [500, 500]
    assert len({claims_of(canvas, body)[f"{LTI}/notice"]["id"] for _, body in canvas.notices}) == 2


def test_notice_comes_a_second_time_when_somebody_replays_it(canvas):
    ask(canvas)
    copy_course(canvas)

    assert canvas.client.post("/control/replay-notice").json["status"] == 200
    assert canvas.notices[0] == canvas.notices[1]
    assert canvas.client.post("/control/replay-notice?id=99").status_code == 404


@pytest.mark.parametrize(
    ("notice_type", "handler"),
    [(COPY, "https://elsewhere.example/notices"), (COPY, "notices"), ("LtiOtherNotice", HANDLER), (COPY, 4)],
)
def test_handler_is_refused_when_it_is_not_of_the_tool(canvas, notice_type, handler):
    assert ask(canvas, notice_type, handler).status_code == 400


def test_service_is_closed_when_the_token_does_not_cover_it(canvas):
    url = canvas.launch()[CLAIM]["platform_notification_service_url"]

    assert canvas.client.get(url).status_code == 401
    assert canvas.send("GET", url, scopes=("https://purl.imsglobal.org/spec/lti-ags/scope/score",)).status_code == 403
    assert canvas.send("GET", "/api/lti/notice-handlers/99", scopes=(NOTICE_HANDLERS,)).status_code == 404
