"""The answer to a deep linking request: a signed list of content items, which the browser posts to the platform.

https://www.imsglobal.org/spec/lti-dl/v2p0/#deep-linking-response-message
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt

from config.ids import new_secret
from lti_tool.lti.claims import DEPLOYMENT_ID, MESSAGE_TYPE, VERSION
from lti_tool.lti.content_items import ContentItem
from lti_tool.lti.keys import load_private_key

DEEP_LINKING_RESPONSE = "LtiDeepLinkingResponse"
_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
CONTENT_ITEMS = f"{_CLAIM}content_items"
DATA = f"{_CLAIM}data"
_LIFE = timedelta(minutes=5)
_MAX_MESSAGE_LENGTH = 1_000


def deep_linking_response(
    items: Sequence[ContentItem],
    *,
    issuer: str,
    client_id: str,
    deployment_id: str,
    key_id: str,
    private_key_pem: str,
    data: str | None,
    now: datetime,
    message: str | None = None,
    log: str | None = None,
    error_message: str | None = None,
    error_log: str | None = None,
) -> str:
    """Return the value of the form field `JWT`.

    `data` is that of the request, None when it sent none. `message` and `error_message` are what the platform may
    show, `log` and `error_log` what it may write down. No items at all is an answer too: the teacher took nothing.
    """
    claims: dict[str, Any] = {
        "iss": client_id,
        "aud": issuer,
        "nonce": new_secret(),
        # Platforms without leeway refuse an answer from a clock that is a little ahead of theirs.
        "iat": int(now.timestamp()) - 5,
        "exp": int((now + _LIFE).timestamp()),
        DEPLOYMENT_ID: deployment_id,
        MESSAGE_TYPE: DEEP_LINKING_RESPONSE,
        VERSION: "1.3.0",
        CONTENT_ITEMS: [item.to_json() for item in items],
    }
    if data is not None:
        claims[DATA] = data
    told = {"msg": message, "log": log, "errormsg": error_message, "errorlog": error_log}
    claims |= {f"{_CLAIM}{name}": text[:_MAX_MESSAGE_LENGTH] for name, text in told.items() if text}
    return jwt.encode(claims, load_private_key(private_key_pem), algorithm="RS256", headers={"kid": key_id})
