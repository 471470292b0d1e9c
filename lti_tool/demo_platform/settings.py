"""Where the demo platform stands and which tool it knows: everything that is decided outside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lti_tool.demo_platform.profile import MOODLE_PROFILE, PlatformProfile


@dataclass(frozen=True)
class PlatformSettings:
    """The address of the platform, the address of the tool, and the ids under which they know each other.

    Give the two addresses different hosts (`http://localhost:8700` and `http://127.0.0.1:8701`): ports do not make
    a request cross-site, and an LMS and its tool are cross-site in real life.
    """

    issuer_url: str
    """The `iss` of every message. No slash at the end."""
    tool_url: str
    """Where `/lti/login`, `/lti/launch` and `/lti/jwks` of the tool are found. No slash at the end."""
    database_path: str | Path
    """An SQLite file of its own; made when it is not there."""
    client_id: str = "demo-client"
    deployment_id: str = "1"
    profile: PlatformProfile = MOODLE_PROFILE
    """How it behaves where platforms differ."""
    platform_url: str = ""
    """Where the platform stands; the issuer, when nothing is said. All schools of hosted Canvas share one issuer."""
    logins_url: str = ""
    """Where people are sent to log in, and where its keys are; where it stands, when nothing is said. Hosted Canvas has
    one host for that, and each school stands at a host that no registration names."""

    def __post_init__(self) -> None:
        if not self.platform_url:
            object.__setattr__(self, "platform_url", self.issuer_url)
        if not self.logins_url:
            object.__setattr__(self, "logins_url", self.platform_url)
        for url in (self.issuer_url, self.tool_url, self.platform_url, self.logins_url):
            if not url.startswith(("http://", "https://")) or url.endswith("/"):
                raise ValueError(f"not an http address without a slash at the end: {url!r}")

    @property
    def authorization_url(self) -> str:
        """Where the tool sends the browser for an id_token."""
        return f"{self.logins_url}/lti/authorize"

    @property
    def token_url(self) -> str:
        """Where the tool gets access tokens; also the audience of its client assertion."""
        return f"{self.platform_url}/lti/token"

    @property
    def jwks_url(self) -> str:
        """Where the public keys of the platform are."""
        return f"{self.logins_url}/lti/jwks"

    @property
    def tool_login_url(self) -> str:
        """Where a launch begins."""
        return f"{self.tool_url}/lti/login"

    @property
    def tool_launch_url(self) -> str:
        """The only redirect_uri that is registered, and the target link of every placement."""
        return f"{self.tool_url}/lti/launch"

    @property
    def tool_jwks_url(self) -> str:
        """Where the public keys of the tool are."""
        return f"{self.tool_url}/lti/jwks"
