"""Gradebook and roster of a small platform, in the forms that lti1p3platform has for them.

The library checks the token and what it may do, and makes the answers; what it asks for is in the platform's lists.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.membership import Context
from lti1p3platform.request import Request, TRequest
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService, TPage
from school_server import LIFTING, PEOPLE, SAFETY, Asked

if TYPE_CHECKING:
    from lti1p3platform_school import SmallPlatform

LINK_ID = "link-1"
"""The link to the tool in SAFETY."""
COURSES = {"safety": SAFETY, "lifting": LIFTING}
_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def roles_of(person: str) -> list[str]:
    return [f"{_ROLE}{'Instructor' if person == 'teacher' else 'Learner'}"]


class SchoolRequest(Request):
    def build_metadata(self, request: Asked) -> TRequest:
        return {
            "method": request.method,
            "form_data": request.form,
            "get_data": request.query,
            "headers": request.headers,
            "content_type": request.headers.get("Content-Type"),
            "path": request.path,
            "json": json.loads(request.body) if "json" in request.headers.get("Content-Type", "") else None,
        }


class Gradebook(AssignmentsGradesService):
    def __init__(self, school: SmallPlatform, asked: Asked) -> None:
        self._course = asked.query.get("course", "")
        super().__init__(SchoolRequest(asked), school.configuration, school.line_items_url(self._course))
        self._school = school

    def find_lineitems(self, **wanted: Any) -> TPage:
        names = {"resource_id": "resourceId", "tag": "tag"}
        asked = {names[name]: value for name, value in wanted.items() if name in names}
        items = self._school.columns[self._course].values()
        found = [item for item in items if asked.items() <= item.items()]
        return {"content": found, "has_next": False}

    def find_lineitem(self, line_item_id: str) -> Any:
        item = self._school.column(line_item_id)
        if item is None:
            raise LineItemNotFoundException
        return item

    def create_lineitem(self, creation_data: Any) -> Any:
        return self._school.add_column(self._course, f"made-{len(self._school.columns[self._course])}", creation_data)

    def update_lineitem(self, update_data: Any) -> Any:
        item = self.find_lineitem(update_data["id"])
        item.update(update_data | {"id": item["id"]})
        return item

    def delete_lineitem(self, line_item_id: str) -> None:
        self.find_lineitem(line_item_id)
        for columns in self._school.columns.values():
            columns.pop(line_item_id, None)

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        self._school.scores_by_column.setdefault(self.find_lineitem(line_item_id)["id"], []).append(score)
        return UpdateScoreStatus.SUCCESS

    def get_results(self, line_item_id: str, **wanted: Any) -> TPage:
        url = self.find_lineitem(line_item_id)["id"]
        newest = {score["userId"]: score for score in self._school.scores_by_column.get(url, [])}
        results = [
            {
                "id": f"{url}/results/{person}",
                "userId": person,
                "resultScore": score.get("scoreGiven"),
                "resultMaximum": score.get("scoreMaximum"),
                "scoreOf": url,
            }
            for person, score in newest.items()
            if wanted.get("user_id") in (None, person)
        ]
        return {"content": results, "has_next": False}


class Roster(NamesRoleProvisioningService):
    def __init__(self, school: SmallPlatform, asked: Asked) -> None:
        self._course = asked.query["course"]
        super().__init__(SchoolRequest(asked), school.configuration, school.members_url(self._course))

    def get_context_by_id(self) -> Context:
        course = COURSES[self._course]
        return Context(course.id, course.label, course.title)

    def is_resource_link_valid(self, context_id: str, resource_link_id: str) -> bool:
        return (context_id, resource_link_id) == (SAFETY.id, LINK_ID)

    def get_member_data_page(self, **_wanted: Any) -> TPage:
        members = [{"user_id": person, "roles": roles_of(person), "name": name} for person, name in PEOPLE.items()]
        return {"content": members, "has_next": False}
