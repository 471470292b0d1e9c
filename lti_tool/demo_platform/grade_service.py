"""Assignment and Grade Services: line items, scores, results.

https://www.imsglobal.org/spec/lti-ags/v2p0 and the answers of a real Moodle 4.5: reading line items needs the
readonly scope even when the token may write them, the column of a placement cannot be deleted, media types count
to the letter.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo_platform import scopes
from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.gradebook import Grade, NotGradable, ScoreNotNewer
from lti_tool.demo_platform.json_value import is_number
from lti_tool.demo_platform.line_item import (
    LineItem,
    LineItemFields,
    SubmissionReviewInvalid,
    read_submission_review,
)
from lti_tool.demo_platform.paging import add_curly_link, add_link, cut_page
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.refusals import AGS
from lti_tool.demo_platform.score import MaximumMissing, ScoreInvalid, read_score
from lti_tool.demo_platform.service_answer import (
    ServiceRefused,
    answer_json,
    answer_refusal,
    own_url,
    read_json,
    refuse_if_planned,
    require_accept,
    require_scope,
)
from lti_tool.demo_platform.service_urls import ServiceUrls
from lti_tool.demo_platform.tool_assignments import LAUNCH_URL, SubmissionTypeInvalid, read_launch_url
from lti_tool.demo_platform.tools import BY_ADDRESS, Tool

LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"

_SMALLEST_MAXIMUM, _LARGEST_MAXIMUM = 0.01, 1_000_000
_ITEM_PATH = "/<int:item_id>/lineitem"


def grade_service(platform: Platform) -> Blueprint:
    """Build the service."""
    service = Blueprint("grade_service", __name__, url_prefix="/lti/services/<context_id>/lineitems")
    service.register_error_handler(ServiceRefused, answer_refusal)
    profile = platform.settings.profile

    @service.url_value_preprocessor
    def check_place(_: str | None, values: dict[str, Any] | None) -> None:
        if values is None:
            return
        values["course"] = platform.courses.find(values.pop("context_id"))
        if values["course"] is None:
            raise ServiceRefused(404, "No such course")

    @service.before_request
    def check_beginning() -> None:
        refuse_if_planned(platform, AGS)
        deployments = {tool.deployment_id for tool in platform.tools.list_all()}
        if profile.addresses_have_query and request.args.get("type_id") not in deployments:
            raise ServiceRefused(401, "type_id is missing: keep the query of the address")

    def open_for(scope: str) -> Tool:
        """Let the tool pass that the address is for, if its token covers this."""
        tool = require_scope(platform, scope)
        if profile.addresses_have_query and request.args["type_id"] != tool.deployment_id:
            raise ServiceRefused(401, "The access token is of another tool")
        return tool

    @service.get("")
    def list_line_items(course: Course) -> Response:
        require_accept(LINE_ITEMS_TYPE)
        tool = open_for(scopes.LINE_ITEM_READONLY)
        items = platform.gradebook.list_items(
            course_id=course.id,
            resource_link_id=request.args.get("resource_link_id"),
            resource_id=request.args.get("resource_id"),
            tag=request.args.get("tag"),
        )
        cut = cut_page([item for item in items if is_of_tool(platform, item, tool)])
        response = answer_json([line_item_json(platform, item) for item in cut.items], LINE_ITEMS_TYPE)
        write_link = add_curly_link if platform.settings.profile.line_item_links_curly else add_link
        write_link(response, cut, own_url(platform))
        return response

    @service.post("")
    def add_line_item(course: Course) -> Response:
        body = read_json(LINE_ITEM_TYPE)
        tool = open_for(scopes.LINE_ITEM)
        item = platform.gradebook.add_item(
            _read_fields(platform, course, body, tool),
            course_id=course.id,
            tool_id=tool.id,
            launch_url=_read_launch_url(body),
        )
        return answer_json(line_item_json(platform, item), LINE_ITEM_TYPE, status=201)

    @service.get(_ITEM_PATH)
    def show_line_item(course: Course, item_id: int) -> Response:
        require_accept(LINE_ITEM_TYPE)
        tool = open_for(scopes.LINE_ITEM_READONLY)
        return answer_json(line_item_json(platform, _get_item(platform, course, item_id, tool)), LINE_ITEM_TYPE)

    @service.put(_ITEM_PATH)
    def change_line_item(course: Course, item_id: int) -> Response:
        body = read_json(LINE_ITEM_TYPE)
        tool = open_for(scopes.LINE_ITEM)
        item = platform.gradebook.change_item(
            _get_item(platform, course, item_id, tool), _read_fields(platform, course, body, tool)
        )
        return answer_json(line_item_json(platform, item), LINE_ITEM_TYPE)

    @service.delete(_ITEM_PATH)
    def delete_line_item(course: Course, item_id: int) -> Response:
        item = _get_item(platform, course, item_id, open_for(scopes.LINE_ITEM))
        assignment = platform.gradebook.find_assignment(item)
        if not item.made_by_tool or (assignment is not None and assignment.launch_url is not None):
            raise ServiceRefused(profile.linked_item_delete_status, "This line item belongs to a placement")
        platform.gradebook.delete_item(item)
        return Response(status=204)

    @service.post(f"{_ITEM_PATH}/scores")
    def record_score(course: Course, item_id: int) -> Response:
        body = read_json(SCORE_TYPE)
        item = _get_item(platform, course, item_id, open_for(scopes.SCORE))
        try:
            platform.gradebook.record_score(item, read_score(body, with_submission=profile.submission_extension))
        except ScoreInvalid as error:
            status = profile.score_without_maximum_status if isinstance(error, MaximumMissing) else 400
            raise ServiceRefused(status, f"Incorrect score received: {error}") from error
        except NotGradable as error:
            reason = "Incorrect score received: not a learner of this course"
            raise ServiceRefused(profile.not_gradable_status, reason) from error
        except ScoreNotNewer as error:
            raise ServiceRefused(profile.older_score_status, "Refusing score with an earlier timestamp") from error
        return Response(status=200, content_type=SCORE_TYPE)

    @service.get(f"{_ITEM_PATH}/results")
    def list_results(course: Course, item_id: int) -> Response:
        require_accept(RESULTS_TYPE)
        item = _get_item(platform, course, item_id, open_for(scopes.RESULT_READONLY))
        grades = platform.gradebook.list_grades(item.id, request.args.get("user_id"))
        cut, urls = cut_page(grades), urls_of(platform, item)
        response = answer_json([result_json(platform, item, grade, urls) for grade in cut.items], RESULTS_TYPE)
        add_link(response, cut, own_url(platform))
        return response

    return service


def is_of_tool(platform: Platform, item: LineItem, tool: Tool) -> bool:
    """Tell whether a tool sees a column: its own, and those of its placements."""
    return tool_of_item(platform, item) == tool


def tool_of_item(platform: Platform, item: LineItem) -> Tool | None:
    """Return the tool that sees a column, if it is there."""
    if item.tool_id != BY_ADDRESS:
        return platform.tools.find(item.tool_id)
    placement = platform.placements.find(item.fields.resource_link_id or "")
    return platform.tool_of(placement) if placement else None


def urls_of(platform: Platform, item: LineItem) -> ServiceUrls:
    """Return the addresses by which the tool of a column knows it."""
    tool = tool_of_item(platform, item)
    return platform.urls.at(item.course_id, tool.deployment_id if tool else "")


def result_json(platform: Platform, item: LineItem, grade: Grade, urls: ServiceUrls | None = None) -> dict[str, Any]:
    """Say what stands in a cell, as the results service does; `urls` are those of the column, when at hand."""
    urls = urls or urls_of(platform, item)
    result: dict[str, Any] = {
        "id": urls.result(item.id, grade.user_id),
        "userId": grade.user_id,
        "resultMaximum": plain_number(item.fields.score_maximum),
        "scoreOf": urls.line_item(item.id),
        "timestamp": datetime.fromtimestamp(grade.scored_at, UTC).isoformat(),
    }
    if grade.score is not None:
        result["resultScore"] = plain_number(grade.score)
    if grade.comment:
        result["comment"] = grade.comment
    return result


def plain_number(value: float) -> float | int:
    """Write whole numbers without a fraction; others keep five places, as gradebooks do."""
    return int(value) if float(value).is_integer() else round(value, 5)


def line_item_json(platform: Platform, item: LineItem) -> dict[str, Any]:
    """Describe a column, as the line item service does."""
    fields = item.fields
    body: dict[str, Any] = {
        "id": urls_of(platform, item).line_item(item.id),
        "label": fields.label,
        "scoreMaximum": plain_number(fields.score_maximum),
        "resourceId": fields.resource_id,
        "tag": fields.tag,
    }
    if fields.resource_link_id is not None:
        body["resourceLinkId"] = fields.resource_link_id
    if fields.review is not None:
        body["submissionReview"] = fields.review.as_json()
    assignment = platform.gradebook.find_assignment(item)
    if assignment is not None and assignment.launch_url is not None and "launch_url" in request.args.getlist("include"):
        body[LAUNCH_URL] = assignment.launch_url
    return body


def _read_launch_url(body: dict[str, Any]) -> str | None:
    try:
        return read_launch_url(body)
    except SubmissionTypeInvalid as error:
        raise ServiceRefused(400, "No submission type that exists") from error


def _read_fields(platform: Platform, course: Course, body: Any, tool: Tool) -> LineItemFields:
    if not isinstance(body, dict) or not isinstance(body.get("label"), str) or not body["label"].strip():
        raise ServiceRefused(400, "No label")
    maximum = body.get("scoreMaximum")
    if not is_number(maximum) or not _SMALLEST_MAXIMUM <= maximum <= _LARGEST_MAXIMUM:
        raise ServiceRefused(400, "No score maximum")
    texts = {name: body.get(name) or "" for name in ("resourceId", "tag", "resourceLinkId")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ServiceRefused(400, "resourceId, tag and resourceLinkId must be text")
    if texts["resourceLinkId"] and not _is_place_of(platform, course, texts["resourceLinkId"], tool):
        raise ServiceRefused(403, "Not a placement of this tool")
    try:
        review = read_submission_review(body)
    except SubmissionReviewInvalid as error:
        raise ServiceRefused(400, "No submission review that can be read") from error
    return LineItemFields(
        label=body["label"],
        score_maximum=float(maximum),
        resource_id=texts["resourceId"],
        tag=texts["tag"],
        resource_link_id=texts["resourceLinkId"] or None,
        review=review,
    )


def _is_place_of(platform: Platform, course: Course, link_id: str, tool: Tool) -> bool:
    placement = platform.placements.find(link_id)
    return placement is not None and placement.course_id == course.id and platform.tool_of(placement) == tool


def _get_item(platform: Platform, course: Course, item_id: int, tool: Tool) -> LineItem:
    item = platform.gradebook.find_item(item_id)
    if item is None or item.course_id != course.id or not is_of_tool(platform, item, tool):
        raise ServiceRefused(404, "No such line item")
    return item
