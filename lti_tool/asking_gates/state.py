"""What is known while the gates of one course are asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from lti_tool.lti.nrps import Roster, read_roster
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.roster.gates import PlacedGate
from lti_tool.roster.memberships import MemberOfCourse
from lti_tool.roster.models import Context, Registration
from lti_tool.tool import Tool


@dataclass
class Round:
    """A round along the gates. `staff` is who is staff by the gate for it, None where that does not say."""

    tool: Tool
    context_id: uuid.UUID
    context: Context
    registration: Registration
    endpoint: PlatformEndpoint
    gates: list[PlacedGate]
    keep_lease: Callable[[], None]
    people: dict[str, MemberOfCourse] = field(default_factory=dict)
    staff: frozenset[str] | None = frozenset()
    could_be_staff: bool = False
    """The gate for staff lets learners in: whoever never launched and passes all the others may be an assistant."""
    here: frozenset[str] | None = None
    """Who is in the course at this moment, by the roster; read only when somebody seems to have undone something."""

    def ask(self, link_id: str | None) -> Roster:
        """Return who may open this link, or everybody in the course."""
        self.keep_lease()
        return read_roster(
            self.tool.platform_http,
            self.endpoint,
            self.context.memberships_url,
            resource_link_id=link_id,
            before_page=self.keep_lease,
        )
