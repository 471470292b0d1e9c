"""The built parts of the platform, handed to the pages and services that use them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.clock import Clock
from lti_tool.demo_platform.access_tokens import AccessTokens
from lti_tool.demo_platform.assignments import Assignments
from lti_tool.demo_platform.client_assertion import ClientAssertions
from lti_tool.demo_platform.course import Courses
from lti_tool.demo_platform.deep_link_sessions import DeepLinkSessions
from lti_tool.demo_platform.embedded import Embedded
from lti_tool.demo_platform.enrolment import Enrolment
from lti_tool.demo_platform.gradebook import Gradebook
from lti_tool.demo_platform.hints import MessageHints
from lti_tool.demo_platform.keys import SigningKeys
from lti_tool.demo_platform.notices import Notices, Post
from lti_tool.demo_platform.placed_tools import PlacedTools
from lti_tool.demo_platform.placements import Placement, Placements
from lti_tool.demo_platform.refusals import Refusals
from lti_tool.demo_platform.registration_tokens import RegistrationTokens
from lti_tool.demo_platform.restrictions import may_open
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.service_urls import ServiceUrls
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.throttle import Bucket
from lti_tool.demo_platform.tool_keys import ToolKeys
from lti_tool.demo_platform.tools import BY_ADDRESS, Tool, Tools
from lti_tool.demo_platform.variables import Variables

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Platform:
    """Everything a request can need."""

    settings: PlatformSettings
    clock: Clock
    store: Store
    urls: ServiceUrls
    keys: SigningKeys
    hints: MessageHints
    access_tokens: AccessTokens
    assertions: ClientAssertions
    tools: Tools
    tool_keys: ToolKeys
    courses: Courses
    assignments: Assignments
    deep_links: DeepLinkSessions
    registration_tokens: RegistrationTokens
    enrolment: Enrolment
    placements: Placements
    gradebook: Gradebook
    refusals: Refusals
    bucket: Bucket
    variables: Variables
    notices: Notices
    placed: PlacedTools
    embedded: Embedded

    def tool_of(self, placement: Placement) -> Tool | None:
        """Return the tool that a placement opens, if it is there."""
        if placement.tool_id == BY_ADDRESS:
            return self.tools.find_by_address(placement.url)
        return self.tools.find(placement.tool_id)

    def lets_open(self, person: Person, placement: Placement) -> bool:
        """Tell whether a person meets the restrictions of a placement."""
        restriction = placement.restriction
        progress = self.assignments.progress(restriction.assignment_id) if restriction else {}
        return may_open(person, placement, progress.get(person.user_id))


def build_platform(settings: PlatformSettings, clock: Clock, fetch: Fetch, post: Post | None = None) -> Platform:
    """Open the store and put the parts together."""
    store = Store(settings.database_path)
    tools, tool_keys, keys = Tools(store, settings), ToolKeys(fetch), SigningKeys(store, clock)
    enrolment = Enrolment(store, settings.profile)
    return Platform(
        settings=settings,
        clock=clock,
        store=store,
        urls=ServiceUrls(settings),
        keys=keys,
        hints=MessageHints(store, clock),
        access_tokens=AccessTokens(store, clock),
        assertions=ClientAssertions(store, clock, settings, tools, tool_keys),
        tools=tools,
        tool_keys=tool_keys,
        courses=Courses(store),
        assignments=Assignments(store),
        deep_links=DeepLinkSessions(store, clock),
        registration_tokens=RegistrationTokens(keys, clock, tools),
        enrolment=enrolment,
        placements=Placements(store),
        gradebook=Gradebook(store, clock, settings.profile, enrolment),
        refusals=Refusals(store),
        bucket=Bucket(store, clock),
        variables=Variables(store, settings.profile),
        notices=Notices(store, clock, settings, keys, post),
        placed=PlacedTools(store, settings, tools),
        embedded=Embedded(store, clock, fetch),
    )
