"""Today: where I stand, what is new, at most three next steps, and what waits."""

from __future__ import annotations

import re

from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation
from gamification.publish import TaskDraft
from gamification.remarks import Praise
from lti_tool.lti.roles import PrincipalRole
from tests.functional.classroom import open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.learner_steps import enter, item_of


def test_today_is_where_a_welcomed_learner_lands(site: Site) -> None:
    zoe = enter(open_classroom(site))

    assert zoe.browser.get().location.endswith("/today")


def test_today_when_new_says_where_i_stand_and_what_is_next(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)

    page = zoe.page("today")
    text = words_in(page)

    assert "0 van de 3 opdrachten gedaan" in text
    assert "Je begint hier. Haal 50 punten, dan krijg je de badge." in text
    assert "Dit kun je nu doen Lees de regels Nog te doen · 10 punten" in text
    assert page.count("Dit heb ik gedaan") == 2
    assert page.count("Open de opdracht") == 1
    assert "Help een collega" not in text


def test_today_when_there_is_much_to_do_shows_three_steps(site: Site) -> None:
    drafts = tuple(TaskDraft(None, f"Opdracht {number}", 10) for number in range(4))

    assert enter(open_classroom(site, drafts, goal_points=40)).page("today").count("Dit heb ik gedaan") == 3


def test_today_when_required_tasks_are_few_offers_extras_too(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read, room.tidy)

    page = zoe.page("today")

    assert "Dit kun je nu doen Maak een verslag" in words_in(page)
    assert "5 extra punten" in item_of(page, room.help)


def test_today_when_work_waits_says_so_and_does_not_offer_it(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.hand_in(zoe.id)

    page = zoe.page("today")

    assert "Hier kijkt je begeleider naar" in words_in(page)
    assert "Wacht op je begeleider" in item_of(page, room.report)
    assert "Open de opdracht" not in page


def test_today_when_everything_waits_asks_nothing(site: Site) -> None:
    drafts = tuple(TaskDraft(None, f"Verslag {number}", 20, confirmation=Confirmation.REVIEWER) for number in range(4))
    room = open_classroom(site, drafts)
    zoe = enter(room)
    for task_id in (room.read, room.report, room.tidy, room.help):
        room.hand_in(zoe.id, task_id=task_id)

    assert "Je hoeft nu niets te doen." in zoe.text("today")


def test_today_when_begun_work_was_answered_puts_it_first_with_the_answer(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.judge(room.hand_in(zoe.id), Verb.NOT_YET, "Kijk nog naar de laatste zin.")
    news = re.search(r"remarks/([0-9a-f-]+)/seen", zoe.page("today"))
    assert news
    assert zoe.text("today").count("Kijk nog naar de laatste zin.") == 1
    zoe.browser.post(f"remarks/{news.group(1)}/seen")

    text = zoe.text("today")

    assert "Dit kun je nu doen Maak een verslag Nog even oefenen · 20 punten" in text
    assert text.count("Kijk nog naar de laatste zin.") == 1


def test_praise_when_given_stands_on_today_in_the_readers_language_until_it_is_closed(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    sentences = {
        Praise.WELL_DONE: "Goed gedaan!",
        Praise.GOOD_EFFORT: "Je doet goed je best!",
        Praise.PROUD: "Ik ben trots op je!",
        Praise.KEEP_GOING: "Ga zo door!",
    }
    for praise in Praise:
        zoe.praise(praise)

    text = zoe.text("today")
    assert "Nog 3 berichten" in text
    for sentence in sentences.values():
        assert f"\u2068instructor\u2069 zegt: {sentence}" in text
    zoe.browser.post("language", {"locale": "en"})
    assert "\u2068instructor\u2069 says: I am proud of you!" in zoe.text("today")

    for remark_id in set(re.findall(r"remarks/([0-9a-f-]+)/seen", zoe.page("today"))):
        assert zoe.browser.post(f"remarks/{remark_id}/seen").status_code == 303
        assert zoe.browser.post(f"remarks/{remark_id}/seen").status_code == 303
    assert "proud" not in zoe.text("today")


def test_words_for_somebody_else_when_closed_are_not_found_and_stay(site: Site) -> None:
    room = open_classroom(site)
    zoe, sam = enter(room), enter(room, "Sam")
    zoe.praise(Praise.PROUD)
    [remark_id] = set(re.findall(r"remarks/([0-9a-f-]+)/seen", zoe.page("today")))

    assert sam.browser.post(f"remarks/{remark_id}/seen").status_code == 404
    assert "Ik ben trots op je!" not in sam.text("today")
    assert "Ik ben trots op je!" in zoe.text("today")


def test_words_when_hostile_or_long_are_shown_as_they_are(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    words = "<script>alert(1)</script> שלום " + "x" * 1900
    room.judge(room.hand_in(zoe.id), Verb.NOT_YET, words)

    page = zoe.page("today")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; שלום" in page
    assert (
        '<details class="more"><summary>Lees het bericht</summary><p class="words-text" dir="auto">&lt;script' in page
    )


def test_task_when_finished_on_today_lands_on_today_with_a_sentence(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)

    done = zoe.browser.post(f"tasks/{room.read}/done", {"back": "today"})
    text = words_in(zoe.browser.client.get(done.location, base_url="https://mijlpaal.example").get_data(as_text=True))

    assert done.location.endswith(f"/today?done={room.read}#status")
    assert "Goed begin! Je eerste opdracht is klaar. Je krijgt 10 punten voor: Lees de regels" in text


def test_today_when_the_goal_is_reached_asks_nothing_more(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read, room.tidy)
    room.award(zoe.id, room.report)

    text = zoe.text("today")

    assert "Gelukt! Je hebt de badge: Veilig werken" in text
    assert "Dit mag je nog doen Het hoeft niet." in text
    assert "Dit kun je nu doen" not in text


def test_today_without_a_badge_speaks_of_the_goal(site: Site) -> None:
    room = open_classroom(site, badge="")
    zoe = enter(room)
    assert "badge" not in zoe.text("welcome").lower()
    assert "Haal 50 punten, dan haal je je doel." in zoe.text("today")
    room.finish(zoe.id, room.read)
    assert "Je hebt 10 punten. Nog 40 punten, dan haal je je doel." in zoe.text("today")
    room.finish(zoe.id, room.tidy)
    room.award(zoe.id, room.report)

    for path in ("today", "route"):
        text = words_in(zoe.page(path).partition("<main")[2].partition("</main>")[0])
        assert "Gelukt! Je hebt je doel gehaald." in text
        assert "badge" not in text.lower()


def test_today_when_somebody_looks_along_has_no_buttons(site: Site) -> None:
    open_classroom(site)
    observer = site.launch_as(PrincipalRole("observer"))

    for path in ("today", "route"):
        page = observer.get(path).get_data(as_text=True)
        assert "Je kijkt mee. Je krijgt hier geen punten." in page
        assert "Dit heb ik gedaan" not in page
        assert "Open de opdracht" not in page
