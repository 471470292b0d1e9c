"""What people do on the pages of the tool, in whatever window or frame these are: shared by the demo and a real LMS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Frame, Locator, Page, expect

View = Frame | Page


@dataclass(frozen=True)
class PlannedTask:
    """A task as the teacher types it."""

    title: str
    points: int
    is_reviewed: bool = False
    is_bonus: bool = False
    instructions: str = ""


RULES = PlannedTask("Lees de veiligheidsregels", 20, instructions="Lees **drie** regels:\n\n- helm\n- schoenen\n- bril")
QUIZ = PlannedTask("Doe de quiz over de helm", 25)
TIDY = PlannedTask("Ruim je werkplek op", 15, is_reviewed=True)
HELP = PlannedTask("Help een nieuwe collega", 10, is_bonus=True)
TASKS = (RULES, QUIZ, TIDY, HELP)
GOAL = 45
BADGE = "Veilig werken"
CRITERIA = "Je hebt de regels gelezen. Je hebt je helm gedragen."


def turn_page(view: View, control: Locator) -> None:
    """Click what leads to another page, and wait until that one is there and loaded.

    The page before has a heading and a status too, and while a page loads the browser takes the keyboard to the place
    that the address names: who types faster than that, as a program does, loses letters.
    """
    view.evaluate("document.documentElement.dataset.left = 'yes'")
    control.click()
    view.locator("html:not([data-left]) main h1").wait_for()
    view.wait_for_load_state()


def open_menu(view: View) -> None:
    """Open the menu of those who teach, where it is closed: on a narrow screen the pages stand in it."""
    menu = view.locator("nav details:not([open]) > summary")
    if menu.is_visible():
        menu.click()


def go(view: View, where: str) -> None:
    """Follow a link of the navigation."""
    open_menu(view)
    turn_page(view, view.locator(f"nav a[href*='/{where}']").first)


def press(view: View, button: str) -> None:
    """Press a visible button; the hidden one for the Enter key has the same name."""
    turn_page(view, view.locator(f"main button{button}:not([tabindex='-1'])").first)


def publish(
    view: View,
    *,
    preset: str = "empty",
    tasks: Sequence[PlannedTask] = TASKS,
    goal: int = GOAL,
    badge: str = BADGE,
    columns: str = "one",
) -> None:
    """Go through the guided start and publish."""
    view.locator(f"input[name=preset][value={preset}]").check()
    press(view, "[name=go][value='2']")
    for index, task in enumerate(tasks):
        if view.locator(f"[name=tasks-{index}-title]").count() == 0:
            press(view, "[name=add]")
        fill_task(view, index, task)
    press(view, "[name=go][value='3']")
    view.locator("[name=goal_points]").fill(str(goal))
    view.locator("[name=badge_name]").fill(badge)
    view.locator("[name=badge_criteria]").fill(CRITERIA if badge else "")
    view.locator(f"input[name=columns][value={columns}]").check()
    press(view, "[name=publish]")
    expect(view.locator("[role=status]").first).to_be_visible()


def fill_task(view: View, index: int, task: PlannedTask) -> None:
    """Type a task on its line, and open what is folded where it is needed."""
    view.locator(f"[name=tasks-{index}-title]").fill(task.title)
    view.locator(f"[name=tasks-{index}-points]").fill(str(task.points))
    if not (task.is_reviewed or task.is_bonus or task.instructions):
        return
    more = view.locator(f"details:has([name=tasks-{index}-instructions])")
    if more.get_attribute("open") is None:
        more.locator("summary").click()
    view.locator(f"[name=tasks-{index}-instructions]").fill(task.instructions)
    if task.is_bonus:
        view.locator(f"[name=tasks-{index}-kind][value=bonus]").check()
    if task.is_reviewed:
        view.locator(f"[name=tasks-{index}-confirmation][value=reviewer]").check()


def begin(view: View) -> None:
    """Read the welcome and begin."""
    turn_page(view, view.locator("form[action$='/welcome'] button"))
    expect(view.locator("main h1")).to_have_text(re.compile("Vandaag|Today"))


def finish(view: View, task: PlannedTask) -> None:
    """Say "Dit heb ik gedaan" of a task, from the route."""
    go(view, "route")
    label = view.locator("[id^=task-]", has_text=task.title).first.get_attribute("id")
    turn_page(view, view.locator(f"form:has(button[aria-describedby='{label}']) button"))
    expect(view.locator("#status")).to_contain_text(task.title)


def open_task(view: View, task: PlannedTask) -> None:
    """Open the page of a task from the route."""
    go(view, "route")
    turn_page(view, view.locator("a[id^=task-]", has_text=task.title).first)
    expect(view.locator("main h1")).to_contain_text(task.title)


def hand_in(view: View, task: PlannedTask, text: str, link: str = "") -> None:
    """Send work for a task."""
    open_task(view, task)
    view.locator("[name=text]").fill(text)
    view.locator("[name=link]").fill(link)
    turn_page(view, view.locator("form:has([name=hand_in_id]) button"))
    expect(view.locator("#status")).to_be_visible()


def open_person(view: View, name: str) -> None:
    """Open the page of a participant."""
    go(view, "participants")
    turn_page(view, view.get_by_role("link", name=name).first)
    expect(view.locator("main h1")).to_contain_text(name)


def review(view: View, name: str, outcome: str, *, remark: str = "", praise: str = "") -> None:
    """Judge the work of this learner that waits."""
    go(view, "reviews")
    turn_page(view, view.locator("main a[href*='/reviews/']", has_text=name).first)
    view.locator("[name=remark]").fill(remark)
    if praise:
        view.locator(f"[name=praise][value={praise}]").check()
    turn_page(view, view.locator(f"button[name=outcome][value={outcome}]"))
    expect(view.locator("[role=status]").first).to_be_visible()


def give(view: View, name: str, task: PlannedTask, reason: str) -> None:
    """Give a participant the points of a task by hand."""
    _decide(view, name, "/award", task, reason)


def take_back(view: View, name: str, task: PlannedTask, reason: str) -> None:
    """Take the points of a task back."""
    _decide(view, name, "/take-back", task, reason)


def _decide(view: View, name: str, action: str, task: PlannedTask, reason: str) -> None:
    open_person(view, name)
    form = view.locator(f"form[action*='{action}']")
    option = form.locator("select[name=task_id] option", has_text=task.title)
    form.locator("select[name=task_id]").select_option(value=option.first.get_attribute("value"))
    form.locator("[name=reason]").fill(reason)
    turn_page(view, form.locator("button"))
    expect(view.locator("#status")).to_be_visible()


def begin_on(view: View) -> None:
    """Read the welcome and begin, wherever that leads."""
    turn_page(view, view.locator("form[action$='/welcome'] button"))
    expect(view.locator("form[action$='/welcome']")).to_have_count(0)


def design_badge(
    view: View,
    *,
    type: str,
    shape: str,
    colour: str,
    symbol: str,
    level: str,
    description: str = "",
    alt: str = "",
    proof_kind: str = "",
) -> None:
    """Fill in what the badge is and how it looks, on the set-up page, and see the picture that comes of it."""
    view.locator(f"[name=badge_type][value={type}]").check()
    if description:
        view.locator("[name=badge_description]").fill(description)
    if proof_kind:
        _unfold(view, "badge_proof_kind")
        view.locator(f"[name=badge_proof_kind][value={proof_kind}]").check()
        view.locator("[name=badge_entitled]").set_checked(proof_kind != "own-certificate")
    _unfold(view, "badge_shape")
    for name, value in {"shape": shape, "colour": colour, "symbol": symbol, "level": level}.items():
        view.locator(f"[name=badge_{name}][value='{value}']").check()
    button = view.locator("[name=show_badge]")
    if button.is_visible():  # without scripts
        turn_page(view, button)
    expect(view.locator(f"img.badge-large[src*='{shape}.{colour}.{symbol}.{level}-']")).to_have_attribute(
        "alt", re.compile(r"\w")
    )
    if alt:
        view.locator("[name=badge_alt]").fill(alt)


def describe_badge(view: View, **design: str) -> None:
    """Design the badge of a course that has one, with the words of `design_badge`, and publish."""
    if view.locator("[name=badge_type]").count() == 0:
        go(view, "setup")
    design_badge(view, **design)
    press(view, "[name=publish]")
    expect(view.locator("[role=status]").first).to_be_visible()


def _unfold(view: View, field: str) -> None:
    folded = view.locator(f"details:has([name={field}])")
    if folded.get_attribute("open") is None:
        folded.locator("summary").first.click()


def open_celebration(view: View) -> None:
    """Follow the message about a new badge, on Today or on the route."""
    turn_page(view, view.locator("main a[href$='/celebrate']").first)
    expect(view.locator("main h1")).to_have_text(re.compile("Gelukt!|You did it!"))


def open_badge(view: View, name: str) -> None:
    """Open the page of a badge of one's own."""
    go(view, "badges")
    turn_page(view, view.locator("main").get_by_role("link", name=name).first)
    expect(view.locator("main h1")).to_contain_text(name)


def share(view: View, *, shows_name: bool = False) -> str:
    """Share the badge whose page this is, or keep another choice about the name, and return its address."""
    form = view.locator("form[action$='/share']")
    form.locator("[name=shows_name]").set_checked(shows_name)
    turn_page(view, form.locator("button"))
    return view.locator("a[data-address]").get_attribute("href") or ""


def stop_sharing(view: View) -> None:
    """Make the badge whose page this is private again."""
    turn_page(view, view.locator("form[action$='/stop-sharing'] button"))
    expect(view.locator("a[data-address]")).to_have_count(0)


def take_badge_back(view: View, reason: str) -> None:
    """Take the badge back of the participant whose page this is."""
    _decide_about_badge(view, "#take-badge-back", reason)


def give_badge(view: View, reason: str) -> None:
    """Give the badge by hand to the participant whose page this is, or give it again."""
    _decide_about_badge(view, "#give-badge", reason)


def _decide_about_badge(view: View, section: str, reason: str) -> None:
    form = view.locator(f"{section} form")
    form.locator("[name=reason]").fill(reason)
    turn_page(view, form.locator("button"))
    expect(view.locator("#status")).to_contain_text("badge")


def report(view: View, text: str, contact: str = "") -> None:
    """Say on the public page of a badge that something is not right."""
    turn_page(view, view.locator(".public-report a"))
    view.locator("[name=text]").fill(text)
    view.locator("[name=contact]").fill(contact)
    turn_page(view, view.locator("form:has([name=text]) button"))
    expect(view.locator("main h1")).to_have_text(re.compile("Bedankt|Dank|Thank you"))
