"""A copied course begins with what the other had, and its links find their counterparts; nothing is overwritten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select, update

from badges.models import Achievement, IssuerProfile
from gamification.progress import task_texts
from gamification.rules import current_rules
from lti_tool.administering import hold
from lti_tool.jobs.worker import drain
from lti_tool.lti.claims import CONTEXT, DEPLOYMENT_ID, NOTICE, ORIGIN_CONTEXTS, VERSION
from lti_tool.lti.deep_linking import CONTENT_ITEMS
from lti_tool.noticing import ask_for_notices
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import Context, Deployment, Registration
from lti_tool.roster.platform_models import NoticeHandler, PlatformNotice
from tests.factories import launch
from tests.factories.launch import CLIENT_ID, INSTRUCTOR, ISSUER, LEARNER, TOOL_URL, platform_keys
from tests.factories.rows import make_deployment
from tests.functional.conftest import Site, setup_form
from tests.functional.test_choosing import TWO_TASKS, answer_in, choosing

COPY = {"id": "77", "title": "Kopie"}


def set_up(site: Site, *, asked_for_history: bool = True) -> list[dict[str, Any]]:
    """Let a teacher place two tasks and give the course a badge; returns the items that the platform got."""
    if asked_for_history:
        with site.tool.db.transaction() as tx:
            tx.execute(select(Registration)).scalar_one().configuration_url = f"{ISSUER}/openid-configuration"
    teacher = choosing(site)
    items: list[dict[str, Any]] = answer_in(site, teacher.post("choose", TWO_TASKS).get_data(as_text=True))[
        CONTENT_ITEMS
    ]
    page = teacher.get("setup").get_data(as_text=True)
    assert "Veilig tillen" in page
    with site.tool.db.reading() as tx:
        context_id = tx.execute(select(Context.id)).scalar_one()
        current = current_rules(tx, context_id)
    assert current is not None
    form = setup_form([], 40) | {"seen_number": 1}
    for index, (rule, title) in enumerate(zip(current.rules.tasks, ("Veilig tillen", "Reflectie"), strict=True)):
        form |= {
            f"tasks-{index}-task_id": str(rule.task_id),
            f"tasks-{index}-title": title,
            f"tasks-{index}-points": rule.points,
            f"tasks-{index}-confirmation": rule.confirmation.value,
        }
    saved = teacher.post("setup", form | {"publish": "1"})
    assert saved.status_code == 303, saved.get_data(as_text=True)
    return items


def rules_of(site: Site, external_id: str) -> Any:
    with site.tool.db.reading() as tx:
        context = tx.execute(
            select(Context).where(Context.external_context_id == f"context:{external_id}")
        ).scalar_one_or_none()
        current = current_rules(tx, context.id) if context else None
        return (current.rules, task_texts(tx, context.id), context.id) if current and context else None


def notice(site: Site, **changes: Any) -> str:
    issued = int(site.clock.now().timestamp())
    payload = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "iat": issued,
        "exp": issued + 3600,
        "nonce": "n",
        VERSION: "1.3.0",
        DEPLOYMENT_ID: launch.DEPLOYMENT_ID,
        NOTICE: {"id": "notice-1", "timestamp": site.clock.now().isoformat(), "type": "LtiContextCopyNotice"},
        CONTEXT: COPY,
        ORIGIN_CONTEXTS: ["2"],
        **changes,
    }
    return platform_keys().sign(payload)


def send(site: Site, *tokens: str) -> int:
    body = json.dumps({"notices": [{"jwt": token} for token in tokens]})
    answer = site.client().post("/lti/notices", data=body, content_type="application/json", base_url=TOOL_URL)
    return answer.status_code


def test_copy_when_its_first_launch_names_the_origin_has_the_same_tasks_goal_and_badge(site: Site) -> None:
    items = set_up(site)

    learner = site.launch(
        context=COPY,
        roles=[LEARNER],
        sub="new learner",
        resource_link={"id": "copied-1", "title": "Veilig tillen"},
        custom=items[0]["custom"] | {"context_history": "9,2"},
    )

    rules, texts, context_id = rules_of(site, "77")
    assert [(texts[rule.task_id].title, rule.points, rule.confirmation.value) for rule in rules.tasks] == [
        ("Veilig tillen", 20, "reviewer"),
        ("Reflectie", 30, "platform"),
    ]
    assert rules.goal_points == 40
    origin, _texts, origin_id = rules_of(site, "2")
    assert rules.achievement is not None
    assert rules.achievement.achievement_id != origin.achievement.achievement_id
    assert {rule.task_id for rule in rules.tasks}.isdisjoint(rule.task_id for rule in origin.tasks)
    begun = learner.post("welcome")
    assert begun.location.endswith(f"/tasks/{rules.tasks[0].task_id}")
    with site.tool.db.reading() as tx:
        context = tx.get_one(Context, context_id)
        assert context.copied_from_id == origin_id
        gates = tx.execute(
            select(func.count())
            .select_from(Gate)
            .join(ContentItem, ContentItem.id == Gate.content_item_id)
            .where(ContentItem.context_id == context_id)
        ).scalar_one()
    assert gates == 2


def test_copy_when_another_school_issues_the_badge_of_the_origin_has_an_issuer_of_its_own(site: Site) -> None:
    """As it is where schools shared a registration before each deployment had its issuer."""
    set_up(site)
    with site.tool.db.transaction() as tx:
        elsewhere = make_deployment(tx, tx.execute(select(Registration)).scalar_one()).id
        tx.execute(update(IssuerProfile).values(deployment_id=elsewhere))

    site.launch(context=COPY, roles=[LEARNER], custom={"context_history": "2"})

    with site.tool.db.reading() as tx:
        issued_by = select(IssuerProfile.deployment_id).join(
            Achievement, Achievement.issuer_profile_id == IssuerProfile.id
        )
        places = {
            name: tx.execute(issued_by.where(Achievement.context_id == rules_of(site, name)[2])).scalar_one()
            for name in ("2", "77")
        }
        own = tx.execute(select(Deployment.id).where(Deployment.id != elsewhere)).scalar_one()
    assert places == {"2": elsewhere, "77": own}


def test_copy_of_a_copy_when_launched_finds_the_counterparts_of_the_first(site: Site) -> None:
    items = set_up(site)
    site.launch(context=COPY, roles=[INSTRUCTOR], custom={"context_history": "2"})

    second = {"id": "78", "title": "Kopie van de kopie"}
    site.launch(
        context=second,
        roles=[LEARNER],
        resource_link={"id": "copied-2", "title": "Veilig tillen"},
        custom=items[0]["custom"] | {"context_history": "77,2"},
    )

    rules, _texts, context_id = rules_of(site, "78")
    with site.tool.db.reading() as tx:
        item = tx.execute(
            select(ContentItem).where(
                ContentItem.context_id == context_id, ContentItem.task_id == rules.tasks[0].task_id
            )
        ).scalar_one()
        assert str(item.copied_from_id) == items[0]["custom"]["mijlpaal_item"]
        assert tx.get_one(Context, context_id).copied_from_id == rules_of(site, "77")[2]


def test_course_when_it_has_rules_of_its_own_is_not_overwritten(site: Site) -> None:
    set_up(site)
    teacher = site.launch(context=COPY, roles=[INSTRUCTOR])
    teacher.post("setup", setup_form([("Eigen opdracht", 5)], 5) | {"publish": "1"})

    site.launch(context=COPY, roles=[INSTRUCTOR], custom={"context_history": "2"})

    rules, texts, _context_id = rules_of(site, "77")
    assert [texts[rule.task_id].title for rule in rules.tasks] == ["Eigen opdracht"]


def test_launch_when_it_names_a_course_that_is_not_known_changes_nothing(site: Site) -> None:
    set_up(site)

    site.launch(context=COPY, roles=[INSTRUCTOR], custom={"context_history": "unknown, ,77"})

    assert rules_of(site, "77") is None


def test_notice_when_a_course_is_copied_sets_up_the_copy_before_anybody_launches(site: Site) -> None:
    set_up(site)

    assert send(site, notice(site)) == 204
    drain(site.tool)

    rules, texts, _context_id = rules_of(site, "77")
    assert [texts[rule.task_id].title for rule in rules.tasks] == ["Veilig tillen", "Reflectie"]


def test_notice_when_the_place_is_closed_sets_up_the_copy_all_the_same(sqlite_site: Site) -> None:
    set_up(sqlite_site)
    with sqlite_site.tool.db.transaction() as tx:
        hold(tx, None, tx.execute(select(Deployment.id)).scalar_one())

    assert send(sqlite_site, notice(sqlite_site)) == 204
    drain(sqlite_site.tool)

    rules, texts, _context_id = rules_of(sqlite_site, "77")
    assert [texts[rule.task_id].title for rule in rules.tasks] == ["Veilig tillen", "Reflectie"]


def test_notice_when_it_is_replayed_is_taken_once(site: Site) -> None:
    set_up(site)
    token = notice(site)

    send(site, token, token)
    send(site, token)
    while drain(site.tool):
        pass

    rules, _texts, _context_id = rules_of(site, "77")
    assert len(rules.tasks) == 2
    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(PlatformNotice)).scalar_one() == 1


def test_notice_when_its_signature_is_of_another_key_does_nothing_and_tells_nothing(site: Site) -> None:
    set_up(site)
    payload = notice(site).split(".")[1]
    forged = notice(site).rsplit(".", 1)[0] + "." + platform_keys("second").sign({}).rsplit(".", 1)[1]

    assert payload in forged
    assert send(site, forged, "not a token", "") == 204
    while drain(site.tool):
        pass

    assert rules_of(site, "77") is None


def test_notice_when_it_is_no_json_or_far_too_many_is_refused(sqlite_site: Site) -> None:
    post = sqlite_site.client().post
    for body in (b"", b"[]", b'{"notices": 1}', json.dumps({"notices": [{"jwt": "x"}] * 101}).encode()):
        answer = post("/lti/notices", data=body, content_type="application/json", base_url=TOOL_URL)
        assert answer.status_code == 400, body


def test_teacher_when_they_open_a_copy_is_told_once_where_it_came_from(site: Site) -> None:
    set_up(site)
    teacher = site.launch(context=COPY, roles=[INSTRUCTOR], custom={"context_history": "2"})

    told = teacher.get("setup").get_data(as_text=True)
    assert "Deze cursus is een kopie." in told
    assert "Digitale basis" in told
    assert "Deze cursus is een kopie." in teacher.get("participants").get_data(as_text=True)
    assert teacher.post("copied/seen").status_code == 303

    assert "Deze cursus is een kopie." not in teacher.get("setup").get_data(as_text=True)
    origin = site.launch(roles=[INSTRUCTOR])
    assert "Deze cursus is een kopie." not in origin.get("setup").get_data(as_text=True)


@pytest.mark.parametrize("claim", ["iss", "aud"])
@pytest.mark.parametrize("odd", ["\0", "\ud800"])
def test_notices_when_one_names_what_no_database_keeps_leave_the_others_alone(site: Site, claim: str, odd: str) -> None:
    assert send(site, notice(site, **{claim: f"x{odd}"}), notice(site)) == 204

    with site.tool.db.reading() as tx:
        assert tx.execute(select(PlatformNotice.external_notice_id)).scalars().all() == ["notice-1"]


def test_notices_when_asking_for_them_is_cut_off_are_asked_for_again(
    sqlite_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_site.tool.db.transaction() as tx:
        deployment_id = tx.execute(select(Deployment.id)).scalar_one()
        key = {"deployment_id": deployment_id, "notice_type": "LtiContextCopyNotice"}
        tx.add(NoticeHandler(**key, service_url="https://lms.example/notices"))

    def stop(*_arguments: object, **_more: object) -> None:
        raise SystemExit

    monkeypatch.setattr(sqlite_site.tool.platform_http, "send", stop)
    with pytest.raises(SystemExit):
        ask_for_notices(sqlite_site.tool, deployment_id)

    with sqlite_site.tool.db.reading() as tx:
        assert tx.execute(select(NoticeHandler.registered_at)).scalar_one() is None


@pytest.mark.parametrize(("product", "is_copied"), [("moodle", False), ("canvas", True), ("other", False)])
def test_earlier_courses_when_named_as_another_product_does_were_typed_and_copy_nothing(
    sqlite_site: Site, product: str, is_copied: bool
) -> None:
    set_up(sqlite_site)

    platform = {"guid": "school-1", "product_family_code": product}
    sqlite_site.launch(context=COPY, roles=[INSTRUCTOR], tool_platform=platform, custom={"previous_contexts": "1,2,3"})

    assert (rules_of(sqlite_site, "77") is not None) is is_copied


def test_launch_when_we_never_asked_the_platform_for_the_history_copies_nothing(site: Site) -> None:
    set_up(site, asked_for_history=False)

    site.launch(context=COPY, roles=[INSTRUCTOR], custom={"context_history": "1,2,3,4,5"})

    assert rules_of(site, "77") is None
