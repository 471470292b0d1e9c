"""The signature of a token from a platform: RS256, by a key the platform publishes, and nothing else.

The algorithm never comes from the token. https://www.imsglobal.org/spec/security/v1p0/#id-token and
https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

import base64
import re
from typing import Any

import jwt

from config.strict_json import parse_json_object
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.platform_text import is_identifier

MAX_TOKEN_LENGTH = 100_000
_THREE_PARTS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def verified_payload(token: str, jwks_url: str, keys: KeySets) -> dict[str, Any]:
    """Return the payload of a token whose signature holds; its claims are not judged yet."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise LaunchRefused(LaunchRefusal.TOKEN_TOO_LARGE)
    if not _THREE_PARTS.fullmatch(token):
        raise LaunchRefused(LaunchRefusal.NOT_A_TOKEN, "form")
    key = keys.get_key(jwks_url, _key_id(token))
    try:
        signed = jwt.PyJWS().decode_complete(token, key, algorithms=["RS256"])
    except jwt.InvalidSignatureError:
        raise LaunchRefused(LaunchRefusal.SIGNATURE) from None
    except jwt.PyJWTError:
        raise LaunchRefused(LaunchRefusal.NOT_A_TOKEN, "encoding") from None
    try:
        return parse_json_object(signed["payload"])
    except ValueError:
        raise LaunchRefused(LaunchRefusal.NOT_A_TOKEN, "payload") from None


def _key_id(token: str) -> str:
    encoded = token.partition(".")[0]
    try:
        header = parse_json_object(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except ValueError:
        raise LaunchRefused(LaunchRefusal.NOT_A_TOKEN, "header") from None
    if header.get("alg") != "RS256":
        raise LaunchRefused(LaunchRefusal.ALGORITHM)
    if "crit" in header or "b64" in header:  # extensions that must be understood; we know none
        raise LaunchRefused(LaunchRefusal.NOT_A_TOKEN, "crit")
    key_id = header.get("kid")
    if key_id is None or key_id == "":
        raise LaunchRefused(LaunchRefusal.NO_KEY_ID)
    if not is_identifier(key_id):
        raise LaunchRefused(LaunchRefusal.KEY_UNKNOWN, "kid")
    return str(key_id)
