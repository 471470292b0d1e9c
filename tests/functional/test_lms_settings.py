"""Settings made in the platform, as launches bring them and as people meet them on the pages."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from gamification.models import Task
from gamification.rules import current_rules
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.gradebook_models import LinkSetting
from lti_tool.roster.item_models import ItemKind
from lti_tool.roster.models import Context, ResourceLink
from tests.factories.launch import TOOL_URL
from tests.factories.lti_rows import make_content_item
from tests.factories.rows import make_line_item
from tests.functional.conftest import ROLES, Launched, Site

TEACHER = PrincipalRole.INSTRUCTOR
LEARNER = PrincipalRole.LEARNER


def launch(site: Site, role: PrincipalRole, custom: dict[str, Any], *, link: str = "Lezen", **changes: Any) -> Launched:
    resource_link = {"id": f"id of {link}"[:255], "title": link}
    return site.launch(roles=ROLES[role], sub=role.value, custom=custom, resource_link=resource_link, **changes)


def points_here(site: Site) -> list[int]:
    with site.tool.db.reading() as tx:
        context_id = tx.execute(select(Context.id)).scalar_one()
        current = current_rules(tx, context_id)
    return [rule.points for rule in current.rules.tasks if not rule.closed] if current else []


def set_up_page(teacher: Launched, query: str = "") -> str:
    response = teacher.get(f"setup{query}")
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def questions(page: str) -> list[dict[str, str]]:
    """Return the hidden fields of each question on the page."""
    forms = re.findall(r'<form class="lms-question".*?</form>', page, re.DOTALL)
    return [dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form)) for form in forms]


def answer(teacher: Launched, fields: dict[str, str], chosen: str) -> str:
    """Press a button of a question and return the page that follows."""
    response = teacher.client.post(teacher.url("setup/lms"), data={**fields, "answer": chosen}, base_url=TOOL_URL)
    assert response.status_code == 303
    assert response.location.endswith("#lms")
    return set_up_page(teacher, f"?{response.location.partition('?')[2].partition('#')[0]}")


def test_teacher_when_the_platform_and_the_page_differ_is_asked_which_holds(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15"})
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20"})

    page = set_up_page(teacher)

    assert "Ingesteld in Moodle" in page
    assert "In Moodle staat 20 punten, hier 15. Welke geldt?" in page
    assert points_here(site) == [15]
    after = answer(teacher, questions(page)[0], "take")
    assert points_here(site) == [20]
    assert "Gepubliceerd." in after
    assert questions(after) == []


def test_teacher_when_keeping_ours_is_not_asked_again(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15"})
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20"})

    after = answer(teacher, questions(set_up_page(teacher))[0], "keep")

    assert "Onthouden." in after
    again = set_up_page(launch(site, TEACHER, {"mijlpaal_points": "20"}))
    assert questions(again) == []
    assert points_here(site) == [15]


def test_teacher_of_a_platform_without_a_known_name_reads_of_the_learning_platform(site: Site) -> None:
    platform = {"guid": "x", "name": "School", "product_family_code": "home-made"}
    launch(site, TEACHER, {"mijlpaal_points": "15"}, tool_platform=platform)
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20"}, tool_platform=platform)

    assert "In je leeromgeving staat 20 punten, hier 15. Welke geldt?" in set_up_page(teacher)


def test_teacher_when_a_learner_did_the_task_reads_what_to_type_in_the_platform(site: Site) -> None:
    learner = launch(site, LEARNER, {"mijlpaal_points": "15"})
    learner.post("welcome")
    task_id = launch(site, LEARNER, {"mijlpaal_points": "15"}).response.location.rpartition("/")[2]
    assert learner.post(f"tasks/{task_id}/done").status_code == 303
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20"})

    page = set_up_page(teacher)

    assert "Iemand heeft al iets met deze opdracht gedaan." in page
    assert "mijlpaal_points=15" in page
    assert 'value="take"' not in page
    forced = answer(teacher, questions(page)[0], "take")
    assert "Er is intussen iets veranderd." in forced
    assert points_here(site) == [15]


def test_teacher_when_a_colleague_was_first_sees_the_page_again(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15"})
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20", "mijlpaal_confirm": "review"})
    first, second = questions(set_up_page(teacher))
    answer(teacher, first, "take")

    page = answer(teacher, second, "take")

    assert "Er is intussen iets veranderd." in page
    assert [asked["part"] for asked in questions(page)] == ["confirmation"]


def test_teacher_of_a_course_without_tasks_is_told_what_was_not_understood(site: Site) -> None:
    teacher = launch(site, TEACHER, {"mijlpaal_points": "veel", "mijlpaal_goal": "50"})
    assert teacher.response.location.endswith("/setup")

    page = set_up_page(teacher)

    assert "mijlpaal_points=veel" in page
    assert "Typ een heel getal van 1 tot 10000, in cijfers." in page
    assert "50 punten" in page


def test_set_up_page_when_the_platform_says_nothing_has_no_section_about_it(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15"})

    assert "Ingesteld in Moodle" not in set_up_page(launch(site, TEACHER, {}))


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "perhaps"},
        {"link": "no-uuid"},
        {"part": "colour"},
        {"seen_number": "-1"},
        {"seen_number": "9" * 40},
        {"seen_number": ""},
    ],
)
def test_answer_when_it_is_no_answer_of_the_page_is_refused(sqlite_site: Site, fields: dict[str, str]) -> None:
    launch(sqlite_site, TEACHER, {"mijlpaal_points": "15"})
    teacher = launch(sqlite_site, TEACHER, {"mijlpaal_points": "20"})
    asked = questions(set_up_page(teacher))[0]

    sent = {**asked, "answer": "take", **fields}
    assert teacher.client.post(teacher.url("setup/lms"), data=sent, base_url=TOOL_URL).status_code == 400
    assert points_here(sqlite_site) == [15]


def test_answer_when_about_a_link_of_another_course_is_not_found(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15"})
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20"})
    asked = questions(set_up_page(teacher))[0]
    elsewhere = launch(site, TEACHER, {}, context={"id": "another-course", "title": "Elders"})

    assert elsewhere.post("setup/lms", {**asked, "answer": "take", "csrf_token": elsewhere.csrf()}).status_code == 404


@pytest.mark.parametrize("role", [role for role in ROLES if role is not TEACHER], ids=str)
def test_answer_when_given_by_anybody_else_is_refused(sqlite_site: Site, role: PrincipalRole) -> None:
    launch(sqlite_site, TEACHER, {"mijlpaal_points": "15"})
    teacher = launch(sqlite_site, TEACHER, {"mijlpaal_points": "20"})
    asked = questions(set_up_page(teacher))[0]
    other = launch(sqlite_site, role, {"mijlpaal_points": "20"})

    assert other.post("setup/lms", {**asked, "answer": "take", "csrf_token": other.csrf()}).status_code == 403
    assert points_here(sqlite_site) == [15]


HOSTILE = [
    "<script>alert(1)</script>",
    "9" * 10_000,
    "veel 🎯🎯",
    "\u202etnuop 02",
    "'; DROP TABLE task; --",
    "{{ 7 * 7 }}",
    "%(num)s %s",
    "2" + "\u0000" + "x",
    "-20",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_launch_when_parameters_hold_anything_at_all_goes_on_and_the_teacher_is_told(
    sqlite_site: Site, value: str
) -> None:
    names = ["mijlpaal_points", "mijlpaal_required", "mijlpaal_confirm", "mijlpaal_goal"]
    launch(sqlite_site, TEACHER, {"mijlpaal_points": "10"}, link="Rekenen")

    teacher = launch(sqlite_site, TEACHER, dict.fromkeys(names, value), link="<b>Lezen</b>")

    raw = teacher.get("setup").get_data(as_text=True)
    assert "Dit begrijpen we niet" in raw
    assert [name for name in names if f"{name}=" not in raw] == []
    assert "<script>alert" not in raw
    assert "<b>Lezen</b>" not in raw
    assert "9" * 101 not in raw
    if value.isprintable():
        assert value[:100] in unescape(raw)
    assert points_here(sqlite_site) == [10]


@pytest.mark.parametrize("value", ["<i>x</i>", "veel 🎯", "\u202e02"])
def test_not_understood_value_when_kept_is_the_same_on_both_databases(site: Site, value: str) -> None:
    launch(site, LEARNER, {"mijlpaal_points": value})

    with site.tool.db.reading() as tx:
        row = tx.execute(select(LinkSetting)).scalar_one()
    assert (row.told, row.not_understood) == ({}, {"mijlpaal_points": value})


@pytest.mark.parametrize("custom", [{"mijlpaal_points": "$Unknown.variable"}, {"mijlpaal_points": ""}, [], {}])
def test_launch_when_a_parameter_was_not_filled_in_tells_nothing(sqlite_site: Site, custom: Any) -> None:
    launch(sqlite_site, LEARNER, custom)

    with sqlite_site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(LinkSetting)).scalar_one() == 0


@pytest.mark.parametrize("custom", [{"mijlpaal_points": 20, "mijlpaal_required": True}])
def test_numbers_and_truths_when_sent_as_such_are_understood(sqlite_site: Site, custom: Any) -> None:
    launch(sqlite_site, LEARNER, custom)

    assert points_here(sqlite_site) == [20]


def test_title_of_a_link_when_hostile_names_the_task_and_stays_text(sqlite_site: Site) -> None:
    teacher = launch(sqlite_site, TEACHER, {"mijlpaal_points": "20"}, link="<script>alert(1)</script>" + "x" * 300)

    raw = teacher.get("setup").get_data(as_text=True)
    assert "<script>alert" not in raw
    assert "&lt;script&gt;alert(1)&lt;/script&gt;xxx" in raw
    with sqlite_site.tool.db.reading() as tx:
        assert len(tx.execute(select(Task.title)).scalar_one()) == 200


@pytest.mark.parametrize("role", list(ROLES), ids=str)
def test_link_with_points_when_launched_by_any_role_makes_its_task(sqlite_site: Site, role: PrincipalRole) -> None:
    launch(sqlite_site, role, {"mijlpaal_points": "20"})

    assert points_here(sqlite_site) == [20]


def test_learner_when_new_reads_the_welcome_and_then_the_task_of_the_link(site: Site) -> None:
    first = launch(site, LEARNER, {"mijlpaal_points": "20"})
    assert first.response.location.endswith("/welcome")
    begun = first.post("welcome")
    assert re.fullmatch(r".*/tasks/[0-9a-f-]{36}", begun.location)

    again = launch(site, LEARNER, {"mijlpaal_points": "20"})

    assert again.response.location.rpartition("/")[2] == begun.location.rpartition("/")[2]
    page = again.client.get(again.response.location, base_url=TOOL_URL)
    assert page.status_code == 200
    assert "Lezen" in page.get_data(as_text=True)


def test_learner_when_the_link_makes_no_task_or_it_was_removed_lands_where_all_tasks_are(site: Site) -> None:
    launch(site, LEARNER, {}, link="Alles").post("welcome")
    home = launch(site, LEARNER, {}, link="Alles").response.location.rpartition("/")[2]
    assert "/tasks/" in launch(site, LEARNER, {"mijlpaal_points": "20"}).response.location
    teacher = launch(site, TEACHER, {"mijlpaal_points": "10"}, link="Rekenen")
    page = set_up_page(teacher)
    task_ids = re.findall(r'name="tasks-[0-9]+-task_id" value="([0-9a-f-]+)"', page)
    kept = {"tasks-0-task_id": task_ids[1], "tasks-0-title": "Rekenen", "tasks-0-points": 10}
    saved = teacher.post("setup", {**kept, "goal_points": 10, "seen_number": 2, "publish": "1"})
    assert saved.status_code == 303, saved.get_data(as_text=True)

    again = launch(site, LEARNER, {"mijlpaal_points": "20"})

    assert again.response.location.rpartition("/")[2] == home
    asked = set_up_page(launch(site, TEACHER, {"mijlpaal_points": "20"}))
    assert "In Moodle staat deze opdracht met 20 punten. Hier is hij weggehaald." in asked


@pytest.mark.parametrize("role", [TEACHER, PrincipalRole.TEACHING_ASSISTANT], ids=str)
def test_staff_when_the_link_is_of_one_task_land_on_their_own_page(sqlite_site: Site, role: PrincipalRole) -> None:
    opened = launch(sqlite_site, role, {"mijlpaal_points": "20"})

    assert opened.response.location.endswith("/participants")


def test_participants_page_when_the_platform_differs_tells_the_teacher_and_not_the_assistant(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15"})
    agreed = launch(site, TEACHER, {"mijlpaal_points": "15"})
    assert "lms-asks" not in agreed.get("participants").get_data(as_text=True)
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20"})
    assistant = launch(site, PrincipalRole.TEACHING_ASSISTANT, {"mijlpaal_points": "20"})

    page = unescape(teacher.get("participants").get_data(as_text=True))

    assert "In je leeromgeving staat 1 ding anders dan in Mijlpaal." in page
    assert "/setup#lms" in page
    assert "lms-asks" not in assistant.get("participants").get_data(as_text=True)
    answer(teacher, questions(set_up_page(teacher))[0], "keep")
    assert "lms-asks" not in teacher.get("participants").get_data(as_text=True)


class TestSkillBadge:
    """A skill badge asks that somebody looked; a setting in the platform cannot take that away."""

    BADGE = {
        "goal_points": "20",
        "badge_name": "Lezen",
        "badge_criteria": "Je leest.",
        "badge_type": "skill",
        "seen_number": "1",
        "tasks-0-title": "Lezen",
        "tasks-0-points": "20",
        "tasks-0-confirmation": "reviewer",
    }

    def teacher_with_badge(self, site: Site) -> Launched:
        teacher = launch(site, TEACHER, {"mijlpaal_points": "20", "mijlpaal_confirm": "review"})
        task_id = re.search(r'name="tasks-0-task_id" value="([^"]+)"', set_up_page(teacher))
        assert task_id
        assert teacher.post("setup", {**self.BADGE, "tasks-0-task_id": task_id[1]}).status_code == 303
        return teacher

    def test_setting_when_it_breaks_the_badge_says_why_and_is_not_taken(self, site: Site) -> None:
        self.teacher_with_badge(site)
        teacher = launch(site, TEACHER, {"mijlpaal_points": "20", "mijlpaal_confirm": "self"})

        page = set_up_page(teacher)

        assert "De badge is voor een vaardigheid: daarvoor moet iemand iets hebben bekeken." in page
        assert 'value="take"' not in page
        assert "Er is intussen iets veranderd." in answer(teacher, questions(page)[0], "take")
        assert "Onthouden." in answer(teacher, questions(page)[0], "keep")

    def test_launch_when_its_task_would_break_the_badge_goes_on_without_the_task(self, site: Site) -> None:
        self.teacher_with_badge(site)

        learner = launch(site, LEARNER, {"mijlpaal_points": "25"}, link="Nog een")
        assert learner.get(follow_redirects=True).status_code == 200
        teacher = launch(site, TEACHER, {"mijlpaal_points": "5"}, link="Klein")

        assert points_here(site) == [20, 5]
        page = set_up_page(teacher)
        assert [asked["theirs"] for asked in questions(page)] == ["25"]
        assert "De badge is voor een vaardigheid" in page


@pytest.mark.parametrize(
    ("part", "sentence", "buttons"),
    [
        ("title", "In Moodle heet de link anders dan de opdracht hier", ["Week 1 <b>lezen</b>", "Lezen"]),
        (
            "maximum",
            "Het hoogste cijfer in Moodle is 30, hier is de opdracht 15 punten waard",
            ["30 punten", "15 punten"],
        ),
    ],
)
def test_placed_link_that_became_something_else_there_is_asked_about(
    site: Site, part: str, sentence: str, buttons: list[str]
) -> None:
    teacher = launch(site, TEACHER, {"mijlpaal_points": "15"})
    with site.tool.db.transaction() as tx:
        link = tx.execute(select(ResourceLink)).scalar_one()
        task = tx.execute(select(Task)).scalar_one()
        item = make_content_item(tx, tx.execute(select(Context)).scalar_one(), kind=ItemKind.TASK, task=task)
        link.content_item_id = item.id
        if part == "title":
            link.title = "Week 1 <b>lezen</b>"
        else:
            make_line_item(tx, link).score_maximum = 30

    page = set_up_page(teacher)
    [asked] = questions(page)

    assert sentence in page
    assert all(f"<bdi>{words}</bdi>" in page if part == "title" else words in page for words in buttons)
    assert "Gepubliceerd" in answer(teacher, asked, "take")
    assert questions(set_up_page(teacher)) == []
