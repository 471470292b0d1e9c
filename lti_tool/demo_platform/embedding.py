"""Where the things go that a tool returned for a text, or as work handed in."""

from __future__ import annotations

from dataclasses import replace

from lti_tool.demo_platform.canvas_places import HOMEWORK
from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.deep_linking_answer import DeepLinkingAnswer
from lti_tool.demo_platform.embedded import LINK, EmbeddedItem
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.restrictions import Visibility


def keep_embedded(platform: Platform, course: Course, answer: DeepLinkingAnswer) -> None:
    """Keep each thing where it was asked for; a link of LTI gets an activity that only its address leads to."""
    session = answer.session
    for item in answer.embedded:
        kept = _with_activity(platform, course, answer, item)
        if session.place == HOMEWORK and session.assignment_id is not None:
            platform.embedded.hand_in(session.assignment_id, session.user_id, kept)
        else:
            platform.embedded.put_on_page(course.id, kept)


def _with_activity(platform: Platform, course: Course, answer: DeepLinkingAnswer, item: EmbeddedItem) -> EmbeddedItem:
    if item.kind != LINK:
        return item
    activity = Placement(
        id="",
        title=item.title,
        is_graded=False,
        custom_text=item.custom_text,
        course_id=course.id,
        tool_id=answer.tool.id,
        text=item.text,
        url=item.url,
        visibility=Visibility.STEALTH,
    )
    return replace(item, placement_id=platform.placements.put(activity, None).id)
