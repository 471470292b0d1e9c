"""Limits on calls as Canvas sets them, each seen on and off."""

from __future__ import annotations

import pytest

from tests.unit.demo_platform.behaviours import ITEMS, MEMBERS, CanvasBehaviour


def call(canvas, url=ITEMS, **headers):
    return canvas.client.get(url, headers={**canvas.bearer(), **headers})


def statuses_of_fast_calls(canvas):
    canvas.client.post("/control/throttle?capacity=5&leak=1&cost=1&advance=0")
    headers = canvas.bearer()
    answers = [canvas.client.get(ITEMS, headers=headers) for _ in range(5)]
    return [answer.status_code for answer in answers]


def status_without_a_name(canvas):
    return call(canvas, **{"User-Agent": ""}).status_code


BEHAVIOURS = [
    CanvasBehaviour("throttle_status", None, statuses_of_fast_calls, [200] * 4 + [403], [200] * 5),
    CanvasBehaviour("user_agent_required", False, status_without_a_name, 403, 200),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_limits_are_as_on_canvas_until_the_behaviour_is_switched_off(canvas, behaviour):
    behaviour.check(canvas)


def test_status_is_another_when_the_profile_says_so(canvas):
    canvas.become(throttle_status=429)

    assert statuses_of_fast_calls(canvas)[-1] == 429


def test_throttled_answer_says_why_and_bucket_leaks_when_waited_for(canvas):
    canvas.client.post("/control/throttle?capacity=2&leak=0.5&cost=1&advance=0")
    headers = canvas.bearer()
    fine, refused = (canvas.client.get(ITEMS, headers=headers) for _ in range(2))

    assert (fine.headers["X-Request-Cost"], fine.headers["X-Rate-Limit-Remaining"]) == ("1.0", "0.0")
    assert "Rate Limit Exceeded" in refused.text
    assert refused.headers["X-Rate-Limit-Remaining"] == "0.0"
    canvas.tool.clock.advance(seconds=2)
    assert canvas.client.get(ITEMS, headers=headers).status_code == 200


def test_bucket_is_shared_when_services_and_courses_differ(canvas):
    canvas.client.post("/control/throttle?capacity=3&leak=0&cost=1&advance=0")
    headers = canvas.bearer()

    statuses = [canvas.client.get(url, headers=headers).status_code for url in (MEMBERS, ITEMS, MEMBERS)]
    assert statuses == [200, 200, 403]


def test_call_is_charged_in_advance_when_others_still_run(canvas):
    canvas.client.post("/control/throttle?capacity=40&leak=0&cost=1&advance=50")

    assert canvas.token_answer().status_code == 403


def test_pages_are_free_when_calls_are_limited(canvas):
    canvas.client.post("/control/throttle?capacity=0")

    assert canvas.client.get("/gradebook", headers={"User-Agent": ""}).status_code == 200


def test_size_is_refused_when_it_is_below_nothing(canvas):
    assert canvas.client.post("/control/throttle?capacity=-1").status_code == 400
