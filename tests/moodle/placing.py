"""What a teacher does in Moodle to place things by deep linking, and to restrict a link afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Frame, Locator, Page, expect

from tests.e2e import acts
from tests.e2e.conftest import picture
from tests.moodle.conftest import MOODLE_URL, RunningTool, settled


@dataclass(frozen=True)
class NewTask:
    """A line of the page on which a teacher chooses; `native` is an assignment of the course itself."""

    title: str
    points: int
    is_native: bool = False
    confirmation: str = ""


def begin_to_choose(page: Page, tool: RunningTool, course: str) -> Frame:
    """Add the tool to the course, and let it show what it has."""
    page.goto(f"{MOODLE_URL}/course/modedit.php?add=lti&course={course}&section=1&typeid={tool.deployment_id}")
    return choose_content(page, tool)


def choose_content(page: Page, tool: RunningTool) -> Frame:
    """Press "Select content" on the form of an activity, and wait for our page in Moodle's dialog."""
    settled(page)
    page.locator("#id_selectcontent").click()
    for _ in range(300):
        for frame in page.frames:
            if frame.url.startswith(f"{tool.url}/s/") and "/choose" in frame.url:
                frame.locator("main h1").wait_for()
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def pick(view: Frame, *names: str) -> None:
    """Tick what there is, by its name."""
    for name in names:
        view.get_by_label(name, exact=False).first.check()


def write_tasks(view: Frame, tasks: Sequence[NewTask], *, goal: int | None = None) -> None:
    """Write new tasks, one on each line; an empty course begins with a line that is not needed then."""
    for remove in view.locator("button[name=remove]").all():
        acts.turn_page(view, remove)
    for index, task in enumerate(tasks):
        kind = "native" if task.is_native else "own"
        acts.turn_page(view, view.locator(f"button[name=add][value={kind}]"))
        view.locator(f"[name=tasks-{index}-title]").fill(task.title)
        view.locator(f"[name=tasks-{index}-points]").fill(str(task.points))
        if task.confirmation:
            choice = view.locator(f"[name=tasks-{index}-confirmation][value={task.confirmation}]")
            if not choice.is_visible():
                view.locator(f"details:has([name=tasks-{index}-confirmation]) summary").click()
            choice.check()
    if goal is not None:
        view.locator("[name=goal_points]").fill(str(goal))


def place(page: Page, view: Frame) -> list[str]:
    """Place what was chosen and save what Moodle makes of it; returns the names that Moodle showed of several."""
    view.locator("main button[name=place]:not([tabindex='-1'])").click()
    page.locator(".modal.show").wait_for(state="detached")
    settled(page)
    several = page.locator("[data-attribute=dynamic-import] li")
    if several.count():
        names = [one.strip() for one in page.locator("[data-attribute=dynamic-import] li strong").all_inner_texts()]
        picture(page, "moodle-deep-linking-several")
        page.locator("#id_submitbutton2").click()
        page.wait_for_url(re.compile(r"/course/view\.php"))
        return names
    page.locator("#id_submitbutton2").click()
    page.wait_for_url(re.compile(r"/course/view\.php"))
    return []


def activities(page: Page, course: str) -> dict[str, str]:
    """Return the ids of the activities of the course by their names."""
    page.goto(f"{MOODLE_URL}/course/view.php?id={course}")
    settled(page)
    found = {}
    for one in page.locator("li.activity[data-id]").all():
        name = one.locator("[data-activityname]").first.get_attribute("data-activityname") or ""
        found[name] = one.get_attribute("data-id") or ""
    return found


def edit_activity(page: Page, activity: str) -> None:
    """Open the settings of an activity with all that is folded."""
    page.goto(f"{MOODLE_URL}/course/modedit.php?update={activity}")
    settled(page)
    page.evaluate("document.querySelectorAll('fieldset .collapse').forEach(part => part.classList.add('show'))")


def save_activity(page: Page) -> None:
    """Save the settings and go back to the course."""
    page.locator("#id_submitbutton2").click()
    page.wait_for_url(re.compile(r"/course/view\.php"))


def keep_for_staff(page: Page, link: str) -> None:
    """Close a link to everybody but staff, whom no restriction stops.

    Hidden alone is not enough: a link without any restriction lists everybody, whoever can see it (Moodle 4.5.6).
    """
    part = _restriction(page, link, "date")
    part.locator("select[name=direction]").select_option("<")
    page.select_option("#id_visible", "0")
    picture(page, "moodle-gate-for-staff")
    _save_restriction(page)


def restrict_to_complete(page: Page, link: str, assignment: str) -> None:
    """Restrict a link to those who have completed an assignment."""
    part = _restriction(page, link, "completion")
    part.locator("select[name=cm]").select_option(label=assignment)
    picture(page, "moodle-gate-restriction")
    _save_restriction(page)


def restrict_to_grade(page: Page, link: str, assignment: str, at_least: int) -> None:
    """Restrict a link to those who have a grade that is high enough, in percent."""
    part = _restriction(page, link, "grade")
    part.locator("select[name=id]").select_option(label=assignment)
    part.locator("input[name=min]").check()
    part.locator("input[name=minval]").press_sequentially(str(at_least))  # its scripts look at keys
    _save_restriction(page)


def _restriction(page: Page, link: str, kind: str) -> Locator:
    edit_activity(page, link)
    page.locator(".availability-field .availability-button button").click()
    page.locator(f"#availability_addrestriction_{kind}").click()
    part = page.locator(f".availability-field .availability_{kind}")
    expect(part).to_be_visible()
    return part


def _save_restriction(page: Page) -> None:
    """Save once Moodle's scripts have taken over what was typed: until then they keep that something is missing."""
    page.wait_for_function(
        "() => { const kept = JSON.parse(document.querySelector('[name=availabilityconditionsjson]').value || '{}');"
        " return kept.c?.length === 1 && !kept.errors; }"
    )
    save_activity(page)


def add_page(page: Page, course: str, name: str) -> str:
    """Add a page that participants mark as done themselves; returns its id."""
    page.goto(f"{MOODLE_URL}/course/modedit.php?add=page&course={course}&section=1")
    settled(page)
    page.fill("#id_name", name)
    page.evaluate("document.querySelectorAll('fieldset .collapse').forEach(part => part.classList.add('show'))")
    page.evaluate(
        "text => { const editor = window.tinymce?.get('id_page'); if (editor) editor.setContent(text);"
        " document.querySelector('#id_page').value = text; }",
        f"<p>{name}</p>",
    )
    page.locator("input[name=completion][value='1']").check()
    save_activity(page)
    return activities(page, course)[name]


def add_assignment(page: Page, course: str, name: str) -> str:
    """Add an assignment with a grade up to 100; returns its id."""
    page.goto(f"{MOODLE_URL}/course/modedit.php?add=assign&course={course}&section=1")
    settled(page)
    page.fill("#id_name", name)
    save_activity(page)
    return activities(page, course)[name]
