"""What is needed to call one platform's services: its token address and the key we are known by there.

https://www.imsglobal.org/spec/security/v1p0/#using-json-web-tokens-with-oauth-2-0-client-credentials-grant
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PlatformEndpoint:
    """One registration seen from the side of service calls."""

    auth_token_url: str
    client_id: str
    key_id: str
    private_key_pem: str = field(repr=False)
    audience: str | None = None
    """The `aud` of our assertion where a platform wants another value than its token address."""
