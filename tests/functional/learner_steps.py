"""A learner at their pages: entering a course, and looking and pressing as a browser would."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from html import unescape

from jinja2 import StrictUndefined

from config.ids import new_id
from gamification.remarks import Praise
from lti_tool.reviewing import praise_learner, take_back
from tests.factories.launch import LEARNER
from tests.functional.classroom import TEACHER, Classroom, words_in
from tests.functional.conftest import Launched


@dataclass
class Pupil:
    """A learner in a classroom."""

    room: Classroom
    browser: Launched
    id: uuid.UUID

    def page(self, path: str) -> str:
        """Return what the learner gets, which must be a page."""
        response = self.browser.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response.get_data(as_text=True)

    def text(self, path: str) -> str:
        return words_in(self.page(path))

    def work(self, task_id: uuid.UUID) -> dict[str, str]:
        """Return the hidden fields of the form in which work is sent, as the page drew them."""
        found = re.search(r'name="hand_in_id" value="([^"]*)"', self.page(f"tasks/{task_id}"))
        assert found
        return {"hand_in_id": found.group(1)}

    def praise(self, praise: Praise) -> None:
        self.room.site.clock.advance(seconds=1)
        with self.room.site.tool.db.transaction() as tx:
            praise_learner(
                tx,
                context_id=self.room.context_id,
                person_id=self.id,
                author_id=self.room.person_of(TEACHER.value),
                role=TEACHER,
                praise=praise,
                now=self.room.now,
            )

    def take_back(self, task_id: uuid.UUID, reason: str) -> None:
        self.room.site.clock.advance(seconds=1)
        with self.room.site.tool.db.transaction() as tx:
            take_back(
                tx,
                context_id=self.room.context_id,
                person_id=self.id,
                task_id=task_id,
                actor_id=self.room.person_of(TEACHER.value),
                role=TEACHER,
                reason=reason,
                request_id=new_id(),
                now=self.room.now,
            )


def enter(room: Classroom, name: str = "Zoe") -> Pupil:
    """Let a learner open the course and read the welcome. Templates may not use a name that nobody gave them."""
    room.site.app.jinja_env.undefined = StrictUndefined
    browser = room.site.launch(roles=[LEARNER], sub=name, name=name, given_name=name, family_name="")
    browser.post("welcome")
    return Pupil(room, browser, room.person_of(name))


def item_of(page: str, task_id: uuid.UUID) -> str:
    """Return what a reader reads of one task in a list."""
    items = re.findall(r'<li class="task.*?</li>', page, re.S)
    [item] = [item for item in items if f'id="task-{task_id}"' in item]
    return words_in(item)


def typed_in(page: str, field: str) -> str:
    """Return what stands in a field, an area or a line."""
    area = re.search(rf'<textarea[^>]* id="{field}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    line = re.search(rf'<input[^>]* id="{field}"[^>]* value="([^"]*)"', page)
    found = area or line
    assert found, field
    return unescape(found.group(1))
