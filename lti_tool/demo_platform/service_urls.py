"""The addresses of the services, in the shape that Moodle gives them.

The query `?type_id=` stands at the end, unless the profile says otherwise: a tool has to put `/scores` and `/results`
into the path before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.settings import PlatformSettings


@dataclass(frozen=True)
class ServiceUrls:
    """Built from where the platform stands, for one course and one deployment: the first, where nothing is said."""

    settings: PlatformSettings
    course_id: str = CONTEXT_ID
    deployment_id: str = ""

    def __post_init__(self) -> None:
        if not self.deployment_id:
            object.__setattr__(self, "deployment_id", self.settings.deployment_id)

    def at(self, course_id: str, deployment_id: str) -> ServiceUrls:
        """Return the addresses of another course and deployment."""
        return replace(self, course_id=course_id, deployment_id=deployment_id)

    @property
    def line_items(self) -> str:
        """The line item container of the course."""
        return f"{self._line_items}{self._query}"

    @property
    def memberships(self) -> str:
        """The roster of the course."""
        return f"{self._services}/CourseSection/{self.course_id}/bindings/{self.deployment_id}/memberships"

    def line_item(self, item_id: int) -> str:
        """One line item."""
        return f"{self._line_items}/{item_id}/lineitem{self._query}"

    def scores(self, item_id: int) -> str:
        """Where scores for one line item go."""
        return f"{self._line_items}/{item_id}/lineitem/scores{self._query}"

    def results(self, item_id: int) -> str:
        """The results of one line item."""
        return f"{self._line_items}/{item_id}/lineitem/results{self._query}"

    def result(self, item_id: int, user_id: str) -> str:
        """What stands in one cell."""
        url = self.results(item_id)
        return f"{url}{'&' if '?' in url else '?'}user_id={user_id}"

    @property
    def _query(self) -> str:
        return f"?type_id={self.deployment_id}" if self.settings.profile.addresses_have_query else ""

    @property
    def _services(self) -> str:
        return f"{self.settings.platform_url}/lti/services"

    @property
    def _line_items(self) -> str:
        return f"{self._services}/{self.course_id}/lineitems"
