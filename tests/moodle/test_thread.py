"""The thread on a real Moodle: registered by hand, launched by three roles, the grade in Moodle's own gradebook."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Browser, expect

from badges.openbadges.verify import verify
from tests.e2e import acts
from tests.e2e.conftest import picture
from tests.moodle.conftest import COURSE, MOODLE_URL, RunningTool, add_activity, log_in, open_tool

TASKS = [
    acts.PlannedTask("Lees de veiligheidsregels", 20),
    acts.PlannedTask("Doe de quiz over de helm", 25),
    acts.PlannedTask("Ruim je werkplek op", 15),
]
BADGE = "Veilig werken"


def test_thread_when_played_on_a_real_moodle_ends_in_its_gradebook(browser: Browser, tool: RunningTool) -> None:
    teacher_context = log_in(browser, "t1")
    teacher_page = teacher_context.new_page()
    activity = add_activity(teacher_page, tool)
    teacher = open_tool(teacher_page, tool, activity)
    acts.publish(teacher, tasks=TASKS, badge=BADGE)
    picture(teacher_page, "moodle-teacher")

    learner_context = log_in(browser, "s1")
    learner_page = learner_context.new_page()
    learner = open_tool(learner_page, tool, activity)
    acts.begin(learner)
    acts.finish(learner, TASKS[0])
    acts.finish(learner, TASKS[1])
    expect(learner.locator("main")).to_contain_text(BADGE)
    to_badge = learner.get_by_role("link", name=re.compile("Bewaar mijn badge|Keep my badge"))
    expect(to_badge).to_be_visible(timeout=30_000)
    picture(learner_page, "moodle-learner")
    acts.turn_page(learner, to_badge)
    keep = learner.locator("a[href$='/credential.json']").first
    with learner_page.expect_download() as download:
        keep.click()
    document = download.value.path().read_bytes()
    assert verify(document).achievement_name == BADGE
    identifier = json.loads(document)["credentialSubject"]["identifier"][0]
    assert identifier["identityType"] == "emailAddress"

    report = f"{MOODLE_URL}/grade/report/user/index.php?id={COURSE}"
    for _ in range(60):
        learner_page.goto(report)
        row = learner_page.locator("tr", has_text=tool.name).first
        if row.count() and re.search(r"\b75[.,]00\b", row.inner_text()):
            break
        learner_page.wait_for_timeout(500)
    text = row.inner_text()
    picture(learner_page, "moodle-gradebook")
    assert re.search(r"\b75[.,]00\b", text), text
    assert "60" in text
    assert BADGE in text

    assistant_context = log_in(browser, "a1")
    assistant_page = assistant_context.new_page()
    assistant = open_tool(assistant_page, tool, activity)
    expect(assistant.locator("main")).to_contain_text(re.compile("45|Participants|Deelnemers"))
    picture(assistant_page, "moodle-non-editing-teacher")
    print(f"non-editing teacher arrives at {assistant.url.rpartition('/')[2]}")
    for context in (teacher_context, learner_context, assistant_context):
        context.close()
