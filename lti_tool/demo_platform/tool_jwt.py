"""What a tool signed, checked against the keys that it publishes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jwt

from lti_tool.demo_platform.tool_keys import ToolKeys, ToolKeysUnavailable
from lti_tool.demo_platform.tools import Tool


class ToolJwtInvalid(Exception):
    """The tool did not sign this; the text says why."""


def read_unverified_claim(token: str, name: str) -> str:
    """Return what a token says of itself, to find out whose keys it is to be held against. Raises ToolJwtInvalid."""
    try:
        value = jwt.decode(token, options={"verify_signature": False}).get(name)
    except jwt.InvalidTokenError as error:
        raise ToolJwtInvalid(f"this is no token: {error}") from error
    if not isinstance(value, str):
        raise ToolJwtInvalid(f"{name} is missing")
    return value


def verify_tool_jwt(token: str, tool: Tool, tool_keys: ToolKeys, required: Iterable[str]) -> dict[str, Any]:
    """Return the claims of a token that this tool signed, parties and times unchecked. Raises ToolJwtInvalid."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = tool_keys.find(tool.jwks_url, kid) if isinstance(kid, str) else None
        if key is None:
            raise ToolJwtInvalid("the key id is not among the keys of the tool")
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            # Times are held against the clock of the platform, by the caller.
            options={
                "require": list(required),
                "verify_aud": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except ToolKeysUnavailable as error:
        raise ToolJwtInvalid(str(error)) from error
    except jwt.InvalidTokenError as error:
        raise ToolJwtInvalid(f"the signature cannot be verified: {error}") from error
