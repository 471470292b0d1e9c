"""A task's page: what to do, sending work, the answers; and work that is never lost."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import func, select

from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation, TaskOrder
from gamification.models import ActivityRow, HandIn
from gamification.publish import TaskDraft
from tests.functional.classroom import DRAFTS, Classroom, open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.learner_steps import enter, typed_in
from tests.functional.test_learner_route import publish_again

WORK = "Ik heb vijf zinnen geschreven.\nDit is de tweede."
LINK = "https://school.example/werk?a=1&b=2"


def sent_work(site: Site) -> list[tuple[str, str]]:
    with site.tool.db.reading() as tx:
        return [(row.text, row.link) for row in tx.execute(select(HandIn.text, HandIn.link))]


def close_report(room: Classroom) -> None:
    """Take the reviewed task away after somebody did something with it."""
    room.hand_in(enter(room, "Sam").id)
    publish_again(room, without=("Maak een verslag",))


def test_task_page_says_what_to_do_and_what_it_gives(site: Site) -> None:
    instructions = "Schrijf **vijf** zinnen.\n\n1. Kies een plek.\n2. Schrijf.\n\n<script>alert(1)</script>"
    drafts = (*DRAFTS[:1], TaskDraft(None, "Maak een verslag", 20, instructions), *DRAFTS[2:])
    room = open_classroom(site, drafts)
    zoe = enter(room)

    page = zoe.page(f"tasks/{room.report}")
    text = words_in(page)

    assert "Schrijf <strong>vijf</strong> zinnen." in page
    assert "<li>Kies een plek.</li>" in page
    assert "<script>alert" not in page
    assert "Nog te doen Je krijgt hiervoor 20 punten. Die tellen mee voor je doel." in text
    assert "Dit heb ik gedaan" in text
    assert "Dit is extra. Het hoeft niet. Je krijgt 5 extra punten." in zoe.text(f"tasks/{room.help}")


def test_task_when_finished_on_its_page_lands_there(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)

    done = zoe.browser.post(f"tasks/{room.tidy}/done", {"back": "task"})

    assert done.location.endswith(f"/tasks/{room.tidy}?done={room.tidy}#status")
    text = zoe.text(f"tasks/{room.tidy}?done={room.tidy}")
    assert "Je krijgt 30 punten voor: Ruim op" in text
    assert "Je kreeg hiervoor 30 punten. Waarom?" in text
    assert "Dit heb ik gedaan" not in text


def test_work_when_sent_waits_and_stands_on_the_page(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    form = zoe.work(room.report) | {"text": WORK.replace("\n", "\r\n"), "link": f" {LINK} "}

    sent = zoe.browser.post(f"tasks/{room.report}/work", form)

    assert sent.location.endswith(f"/tasks/{room.report}?sent={room.report}#status")
    page = zoe.page(f"tasks/{room.report}?sent={room.report}")
    text = words_in(page)
    assert "Je werk is verstuurd. Je begeleider kijkt ernaar. Het antwoord komt hier." in text
    assert "Er is nog geen antwoord." in text
    assert "Ik heb vijf zinnen geschreven." in text
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in page
    assert sent_work(site) == [(WORK, LINK)]


def test_form_when_sent_twice_is_one_work(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    form = zoe.work(room.report) | {"text": WORK}

    answers = [zoe.browser.post(f"tasks/{room.report}/work", form) for _ in range(2)]
    with site.tool.db.reading() as tx:
        hand_in_id = tx.execute(select(HandIn.id)).scalar_one()
        assert tx.execute(select(func.count()).select_from(ActivityRow)).scalar_one() == 1
    room.judge(hand_in_id, Verb.APPROVED)
    answers.append(zoe.browser.post(f"tasks/{room.report}/work", form))

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len(sent_work(site)) == 1


def test_form_when_the_browser_goes_back_to_it_keeps_the_new_words_and_takes_them_the_next_time(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    first = zoe.work(room.report)
    zoe.browser.post(f"tasks/{room.report}/work", first | {"text": WORK})
    site.clock.advance(seconds=30)

    again = zoe.browser.post(f"tasks/{room.report}/work", first | {"text": "Dit is veel beter."})
    page = again.get_data(as_text=True)

    assert again.status_code == 409
    assert typed_in(page, "text") == "Dit is veel beter."
    assert "Kijk naar de opdracht. Probeer het opnieuw." in words_in(page)
    drawn = re.search(r'name="hand_in_id" value="([^"]*)"', page)
    assert drawn
    assert drawn.group(1) != first["hand_in_id"]
    sent = zoe.browser.post(
        f"tasks/{room.report}/work", {"hand_in_id": drawn.group(1), "text": typed_in(page, "text"), "link": ""}
    )
    assert sent.status_code == 303
    assert [text for text, _link in sent_work(site)] == [WORK, "Dit is veel beter."]


def test_answers_stand_with_the_work_they_are_about(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.judge(room.hand_in(zoe.id, "Eerste werk"), Verb.NOT_YET, "Nog twee zinnen.")
    room.hand_in(zoe.id, "Tweede werk")
    room.judge(room.hand_in(zoe.id, "Derde werk"), Verb.APPROVED, "Mooi verslag.")

    text = zoe.text(f"tasks/{room.report}")

    history = text.partition("Wat er eerder gebeurde")[2]
    third, second, first = (history.index(f"{which} werk") for which in ("Derde", "Tweede", "Eerste"))
    assert third < second < first
    assert "Je werk is goed." in history[third:second]
    assert "Mooi verslag." in history[third:second]
    assert "Je stuurde daarna nieuwer werk." in history[second:first]
    assert "Nog even oefenen." in history[first:]
    assert "Nog twee zinnen." in history[first:]


def test_decisions_by_hand_stand_with_their_reason_and_work_may_be_sent_again(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.tidy)
    zoe.take_back(room.tidy, "Er ligt nog papier.")

    text = zoe.text(f"tasks/{room.tidy}")
    assert "Op 22 november 2026 zette je begeleider dit op Weer te doen." in text
    assert "Er ligt nog papier." in text
    assert "Dit heb ik gedaan" not in text
    refused = zoe.browser.post(f"tasks/{room.tidy}/done", {"back": "today"})
    assert refused.status_code == 409
    assert "Je begeleider kijkt naar deze opdracht. Stuur je werk in." in words_in(refused.get_data(as_text=True))
    site.clock.advance(seconds=1)
    sent = zoe.browser.post(f"tasks/{room.tidy}/work", zoe.work(room.tidy) | {"text": "Nu is het leeg."})
    assert sent.status_code == 303
    room.award(zoe.id, room.tidy, "Zelf gezien.")
    assert "Zelf gezien." in zoe.text(f"tasks/{room.tidy}")


@pytest.mark.parametrize(
    ("text", "link", "field", "sentence"),
    [
        ("", "", "text", "Schrijf wat je deed, of geef een link."),
        ("\u200b \x00", "", "text", "Schrijf wat je deed, of geef een link."),
        ("é" * 10_001, "", "text", "Maak het korter: hoogstens 10000 tekens."),
        (WORK, "javascript:alert(1)", "link", "Een link begint met https://."),
        ('<b>"x"</b> שלום', "werk op tafel", "link", "Een link begint met https://."),
        (WORK, "https://a.example/" + "x" * 2000, "link", "Een link begint met https://."),
    ],
)
def test_work_when_it_cannot_be_taken_gets_a_sentence_and_keeps_what_was_typed(
    sqlite_site: Site, text: str, link: str, field: str, sentence: str
) -> None:
    room = open_classroom(sqlite_site)
    zoe = enter(room)

    refused = zoe.browser.post(f"tasks/{room.report}/work", zoe.work(room.report) | {"text": text, "link": link})
    page = refused.get_data(as_text=True)

    assert refused.status_code == 400
    assert "Nog niet verstuurd." in words_in(page)
    assert f'<a href="#{field}">{sentence}' in page
    assert f'id="{field}-error">{sentence}' in page
    assert 'aria-invalid="true"' in page
    assert typed_in(page, "text") == text.replace("\x00", "").strip()
    assert typed_in(page, "link") == link
    assert sent_work(sqlite_site) == []


def test_longest_work_is_taken_whole(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    work = "👩🏽‍🍳 <b> שלום\n" * 1000
    work = work[:10_000].strip()

    assert zoe.browser.post(f"tasks/{room.report}/work", zoe.work(room.report) | {"text": work}).status_code == 303

    assert sent_work(site) == [(work, "")]
    assert zoe.browser.get(f"tasks/{room.report}").status_code == 200


def test_work_when_the_task_was_closed_meanwhile_is_shown_to_be_copied(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    form = zoe.work(room.report) | {"text": WORK, "link": LINK}
    close_report(room)

    refused = zoe.browser.post(f"tasks/{room.report}/work", form)
    page = refused.get_data(as_text=True)

    assert refused.status_code == 409
    assert "Deze opdracht is gesloten. Je hoeft hem niet meer te doen." in words_in(page)
    assert "Het is niet verstuurd. Je kunt het kopiëren en bewaren." in words_in(page)
    assert typed_in(page, "text") == WORK
    assert typed_in(page, "link") == LINK
    assert "Stuur mijn werk in" not in page


def test_work_when_the_task_is_gone_meanwhile_is_shown_to_be_copied(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    form = zoe.work(room.report) | {"text": WORK}
    publish_again(room, without=("Maak een verslag",))

    gone = zoe.browser.post(f"tasks/{room.report}/work", form)
    page = gone.get_data(as_text=True)

    assert gone.status_code == 404
    assert "Deze opdracht is er niet meer" in words_in(page)
    assert typed_in(page, "text") == WORK
    assert zoe.browser.get(f"tasks/{room.report}").status_code == 404


def test_work_when_the_task_was_locked_or_done_meanwhile_is_shown_to_be_copied(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    form = zoe.work(room.report) | {"text": WORK}
    room.award(zoe.id, room.report)
    done = zoe.browser.post(f"tasks/{room.report}/work", form)
    sam = enter(room, "Sam")
    form = sam.work(room.report) | {"text": WORK}
    publish_again(room, order=TaskOrder.FIXED)
    locked = sam.browser.post(f"tasks/{room.report}/work", form)

    assert (done.status_code, locked.status_code) == (409, 409)
    assert "Deze opdracht is al gedaan." in words_in(done.get_data(as_text=True))
    assert "Deze opdracht komt later." in words_in(locked.get_data(as_text=True))
    for answer in (done, locked):
        assert typed_in(answer.get_data(as_text=True), "text") == WORK
    assert sent_work(site) == []


def test_work_when_the_task_needs_none_any_more_keeps_the_text_and_offers_the_button(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)

    refused = zoe.browser.post(f"tasks/{room.tidy}/work", {"hand_in_id": str(uuid.uuid4()), "text": WORK})
    page = refused.get_data(as_text=True)

    assert refused.status_code == 409
    assert "Je hoeft voor deze opdracht niets in te sturen." in words_in(page)
    assert "Dit heb ik gedaan" in page
    assert typed_in(page, "text") == WORK


def test_work_when_its_id_is_forged_never_touches_the_work_of_another(site: Site) -> None:
    room = open_classroom(site)
    zoe, sam = enter(room), enter(room, "Sam")
    theirs = room.hand_in(sam.id, "Van Sam")

    refused = zoe.browser.post(f"tasks/{room.report}/work", {"hand_in_id": str(theirs), "text": WORK})
    page = refused.get_data(as_text=True)

    assert refused.status_code == 409
    assert typed_in(page, "text") == WORK
    assert str(theirs) not in page
    assert "Van Sam" not in page
    assert zoe.browser.post(f"tasks/{room.report}/work", {"hand_in_id": "x", "text": WORK}).status_code == 303
    assert sorted(text for text, _ in sent_work(site)) == [WORK, "Van Sam"]


def test_task_of_another_course_is_not_found_and_takes_no_work(site: Site) -> None:
    room = open_classroom(site)
    elsewhere = site.launch(sub="Zoe", context={"id": "another", "title": "Elders"})

    assert elsewhere.get(f"tasks/{room.read}").status_code == 404
    answer = elsewhere.post(f"tasks/{room.report}/work", {"hand_in_id": str(uuid.uuid4()), "text": WORK})
    assert answer.status_code == 404
    assert "Maak een verslag" not in answer.get_data(as_text=True)
    assert sent_work(site) == []


def test_waiting_work_may_be_replaced_by_newer(site: Site) -> None:
    room = open_classroom(
        site, (*DRAFTS[:2], TaskDraft(None, "Meet", 5, confirmation=Confirmation.REVIEWER), DRAFTS[3]), goal_points=30
    )
    zoe = enter(room)
    room.hand_in(zoe.id, "Eerste werk")
    assert "Ik wil iets anders insturen" in zoe.text(f"tasks/{room.report}")

    form = zoe.work(room.report) | {"text": "Beter werk"}

    assert zoe.browser.post(f"tasks/{room.report}/work", form).status_code == 303
    assert len(sent_work(site)) == 2
