"""Open edX's own LTI platform (lti-consumer-xblock) behind the names of the school's server.

Launch, tokens, gradebook service, roster and deep linking are the library's own addresses, tables and pages; this file
only carries requests there.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.test import Client
from lti_consumer import api
from lti_consumer.lti_1p3.extensions.rest_framework.serializers import LtiAgsScoreSerializer
from lti_consumer.models import LtiAgsScore, LtiDlContentItem
from lti_consumer.utils import get_lti_ags_lineitems_url, get_lti_nrps_context_membership_url
from open_edx_site import COLUMNS, launch_data, published_grades, set_up
from school_server import LIFTING, SAFETY, Asked, Course, Given, Platform, Site

_V1 = "/api/lti_consumer/v1"
_OF_THE_CARRIER = {"content-type", "content-length"}
_Found = TypeVar("_Found")


class OpenEdx(Platform):
    def __init__(self, site: Site) -> None:
        super().__init__(site)
        # One thread: the database is in the memory of one connection.
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._blocks = self._inside(partial(set_up, site))
        self._passport_id = self._inside(lambda: self._blocks[SAFETY.id].passport_id)

    def addresses(self) -> dict[str, str]:
        block = self._blocks[SAFETY.id]
        # Making the consumer makes the column of the block.
        item = self._inside(lambda: block.get_lti_consumer() and block.ltiagslineitem_set.get().id)
        scores = f"{get_lti_ags_lineitems_url(block.id, item)}/scores"
        columns = get_lti_ags_lineitems_url(self._blocks[COLUMNS].id)
        return {"scores": scores, "members": get_lti_nrps_context_membership_url(block.id), "columns": columns}

    def scores(self) -> list[dict[str, Any]]:
        return self._inside(lambda: [dict(LtiAgsScoreSerializer(score).data) for score in LtiAgsScore.objects.all()])

    def grades(self) -> list[dict[str, Any]]:
        return published_grades

    def kept(self) -> list[dict[str, Any]]:
        items = LtiDlContentItem.objects.filter(lti_configuration=self._blocks[LIFTING.id]).order_by("id")
        return self._inside(lambda: [{"type": item.content_type, **item.attributes} for item in items])

    def start_url(self, person: str) -> str:
        return self._inside(lambda: str(api.get_lti_1p3_content_url(self._launch_data(person, SAFETY))))

    def choose_url(self, person: str) -> str:
        def begin() -> str:
            return str(api.get_lti_1p3_launch_start_url(self._launch_data(person, LIFTING), deep_link_launch=True))

        return self._inside(begin)

    def placed(self, person: str) -> Given:
        """Go where the block leads: to the library's list, when it holds more than one thing."""
        url = self._inside(lambda: str(api.get_lti_1p3_content_url(self._launch_data(person, LIFTING))))
        return Given(status=302, headers={"Location": url})

    def authorize(self, asked: Asked) -> Given:
        return self._carry(asked, f"{_V1}/launch/")

    def keys(self, asked: Asked) -> Given:
        return self._carry(asked, f"{_V1}/public_keysets/{self._passport_id}")

    def token(self, asked: Asked) -> Given:
        return self._carry(asked, f"{_V1}/token/{self._passport_id}")

    def service(self, asked: Asked) -> Given:
        return self._carry(asked, asked.path)

    def _launch_data(self, person: str, course: Course) -> Any:
        return launch_data(person, course, self._blocks[course.id])

    def _carry(self, asked: Asked, path: str) -> Given:
        """Let the library's own address answer."""
        answer = self._inside(partial(self._ask, asked, path))
        headers = {name: value for name, value in answer.items() if name.lower() not in _OF_THE_CARRIER}
        return Given(answer.content, answer.status_code, answer.get("Content-Type", ""), headers)

    def _ask(self, asked: Asked, path: str) -> Any:
        # An error that the library does not catch is a page with status 500, as in Open edX.
        client = Client(raise_request_exception=False)
        return client.generic(
            asked.method,
            path,
            asked.body,
            asked.headers.get("Content-Type", ""),
            headers=dict(asked.headers.items()),
            query_params=asked.query,
        )

    def _inside(self, do: Callable[[], _Found]) -> _Found:
        return self._thread.submit(do).result()
