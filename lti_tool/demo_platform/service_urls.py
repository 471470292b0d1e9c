"""The addresses of the services, in the shape that Moodle gives them.

The query `?type_id=` stands at the end: a tool has to put `/scores` and `/results` into the path before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.settings import PlatformSettings


@dataclass(frozen=True)
class ServiceUrls:
    """Built from where the platform stands."""

    settings: PlatformSettings

    @property
    def line_items(self) -> str:
        """The line item container of the course."""
        return f"{self._line_items}?type_id={self.settings.deployment_id}"

    @property
    def memberships(self) -> str:
        """The roster of the course."""
        deployment_id = self.settings.deployment_id
        return f"{self._services}/CourseSection/{CONTEXT_ID}/bindings/{deployment_id}/memberships"

    def line_item(self, item_id: int) -> str:
        """One line item."""
        return f"{self._line_items}/{item_id}/lineitem?type_id={self.settings.deployment_id}"

    def results(self, item_id: int) -> str:
        """The results of one line item."""
        return f"{self._line_items}/{item_id}/lineitem/results?type_id={self.settings.deployment_id}"

    @property
    def _services(self) -> str:
        return f"{self.settings.issuer_url}/lti/services"

    @property
    def _line_items(self) -> str:
        return f"{self._services}/{CONTEXT_ID}/lineitems"
