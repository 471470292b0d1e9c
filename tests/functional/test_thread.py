"""The thread: a teacher sets tasks, a learner finishes them, points at once, a badge at the goal."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select

from badges.models import Award, Credential
from badges.openbadges.verify import verify
from gamification.models import ActivityRow, LedgerEntry, RuleSetVersion, Task
from lti_tool.jobs.worker import drain
from lti_tool.lti.roles import PrincipalRole
from tests.functional.conftest import Site, setup_form, task_ids

LEARNER_ROLE = PrincipalRole("learner")
TEACHER_ROLE = PrincipalRole("instructor")
TASKS = [("Lees de veiligheidsregels", 20), ("Draag je helm", 25), ("Ruim je werkplek op", 15)]


def empty_outbox(site: Site) -> None:
    while drain(site.tool):
        pass


def test_thread_when_played_gives_points_at_once_and_a_badge_at_the_goal(site: Site) -> None:
    teacher = site.launch_as(TEACHER_ROLE)
    assert teacher.post("setup", setup_form(TASKS, 45)).status_code == 303
    learner = site.launch_as(LEARNER_ROLE)
    assert learner.get().location.endswith("/welcome")
    learner.post("welcome")
    assert learner.get().location.endswith("/today")

    first, second, third = task_ids(learner)
    page = learner.post(f"tasks/{first}/done", follow_redirects=True).get_data(as_text=True)
    assert "20 punten" in page
    assert "Nog 25 punten" in page
    assert "60 punten" in page
    page = learner.post(f"tasks/{second}/done", follow_redirects=True).get_data(as_text=True)
    assert "Veilig werken" in page
    empty_outbox(site)
    page = learner.get("route").get_data(as_text=True)
    award_id = page.partition("/badges/")[2].partition("/")[0]
    download = learner.get(f"badges/{award_id}/credential.json")

    verified = verify(download.data, site.known_keys())
    assert verified.achievement_name == "Veilig werken"
    assert json.loads(download.data)["credentialSubject"]["achievement"]["achievementType"] == "ext:Participation"
    assert download.headers["Content-Type"] == "application/vc+ld+json"
    assert third in task_ids(learner)


def test_task_when_finished_twice_counts_once(site: Site) -> None:
    site.launch_as(TEACHER_ROLE).post("setup", setup_form(TASKS, 45))
    learner = site.launch_as(LEARNER_ROLE)
    first = task_ids(learner)[0]

    for _ in range(3):
        assert learner.post(f"tasks/{first}/done").status_code == 303

    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(ActivityRow)).scalar_one() == 1
        assert tx.execute(select(func.sum(LedgerEntry.points))).scalar_one() == 20


def test_badge_when_signed_more_than_once_is_one_document(site: Site) -> None:
    site.launch_as(TEACHER_ROLE).post("setup", setup_form([("Lezen", 10)], 10))
    learner = site.launch_as(LEARNER_ROLE)
    learner.post(f"tasks/{task_ids(learner)[0]}/done")
    empty_outbox(site)
    with site.tool.db.reading() as tx:
        award_id = tx.execute(select(Award.id)).scalar_one()
        before = tx.execute(select(Credential.document)).scalar_one()

    from lti_tool.issuing import issue_credential

    issue_credential(site.tool, award_id)

    with site.tool.db.reading() as tx:
        assert tx.execute(select(Credential.document)).scalar_one() == before


def test_goal_when_lowered_reaches_those_who_are_over_it_without_another_click(site: Site) -> None:
    teacher = site.launch_as(TEACHER_ROLE)
    teacher.post("setup", setup_form(TASKS, 45))
    learner = site.launch_as(LEARNER_ROLE)
    ids = task_ids(learner)
    learner.post(f"tasks/{ids[0]}/done")

    form = setup_form(TASKS, 20) | {"seen_number": 1}
    form |= {f"tasks-{index}-task_id": task_id for index, task_id in enumerate(ids)}
    assert teacher.post("setup", form).status_code == 303
    empty_outbox(site)

    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Credential)).scalar_one() == 1


def test_set_up_when_another_teacher_saved_meanwhile_keeps_what_was_typed(site: Site) -> None:
    one, other = site.launch_as(TEACHER_ROLE, sub="one"), site.launch_as(TEACHER_ROLE, sub="other")
    assert one.post("setup", setup_form([("Van de een", 10)], 10)).status_code == 303

    late = other.post("setup", setup_form([("Van de ander", 10)], 10))

    assert late.status_code == 409
    assert "Van de ander" in late.get_data(as_text=True)


def test_set_up_when_sent_twice_shows_the_saved_page(site: Site) -> None:
    teacher = site.launch_as(TEACHER_ROLE)

    answers = [teacher.post("setup", setup_form(TASKS, 45)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[1].location == answers[0].location
    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Task)).scalar_one() == len(TASKS)
        assert tx.execute(select(func.count()).select_from(RuleSetVersion)).scalar_one() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"tasks-1-title": "Draag je bril"},
        {"tasks-1-points": 26},
        {"goal_points": 46},
        {"badge_name": "Veiliger werken"},
        {"badge_criteria": "Je deed alles."},
        {"tasks-2-title": "", "tasks-2-points": ""},
    ],
)
def test_set_up_when_sent_late_with_anything_else_is_a_conflict(site: Site, other: dict[str, object]) -> None:
    teacher = site.launch_as(TEACHER_ROLE)
    teacher.post("setup", setup_form(TASKS, 45))

    assert teacher.post("setup", setup_form(TASKS, 45) | other).status_code == 409


def test_set_up_when_published_from_the_conflict_page_does_not_make_the_tasks_again(site: Site) -> None:
    teacher = site.launch_as(TEACHER_ROLE)
    teacher.post("setup", setup_form([*TASKS, TASKS[0]], 45))
    learner = site.launch_as(LEARNER_ROLE)
    before = task_ids(learner)
    learner.post(f"tasks/{before[0]}/done")
    typed = setup_form([*TASKS, ("Meld een gevaar", 5), TASKS[0], TASKS[0]], 45)

    late = teacher.post("setup", typed)
    fields = dict(re.findall(r'name="(tasks-\d+-task_id|seen_number)" value="([^"]*)"', late.get_data(as_text=True)))

    assert late.status_code == 409
    assert [fields[f"tasks-{index}-task_id"] for index in range(6)] == [*before[:3], "", before[3], ""]
    assert teacher.post("setup", typed | fields).status_code == 303
    after = task_ids(learner)
    assert len(after) == 5  # of the six, one is done
    assert set(before[1:]) < set(after)
    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Task)).scalar_one() == 6


def test_set_up_when_a_colleague_changed_only_words_is_a_conflict_for_the_late_one(site: Site) -> None:
    one, other = site.launch_as(TEACHER_ROLE, sub="one"), site.launch_as(TEACHER_ROLE, sub="other")
    one.post("setup", setup_form([("Lezen", 10)], 10))
    [task_id] = task_ids(site.launch_as(LEARNER_ROLE))
    seen = {"seen_number": 1, "tasks-0-task_id": task_id}

    assert one.post("setup", setup_form([("Lezen", 10)], 10, name="Van de een") | seen).status_code == 303
    late = other.post("setup", setup_form([("Lees de regels", 10)], 10) | seen)

    assert late.status_code == 409
    assert "Van de een" in late.get_data(as_text=True)


def test_task_when_taken_away_meanwhile_is_not_recorded(site: Site) -> None:
    teacher, learner = site.launch_as(TEACHER_ROLE), site.launch_as(LEARNER_ROLE)
    teacher.post("setup", setup_form(TASKS, 45))
    ids = task_ids(learner)
    kept = setup_form(TASKS[:2], 45) | {"seen_number": 1, "tasks-0-task_id": ids[0], "tasks-1-task_id": ids[1]}
    assert teacher.post("setup", kept).status_code == 303

    assert learner.post(f"tasks/{ids[2]}/done").status_code == 404

    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(ActivityRow)).scalar_one() == 0
