"""Nothing that somebody wrote is lost where a form comes to nothing: the page that says so shows it, to be copied."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from lti_tool.web.learner.sentences import isolated
from lti_tool.web.request_limits import LARGEST_REQUEST_BYTES, LARGEST_SET_UP_BYTES
from tests.factories.launch import TOOL_URL
from tests.functional.classroom import words_in
from tests.functional.conftest import Launched, Site, setup_form
from tests.functional.test_sessions import LEARNER_ROLE, TEACHER_ROLE, open_by_address
from tests.functional.written_forms import (
    BEHIND_LAUNCH,
    Desk,
    WrittenForm,
    hand_in,
    participant,
    report,
    set_up,
    sit_down,
    texts_to_copy,
)

WORK = "Een uur werk.\n\n<b>Ik</b> tilde & sjouwde."
TO_COPY_BACK = "Kopieer het. Open Mijlpaal opnieuw vanuit je cursus. Plak het daar."


def expire(desk: Desk) -> None:
    desk.site.clock.advance(hours=9)


def use_another_browser(desk: Desk) -> None:
    desk.browser = desk.site.client()


def lead_nowhere(desk: Desk) -> None:
    desk.browser = desk.site.client()
    desk.path = "/s/nothing/" + desk.path.split("/", 3)[3]


ENDS = (expire, use_another_browser, lead_nowhere)


def write(desk: Desk) -> WrittenForm:
    """Return the form of the work, which is there when the page is."""
    return next(form for form in desk.forms() if "text" in form.longest)


@pytest.mark.parametrize("make", BEHIND_LAUNCH)
def test_texts_when_the_session_ended_meanwhile_are_all_shown_again(
    sqlite_site: Site, make: Callable[[Site], Desk]
) -> None:
    desk = sit_down(make, sqlite_site)
    forms = desk.forms()
    expire(desk)

    for form in forms:
        written = {name: f"Geschreven bij {name}.\nMet zorg." for name in form.longest}
        answer = desk.send(form, **written)

        page = answer.get_data(as_text=True)
        assert answer.status_code == 403
        assert answer.headers["Cache-Control"] == "no-store"
        assert set(written.values()) <= set(texts_to_copy(page)), form.action
        assert TO_COPY_BACK in words_in(page)


@pytest.mark.parametrize("end", ENDS)
def test_work_when_the_session_does_not_count_is_shown_as_it_was_typed(
    sqlite_site: Site, log: io.StringIO, end: Callable[[Desk], None]
) -> None:
    desk = sit_down(hand_in, sqlite_site)
    form = write(desk)
    plain = desk.browser.get("/s/nothing/route", base_url=TOOL_URL)
    end(desk)
    form.action = desk.path + "/work" if end is lead_nowhere else form.action

    answer = desk.send(form, text=WORK, link="https://werk.example/mijn-verslag")

    page = answer.get_data(as_text=True)
    assert answer.status_code == plain.status_code == 403
    assert "Deze pagina is dicht" in words_in(page)
    assert "Deze pagina is dicht" in words_in(plain.get_data(as_text=True))
    assert texts_to_copy(page) == [WORK, "https://werk.example/mijn-verslag"]
    assert "<b>Ik" not in page
    for hidden in (form.fields["csrf_token"], form.fields["hand_in_id"]):
        assert hidden not in page
    for text in ("Een uur werk", "sjouwde", "werk.example"):
        assert text not in log.getvalue()


def test_work_when_an_address_was_the_proof_and_has_ended_is_shown(sqlite_site: Site) -> None:
    teacher = sqlite_site.launch_as(TEACHER_ROLE)
    assert teacher.post("setup", setup_form([("Lezen", 10)], 10)).status_code == 303
    cookieless: Launched = open_by_address(sqlite_site, sqlite_site.launch_as(LEARNER_ROLE))
    token = cookieless.csrf()
    sqlite_site.clock.advance(hours=2, minutes=1)

    answer = cookieless.client.post(
        cookieless.url("tasks/00000000-0000-0000-0000-000000000000/work"),
        data={"csrf_token": token, "text": WORK},
        base_url=TOOL_URL,
    )

    assert answer.status_code == 403
    assert texts_to_copy(answer.get_data(as_text=True)) == [WORK]


def test_work_when_the_token_of_its_form_does_not_count_is_shown(sqlite_site: Site) -> None:
    desk = sit_down(hand_in, sqlite_site)
    form = write(desk)

    answer = desk.send(form, text=WORK, csrf_token="0" * 64)

    assert answer.status_code == 403
    assert texts_to_copy(answer.get_data(as_text=True)) == [WORK]


def test_work_when_the_database_is_away_is_shown_without_saying_that_it_was_not_sent(sqlite_site: Site) -> None:
    desk = sit_down(hand_in, sqlite_site)
    form = write(desk)
    with sqlite_site.tool.db.transaction() as tx:
        tx.connection().exec_driver_sql("ALTER TABLE hand_in RENAME TO gone")

    answer = desk.send(form, text=WORK)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert texts_to_copy(page) == [WORK]
    assert "Misschien is het niet verstuurd." in words_in(page)


@pytest.mark.parametrize("site_of_form", ["cross-site", "same-site"])
def test_words_when_the_form_of_another_site_brings_them_are_not_shown(sqlite_site: Site, site_of_form: str) -> None:
    for path in ("/s/nothing/tasks/x/work", "/badges/x/report", "/nothing"):
        answer = sqlite_site.client().post(
            path, data={"text": WORK}, headers={"Sec-Fetch-Site": site_of_form}, base_url=TOOL_URL
        )

        assert texts_to_copy(answer.get_data(as_text=True)) == []
        assert "sjouwde" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(("size", "status"), [(10, 403), (LARGEST_REQUEST_BYTES, 413)])
def test_launch_when_refused_shows_and_says_nothing_of_texts(sqlite_site: Site, size: int, status: int) -> None:
    launch = {"id_token": "a" * size, "state": "s", "text": "nobody typed this"}

    answer = sqlite_site.client().post("/lti/launch", data=launch, base_url=TOOL_URL)

    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert texts_to_copy(page) == []
    assert "Je tekst" not in words_in(page)


def test_texts_when_there_are_more_than_any_form_has_are_not_all_drawn(sqlite_site: Site) -> None:
    many = {f"tasks-{number}-instructions": "x" for number in range(1000)}

    answer = sqlite_site.client().post("/s/nothing/setup", data=many, base_url=TOOL_URL)

    assert 100 <= len(texts_to_copy(answer.get_data(as_text=True))) <= 200


def test_titles_of_tasks_when_the_session_ended_stand_together_and_name_the_explanations(sqlite_site: Site) -> None:
    desk = sit_down(set_up, sqlite_site)
    [form] = desk.forms()
    expire(desk)

    page = desk.send(form, **{"tasks-0-title": "Lees alles"}).get_data(as_text=True)

    assert texts_to_copy(page)[0] == "Lees alles\nMaak een verslag\nRuim op\nHelp een collega"
    assert f"{isolated('Maak een verslag')}: Wat moet de deelnemer doen?" in words_in(page)


def test_text_when_too_large_to_take_in_is_shown_to_who_may_write_as_much_elsewhere(sqlite_site: Site) -> None:
    desk = sit_down(participant, sqlite_site)
    form = desk.forms()[0]
    [name] = form.longest
    text = "woord " * (LARGEST_REQUEST_BYTES // 6 + 1) + "einde"

    answer = desk.send(form, **{name: text})

    assert answer.status_code == 413
    assert texts_to_copy(answer.get_data(as_text=True)) == [text]


@pytest.mark.parametrize(
    ("make", "sent"),
    [
        (hand_in, "a" * LARGEST_REQUEST_BYTES),
        (participant, "a" * LARGEST_SET_UP_BYTES),
        (participant, '"' * (LARGEST_SET_UP_BYTES // 3 - 1000)),
    ],
    ids=["learner", "teacher", "teacher, many characters"],
)
def test_text_when_too_large_even_to_show_again_is_said_to_stand_on_the_page_before(
    sqlite_site: Site, make: Callable[[Site], Desk], sent: str
) -> None:
    desk = sit_down(make, sqlite_site)
    form = desk.forms()[0]
    [name] = form.longest

    answer = desk.send(form, **{name: sent})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 413
    assert texts_to_copy(page) == []
    assert "Je tekst staat vaak nog op de pagina hiervoor." in words_in(page)


def test_set_up_when_a_learner_sends_one_is_refused_before_it_is_read(sqlite_site: Site) -> None:
    desk = sit_down(hand_in, sqlite_site)
    path = desk.path.partition("/tasks/")[0] + "/setup"
    token = desk.forms()[0].fields["csrf_token"]

    answer = desk.browser.post(
        path, data={"csrf_token": token, "remark": "a" * int(1.5 * LARGEST_REQUEST_BYTES)}, base_url=TOOL_URL
    )

    assert answer.status_code == 403
    assert texts_to_copy(answer.get_data(as_text=True)) == []


def test_form_when_it_has_more_fields_than_any_of_ours_is_not_taken_apart(sqlite_site: Site) -> None:
    desk = sit_down(participant, sqlite_site)
    form = desk.forms()[0]
    [name] = form.longest
    expire(desk)

    answer = desk.send(form, **{name: "Dit schreef ik"} | {f"a{number}": "" for number in range(3000)})

    assert texts_to_copy(answer.get_data(as_text=True)) == []
    assert "Je tekst staat vaak nog op de pagina hiervoor." in words_in(answer.get_data(as_text=True))


@pytest.mark.parametrize("path", ["/s/nothing/setup", "/s/nothing/tasks/x/work"])
def test_text_when_nobody_proved_a_session_is_read_no_further_than_others(sqlite_site: Site, path: str) -> None:
    answer = sqlite_site.client().post(path, data={"text": "a" * LARGEST_REQUEST_BYTES}, base_url=TOOL_URL)

    page = answer.get_data(as_text=True)
    assert answer.status_code in {403, 404}
    assert texts_to_copy(page) == []
    assert "Je tekst staat vaak nog op de pagina hiervoor." in words_in(page)


def test_report_of_a_stranger_when_the_badge_is_not_there_any_more_is_shown(sqlite_site: Site) -> None:
    desk = sit_down(report, sqlite_site)
    [form] = desk.forms()
    form.action = "/badges/00000000-0000-0000-0000-000000000000/report"

    answer = desk.send(form, text=WORK, contact="jan@example.org")

    assert answer.status_code == 404
    assert texts_to_copy(answer.get_data(as_text=True)) == [WORK, "jan@example.org"]
