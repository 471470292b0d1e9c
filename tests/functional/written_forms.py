"""The forms in which people write texts, as a browser meets them: opened, filled in, and sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from werkzeug.test import TestResponse

from tests.factories.launch import TOOL_URL
from tests.functional.badge_acts import reach_goal
from tests.functional.classroom import open_classroom
from tests.functional.conftest import Site
from tests.functional.learner_steps import enter
from tests.functional.public_badges import earn, open_room
from tests.functional.test_choosing import choosing


@dataclass
class WrittenForm:
    """A form of a page. `longest` holds what the hint of each text of several lines says, None where it says nothing.

    `cut_at` holds where a browser would cut what is pasted.
    """

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    longest: dict[str, int | None] = field(default_factory=dict)
    cut_at: dict[str, str] = field(default_factory=dict)
    read_only: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Reads the forms that a browser would send, each with what is ticked and chosen; of buttons the first."""

    def __init__(self) -> None:
        super().__init__()
        self.form = WrittenForm()
        self.forms: list[WrittenForm] = []
        self._writes_to: str | None = None
        self._select = ""
        self._hint = ""
        self._hints: dict[str, str] = {}
        self._described: list[tuple[WrittenForm, str, list[str]]] = []

    def find_lengths(self) -> None:
        """Take the lengths out of the hints that the texts name."""
        for form, name, ids in self._described:
            said = re.search(r"Hoogstens (\d+) tekens\.", " ".join(self._hints.get(one, "") for one in ids))
            form.longest[name] = int(said[1]) if said else None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form":
            self.form = WrittenForm(urlsplit(has.get("action") or "").path)
            self.forms.append(self.form)
        elif has.get("class") == "hint":
            self._hint = has.get("id") or ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and value:
            self.form.fields.setdefault(self._select, value)
        elif tag == "textarea":
            self.form.longest |= {name: None} if name else {}
            self.form.cut_at |= {name: has["maxlength"] or ""} if "maxlength" in has else {}
            self._described += [(self.form, name, (has.get("aria-describedby") or "").split())] if name else []
            self.form.read_only += [] if name else [""]
            self.form.fields |= {name: ""} if name else {}
            self._writes_to = name
        elif tag == "input" and name and (has.get("type") not in {"radio", "checkbox"} or "checked" in has):
            self.form.fields[name] = value
            self.form.cut_at |= {name: has["maxlength"] or ""} if "maxlength" in has else {}
        elif tag == "button" and name == "outcome":
            self.form.fields.setdefault(name, value)

    def handle_data(self, data: str) -> None:
        if self._hint:
            self._hints[self._hint] = self._hints.get(self._hint, "") + data
        if self._writes_to:
            self.form.fields[self._writes_to] += data
        elif self._writes_to == "":
            self.form.read_only[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._writes_to = None
        elif tag == "select":
            self._select = ""
        elif tag == "p":
            self._hint = ""
        elif tag == "form":
            self.form = WrittenForm()


def forms_in(page: str) -> list[WrittenForm]:
    """Return the forms of a page that have room for texts."""
    return [form for form in all_forms_in(page) if form.longest]


def all_forms_in(page: str) -> list[WrittenForm]:
    """Return every form of a page."""
    reader = _Reader()
    reader.feed(page)
    reader.find_lengths()
    return reader.forms


def texts_to_copy(page: str) -> list[str]:
    """Return what stands on a page in boxes that can be read and not written in."""
    reader = _Reader()
    reader.feed(page)
    return [text.removeprefix("\n") for text in reader.form.read_only]


@dataclass
class Desk:
    """Somebody at a page where they write. `pressed` is the button that makes room, `typed` what they began with."""

    site: Site
    browser: FlaskClient
    path: str
    pressed: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def page(self) -> str:
        page = self.browser.get(self.path, base_url=TOOL_URL)
        assert page.status_code == 200, page.status_code
        if self.pressed:
            token = next(form.fields["csrf_token"] for form in all_forms_in(page.get_data(as_text=True)))
            page = self.browser.post(self.path, data={"csrf_token": token} | self.pressed, base_url=TOOL_URL)
        return page.get_data(as_text=True)

    def forms(self) -> list[WrittenForm]:
        found = forms_in(self.page())
        assert found
        for form in found:
            form.fields |= self.typed
        return found

    def send(self, form: WrittenForm, /, **texts: str) -> TestResponse:
        return self.browser.post(form.action or self.path, data=form.fields | texts, base_url=TOOL_URL)


def hand_in(site: Site) -> Desk:
    room = open_classroom(site)
    pupil = enter(room)
    return Desk(site, pupil.browser.client, pupil.browser.url(f"tasks/{room.report}"))


def review(site: Site) -> Desk:
    room = open_classroom(site)
    work = room.hand_in(room.learner("Zoë"))
    return Desk(site, room.teacher.client, room.teacher.url(f"reviews/{work}"))


def participant(site: Site) -> Desk:
    """Points to give, points to take back, and a badge to give by hand."""
    room = open_classroom(site)
    person_id = room.learner("Zoë")
    room.finish(person_id, room.read)
    return Desk(site, room.teacher.client, room.teacher.url(f"participants/{person_id}"))


def badge(site: Site) -> Desk:
    room = open_classroom(site)
    award_id = reach_goal(enter(room))
    return Desk(site, room.teacher.client, room.teacher.url(f"badges-of-course/{award_id}"))


def set_up(site: Site) -> Desk:
    room = open_classroom(site)
    return Desk(site, room.teacher.client, room.teacher.url("setup"))


def choice(site: Site) -> Desk:
    open_classroom(site)
    teacher = choosing(site)
    a_task = {"tasks-0-title": "Help elkaar", "tasks-0-points": "5"}
    return Desk(site, teacher.client, teacher.url("choose"), pressed={"add": "own"}, typed=a_task)


def report(site: Site) -> Desk:
    """What a stranger writes about a badge: nobody is known, and no session can end."""
    held = earn(open_room(site))
    held.share()
    return Desk(site, site.client(), f"/badges/{held.id}/report")


BEHIND_LAUNCH: tuple[Callable[[Site], Desk], ...] = (hand_in, review, participant, badge, set_up, choice)
EVERYWHERE = (*BEHIND_LAUNCH, report)


def sit_down(make: Callable[[Site], Desk], site: Site) -> Desk:
    """Open the page. Templates may not use a name that nobody gave them."""
    site.app.jinja_env.undefined = StrictUndefined
    return make(site)
