"""Where a teacher lets a tool choose what is added to the course, and where the tool sends what was chosen.

https://www.imsglobal.org/spec/lti-dl/v2p0
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, request, url_for

from lti_tool.demo_platform.canvas_places import HOMEWORK
from lti_tool.demo_platform.content_items import ContentItem
from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.deep_linking_answer import AnswerRefused, DeepLinkingAnswer, take_answer
from lti_tool.demo_platform.embedding import keep_embedded
from lti_tool.demo_platform.line_item import LineItemFields
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.scopes import LINE_ITEM
from lti_tool.demo_platform.tool_frame import render_tool_page
from lti_tool.demo_platform.tools import BY_ADDRESS, Tool
from lti_tool.demo_platform.visitors import get_course_editor, get_course_member, get_placement, get_tool_of


def deep_linking_pages(platform: Platform) -> Blueprint:
    """Build the pages: choosing something new, choosing again for an activity, and the return address."""
    pages = Blueprint("deep_linking", __name__)

    @pages.get("/as/<key>/courses/<course_id>/deep-linking")
    def choose(key: str, course_id: str) -> Response:
        person, course = get_course_editor(platform, key, course_id)
        tool = platform.tools.find(request.args.get("tool", 0, int))
        if tool is None or not tool.active or not tool.deep_linking_url:
            abort(404)
        src = url_for("launch.begin_deep_linking", key=key, course_id=course.id, tool=tool.id, lang=_lang())
        return render_tool_page(
            platform,
            "demo_platform/deep_linking.html",
            tool=tool,
            person=person,
            course=course,
            name=tool.name,
            edited=None,
            src=src,
        )

    @pages.get("/as/<key>/activities/<placement_id>/deep-linking")
    def choose_again(key: str, placement_id: str) -> Response:
        placement = get_placement(platform, placement_id)
        person, course = get_course_editor(platform, key, placement.course_id)
        tool = get_tool_of(platform, placement, person)
        if not tool.deep_linking_url:
            abort(404)
        src = url_for("launch.begin_editing", key=key, placement_id=placement.id, lang=_lang())
        return render_tool_page(
            platform,
            "demo_platform/deep_linking.html",
            tool=tool,
            person=person,
            course=course,
            name=tool.name,
            edited=placement,
            src=src,
        )

    @pages.post("/as/<key>/courses/<course_id>/deep-linking/return")
    def take(key: str, course_id: str) -> Response:
        # Posted by a page of the tool: that it comes from another site is the point of it.
        secret, token = request.args.get("session", ""), request.form.get("JWT", "")
        # Learners hand work in; everything else is for who edits the course.
        get_visitor = get_course_member if platform.deep_links.place_of(secret) == HOMEWORK else get_course_editor
        person, course = get_visitor(platform, key, course_id)
        try:
            answer = take_answer(platform, secret, token, course_id=course.id, user_id=person.user_id)
        except AnswerRefused as refused:
            return render_page(
                platform.settings, "demo_platform/refused.html", person=person, status=400, reason=str(refused)
            )
        saved = save_content(platform, course, answer)
        keep_embedded(platform, course, answer)
        return render_page(
            platform.settings,
            "demo_platform/chosen.html",
            person=person,
            course=course,
            saved=saved,
            is_edited=_edited(platform, answer) is not None,
            embedded=answer.embedded,
            messages=[text for text in (answer.error_message, answer.message) if text],
        )

    return pages


def save_content(platform: Platform, course: Course, answer: DeepLinkingAnswer) -> list[Placement]:
    """Put what was chosen into the course; one item that answers for an activity takes its place."""
    edited = _edited(platform, answer)
    if edited is not None:
        return [_put_again(platform, edited, answer.items[0], answer.tool)]
    return [_put(platform, course, item, answer.tool) for item in answer.items]


def _edited(platform: Platform, answer: DeepLinkingAnswer) -> Placement | None:
    """Return the activity that is edited; several items at once are always new ones, as on Moodle."""
    if answer.session.placement_id is None or len(answer.items) != 1:
        return None
    return platform.placements.find(answer.session.placement_id)


def _put(platform: Platform, course: Course, item: ContentItem, tool: Tool) -> Placement:
    column = _column(platform, item, tool)
    placement = Placement(
        id="",
        title=item.title,
        is_graded=column is not None,
        custom_text=item.custom_text,
        course_id=course.id,
        tool_id=_tool_id(platform, item, tool),
        text=item.text,
        url=item.url,
    )
    return platform.placements.put(placement, column)


def _put_again(platform: Platform, placement: Placement, item: ContentItem, tool: Tool) -> Placement:
    column = _column(platform, item, tool)
    changed = replace(
        placement,
        title=item.title,
        text=item.text,
        url=item.url,
        custom_text=item.custom_text,
        tool_id=_tool_id(platform, item, tool),
        is_graded=placement.is_graded or column is not None,
    )
    platform.placements.save(changed)
    if column is not None:
        platform.gradebook.set_column(changed, column)
    return changed


def _column(platform: Platform, item: ContentItem, tool: Tool) -> LineItemFields | None:
    """Return the column of an item, which a tool may ask for that manages columns."""
    if item.column is None or LINE_ITEM not in tool.scopes:
        return None
    ignored = platform.settings.profile.deep_linked_label_ignored
    return replace(item.column, label=item.title) if ignored else item.column


def _tool_id(platform: Platform, item: ContentItem, tool: Tool) -> int:
    return BY_ADDRESS if item.url and platform.settings.profile.deep_linked_address_unbinds else tool.id


def _lang() -> str | None:
    return request.args.get("lang")
