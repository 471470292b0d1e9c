"""The built parts of the platform, handed to the pages and services that use them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.clock import Clock
from lti_tool.demo_platform.access_tokens import AccessTokens
from lti_tool.demo_platform.client_assertion import ClientAssertions
from lti_tool.demo_platform.enrolment import Enrolment
from lti_tool.demo_platform.gradebook import Gradebook
from lti_tool.demo_platform.hints import MessageHints
from lti_tool.demo_platform.keys import SigningKeys
from lti_tool.demo_platform.placements import Placements
from lti_tool.demo_platform.refusals import Refusals
from lti_tool.demo_platform.service_urls import ServiceUrls
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.tool_keys import ToolKeys

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Platform:
    """Everything a request can need."""

    settings: PlatformSettings
    clock: Clock
    urls: ServiceUrls
    keys: SigningKeys
    hints: MessageHints
    access_tokens: AccessTokens
    assertions: ClientAssertions
    enrolment: Enrolment
    placements: Placements
    gradebook: Gradebook
    refusals: Refusals


def build_platform(settings: PlatformSettings, clock: Clock, fetch: Fetch) -> Platform:
    """Open the store and put the parts together."""
    store = Store(settings.database_path)
    enrolment = Enrolment(store)
    return Platform(
        settings=settings,
        clock=clock,
        urls=ServiceUrls(settings),
        keys=SigningKeys(store, clock),
        hints=MessageHints(store, clock),
        access_tokens=AccessTokens(store, clock),
        assertions=ClientAssertions(store, clock, settings, ToolKeys(settings.tool_jwks_url, fetch)),
        enrolment=enrolment,
        placements=Placements(store),
        gradebook=Gradebook(store, clock, settings.profile, enrolment),
        refusals=Refusals(store),
    )
