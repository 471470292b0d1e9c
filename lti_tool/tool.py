"""The built parts of one running service, handed to whoever needs them. Made in `build_tool`, nowhere else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from badges.checking.checker import Checker, shared_checker
from config.clock import Clock, SystemClock
from config.database import Database
from config.http import HttpClient
from config.secrets import Sealer, SecretBox, secret_box
from config.settings import Settings
from lti_tool.lti.access_tokens import AccessTokens
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.platform_http import PlatformHttp

USER_AGENT = "Mijlpaal/0.1 (LTI tool)"


@dataclass(frozen=True)
class Tool:
    """Everything a use case can need."""

    settings: Settings
    db: Database
    clock: Clock
    box: SecretBox
    sealer: Sealer
    http: HttpClient
    key_sets: KeySets
    platform_http: PlatformHttp
    checker: Checker

    def url(self, path: str) -> str:
        """Return the public address of a path of this service."""
        return f"{self.settings.public_url}{path}"

    def badge_url(self, award_id: uuid.UUID) -> str:
        """Return the public address of a badge: anybody may open it, and sees what its holder shares."""
        return self.url(f"/badges/{award_id}")


def build_tool(settings: Settings, *, clock: Clock | None = None, http: HttpClient | None = None) -> Tool:
    """Build the parts from the settings; `clock` and `http` are the two seams that tests may replace."""
    clock = clock or SystemClock()
    http = http or HttpClient(allow_loopback=settings.allow_loopback, user_agent=USER_AGENT)
    return Tool(
        settings=settings,
        db=Database(settings.database_address),
        clock=clock,
        box=secret_box(settings),
        sealer=Sealer(settings),
        http=http,
        key_sets=KeySets(http, clock),
        platform_http=PlatformHttp(http, AccessTokens(http, clock), clock),
        checker=shared_checker(),
    )
