"""What the platform tells about the person: language, time zone, contrast, no numbers; and whose work is looked at."""

from __future__ import annotations

import re

from lti_tool.lti.claims import FOR_USER, MESSAGE_TYPE
from tests.factories.launch import INSTRUCTOR, LEARNER
from tests.functional.classroom import words_in
from tests.functional.conftest import Launched, Site, setup_form, task_ids


def course(site: Site) -> None:
    teacher = site.launch(roles=[INSTRUCTOR], sub="teacher")
    teacher.post("setup", setup_form([("Lezen", 10), ("Schrijven", 20)], 30) | {"publish": "1"})


def learner(site: Site, **custom: str) -> Launched:
    launched = site.launch(roles=[LEARNER], custom=custom)
    launched.post("welcome")
    return launched


def test_numbers_when_the_platform_restricts_them_are_on_no_page_of_the_learner(strict: Site) -> None:
    course(strict)
    restricted = learner(strict, hide_numbers="true")
    assert re.search(r"\d+ punten", words_in(learner(strict).get("today").get_data(as_text=True)))
    restricted = learner(strict, hide_numbers="true")
    restricted.post(f"tasks/{task_ids(restricted)[0]}/done")

    for page in ("today", "route", "badges", f"tasks/{task_ids(restricted)[0]}"):
        words = words_in(restricted.get(page).get_data(as_text=True))
        assert not re.search(r"\d+ punt", words), (page, words)
    assert restricted.get("why").status_code == restricted.get("goal").status_code == 303


def test_contrast_when_asked_for_is_on_the_page(strict: Site) -> None:
    course(strict)

    assert 'class="more-contrast"' in learner(strict, high_contrast="true").get("today").get_data(as_text=True)
    assert "more-contrast" not in learner(strict, high_contrast="$Canvas.user.prefersHighContrast").get(
        "today"
    ).get_data(as_text=True)


def test_time_zone_when_told_decides_which_day_it_is(strict: Site) -> None:
    course(strict)
    strict.clock.advance(hours=11)  # 23:00 in UTC, the day after in Auckland
    done = learner(strict, time_zone="Pacific/Auckland")
    done.post(f"tasks/{task_ids(done)[0]}/done")

    far = words_in(done.get("why").get_data(as_text=True))
    near = words_in(learner(strict).get("why").get_data(as_text=True))
    odd = learner(strict, time_zone="Mars/Olympus").get("why")

    assert "23 november" in far
    assert "22 november" in near
    assert odd.status_code == 200


def test_frame_when_the_platform_listens_is_told_its_height(strict: Site) -> None:
    course(strict)
    moodle = learner(strict).get("today").get_data(as_text=True)

    assert re.search(r"frame_resize\.js[^\"]*\" data-form=\"text\"", moodle)


def test_review_when_opened_from_the_gradebook_shows_that_learner(site: Site) -> None:
    course(site)
    site.launch(roles=[LEARNER], sub="zoe", name="Zoë Bakker", given_name="Zoë", family_name="Bakker")
    column = {"lineitem": "https://lms.example/item/1", "scope": []}

    opened = site.launch(
        roles=[INSTRUCTOR],
        sub="teacher",
        ags=column,
        **{MESSAGE_TYPE: "LtiSubmissionReviewRequest", FOR_USER: {"user_id": "zoe"}},
    )

    page = opened.client.get(opened.response.location, base_url="https://mijlpaal.example").get_data(as_text=True)
    assert "Zoë Bakker" in words_in(page)


def test_review_when_of_somebody_unknown_or_by_a_learner_shows_nobody_else(site: Site) -> None:
    course(site)
    site.launch(roles=[LEARNER], sub="zoe", name="Zoë Bakker")
    column = {"lineitem": "https://lms.example/item/1", "scope": []}
    message = {MESSAGE_TYPE: "LtiSubmissionReviewRequest"}

    unknown = site.launch(roles=[INSTRUCTOR], sub="teacher", ags=column, **message, **{FOR_USER: {"user_id": "nobody"}})
    by_learner = site.launch(roles=[LEARNER], sub="ali", ags=column, **message, **{FOR_USER: {"user_id": "zoe"}})

    assert unknown.response.location.endswith("/participants")
    assert by_learner.response.location.endswith("/welcome")
