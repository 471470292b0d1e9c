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
from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.gradebook import Grade, NotGradable, ScoreNotNewer
from lti_tool.demo_platform.json_value import is_number
from lti_tool.demo_platform.line_item import LineItem, LineItemFields
from lti_tool.demo_platform.paging import add_curly_link, add_link, cut_page
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.refusals import AGS
from lti_tool.demo_platform.score import ScoreInvalid, read_score
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

    @service.url_value_preprocessor
    def check_place(_: str | None, values: dict[str, Any] | None) -> None:
        if values is not None and values.pop("context_id") != CONTEXT_ID:
            raise ServiceRefused(404, "No such course")

    @service.before_request
    def check_beginning() -> None:
        refuse_if_planned(platform, AGS)
        if request.args.get("type_id") != platform.settings.deployment_id:
            raise ServiceRefused(401, "type_id is missing: keep the query of the address")

    @service.get("")
    def list_line_items() -> Response:
        require_accept(LINE_ITEMS_TYPE)
        require_scope(platform, scopes.LINE_ITEM_READONLY)
        items = platform.gradebook.list_items(
            resource_link_id=request.args.get("resource_link_id"),
            resource_id=request.args.get("resource_id"),
            tag=request.args.get("tag"),
        )
        cut = cut_page(items)
        response = answer_json([line_item_json(platform, item) for item in cut.items], LINE_ITEMS_TYPE)
        write_link = add_curly_link if platform.settings.profile.line_item_links_curly else add_link
        write_link(response, cut, own_url(platform))
        return response

    @service.post("")
    def add_line_item() -> Response:
        body = read_json(LINE_ITEM_TYPE)
        require_scope(platform, scopes.LINE_ITEM)
        item = platform.gradebook.add_item(_read_fields(platform, body))
        return answer_json(line_item_json(platform, item), LINE_ITEM_TYPE, status=201)

    @service.get(_ITEM_PATH)
    def show_line_item(item_id: int) -> Response:
        require_accept(LINE_ITEM_TYPE)
        require_scope(platform, scopes.LINE_ITEM_READONLY)
        return answer_json(line_item_json(platform, _get_item(platform, item_id)), LINE_ITEM_TYPE)

    @service.put(_ITEM_PATH)
    def change_line_item(item_id: int) -> Response:
        body = read_json(LINE_ITEM_TYPE)
        require_scope(platform, scopes.LINE_ITEM)
        item = platform.gradebook.change_item(_get_item(platform, item_id), _read_fields(platform, body))
        return answer_json(line_item_json(platform, item), LINE_ITEM_TYPE)

    @service.delete(_ITEM_PATH)
    def delete_line_item(item_id: int) -> Response:
        require_scope(platform, scopes.LINE_ITEM)
        item = _get_item(platform, item_id)
        if not item.made_by_tool:
            raise ServiceRefused(403, "This line item belongs to a placement")
        platform.gradebook.delete_item(item)
        return Response(status=204)

    @service.post(f"{_ITEM_PATH}/scores")
    def record_score(item_id: int) -> Response:
        body = read_json(SCORE_TYPE)
        require_scope(platform, scopes.SCORE)
        item = _get_item(platform, item_id)
        try:
            platform.gradebook.record_score(item, read_score(body))
        except ScoreInvalid as error:
            raise ServiceRefused(400, f"Incorrect score received: {error}") from error
        except NotGradable as error:
            raise ServiceRefused(400, "Incorrect score received: not a learner of this course") from error
        except ScoreNotNewer as error:
            raise ServiceRefused(409, "Refusing score with an earlier timestamp") from error
        return Response(status=200, content_type=SCORE_TYPE)

    @service.get(f"{_ITEM_PATH}/results")
    def list_results(item_id: int) -> Response:
        require_accept(RESULTS_TYPE)
        require_scope(platform, scopes.RESULT_READONLY)
        item = _get_item(platform, item_id)
        grades = platform.gradebook.list_grades(item.id, request.args.get("user_id"))
        cut = cut_page(grades)
        response = answer_json([result_json(platform, item, grade) for grade in cut.items], RESULTS_TYPE)
        add_link(response, cut, own_url(platform))
        return response

    return service


def result_json(platform: Platform, item: LineItem, grade: Grade) -> dict[str, Any]:
    """Say what stands in a cell, as the results service does."""
    result: dict[str, Any] = {
        "id": f"{platform.urls.results(item.id)}&user_id={grade.user_id}",
        "userId": grade.user_id,
        "resultMaximum": plain_number(item.fields.score_maximum),
        "scoreOf": platform.urls.line_item(item.id),
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
        "id": platform.urls.line_item(item.id),
        "label": fields.label,
        "scoreMaximum": plain_number(fields.score_maximum),
        "resourceId": fields.resource_id,
        "tag": fields.tag,
    }
    if fields.resource_link_id is not None:
        body["resourceLinkId"] = fields.resource_link_id
    return body


def _read_fields(platform: Platform, body: Any) -> LineItemFields:
    if not isinstance(body, dict) or not isinstance(body.get("label"), str) or not body["label"].strip():
        raise ServiceRefused(400, "No label")
    maximum = body.get("scoreMaximum")
    if not is_number(maximum) or not _SMALLEST_MAXIMUM <= maximum <= _LARGEST_MAXIMUM:
        raise ServiceRefused(400, "No score maximum")
    texts = {name: body.get(name) or "" for name in ("resourceId", "tag", "resourceLinkId")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ServiceRefused(400, "resourceId, tag and resourceLinkId must be text")
    if texts["resourceLinkId"] and platform.placements.find(texts["resourceLinkId"]) is None:
        raise ServiceRefused(403, "Not a placement of this tool")
    return LineItemFields(
        label=body["label"],
        score_maximum=float(maximum),
        resource_id=texts["resourceId"],
        tag=texts["tag"],
        resource_link_id=texts["resourceLinkId"] or None,
    )


def _get_item(platform: Platform, item_id: int) -> LineItem:
    item = platform.gradebook.find_item(item_id)
    if item is None:
        raise ServiceRefused(404, "No such line item")
    return item
