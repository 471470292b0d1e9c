"""Notices: what a platform tells us when nobody is looking, such as that a course was copied.

A notice is a token like that of a launch, posted to a public address of ours; what it says counts when its signature
does. Who receives it remembers `Notice.id`, so that the same news is not acted upon twice, and answers at once:
Canvas does not send again (2026-11). https://www.imsglobal.org/spec/lti-pns/v1p0/main/
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from config.errors import PlatformFailed
from lti_tool.lti.claim_reader import read_context
from lti_tool.lti.claim_values import identifier, object_claim, refuse, strings
from lti_tool.lti.claims import CONTEXT, DEPLOYMENT_ID, NOTICE, ORIGIN_CONTEXTS, VERSION, ContextClaim
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp
from lti_tool.lti.platform_text import is_identifier
from lti_tool.lti.signed_token import verified_payload
from lti_tool.lti.token_claims import LEEWAY_SECONDS, check_parties, check_times

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
HELLO_WORLD = "LtiHelloWorldNotice"
CONTEXT_COPY = "LtiContextCopyNotice"
MAX_AGE_SECONDS = 3_600
"""Notices wait in a queue of the platform; Canvas gives each an hour (2026-11)."""

_TYPES = {HELLO_WORLD, CONTEXT_COPY}
_OTHER_TYPES = {"LtiAssetProcessorSubmissionNotice"}
_MEDIA = "application/json"
_MAX_HANDLERS = 100


@dataclass(frozen=True)
class ExpectedNotice:
    """The registration that a notice must be of."""

    issuer: str
    client_id: str
    jwks_url: str
    leeway_seconds: int = LEEWAY_SECONDS


@dataclass(frozen=True)
class Notice:
    """A notice that has been verified. `context` is the new course of a copy, `origin_contexts` what it came from."""

    id: str
    type: str
    timestamp: datetime
    deployment_id: str
    nonce: str
    context: ContextClaim | None = None
    origin_contexts: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoticeHandler:
    """Where a platform sends one type of notice; no address means nowhere."""

    type: str
    url: str


def verify_notice(token: str, *, expected: ExpectedNotice, keys: KeySets, now: datetime) -> Notice:
    """Return a notice that holds, or raise LaunchRefused. May fetch the platform's keys."""
    payload = verified_payload(token, expected.jwks_url, keys)
    check_parties(payload, issuer=expected.issuer, client_id=expected.client_id)
    check_times(payload, leeway_seconds=expected.leeway_seconds, max_age_seconds=MAX_AGE_SECONDS, now=now.timestamp())
    if payload.get(VERSION) not in (None, "1.3.0"):
        raise LaunchRefused(LaunchRefusal.WRONG_VERSION)
    claim = object_claim(payload, NOTICE)
    if claim is None:
        refuse(LaunchRefusal.MISSING_CLAIM, NOTICE)
    notice_type = identifier(claim, "type")
    if notice_type not in _TYPES:
        raise LaunchRefused(LaunchRefusal.UNSUPPORTED_NOTICE, notice_type if notice_type in _OTHER_TYPES else "unknown")
    notice = Notice(
        id=identifier(claim, "id"),
        type=notice_type,
        timestamp=_timestamp(claim),
        deployment_id=identifier(payload, DEPLOYMENT_ID),
        nonce=identifier(payload, "nonce"),
        context=read_context(payload),
        origin_contexts=strings(payload, ORIGIN_CONTEXTS),
    )
    if notice.type == CONTEXT_COPY and notice.context is None:
        refuse(LaunchRefusal.MISSING_CLAIM, CONTEXT)
    return notice


def register_notice_handler(
    platform_http: PlatformHttp, endpoint: PlatformEndpoint, service_url: str, notice_type: str, handler_url: str
) -> None:
    """Ask for notices of one type of the deployment that the address belongs to; an empty `handler_url` stops them.

    There is one handler per type, so asking again replaces. Canvas wants the host of the tool's own domain.
    """
    platform_http.send(
        endpoint,
        "PUT",
        service_url,
        scopes=[SCOPE],
        what="notice-handler",
        accept=_MEDIA,
        content_type=_MEDIA,
        body=json.dumps({"notice_type": notice_type, "handler": handler_url}).encode(),
    )


def list_notice_handlers(
    platform_http: PlatformHttp, endpoint: PlatformEndpoint, service_url: str
) -> list[NoticeHandler]:
    """Return which notices are sent, and where to."""
    response = platform_http.send(
        endpoint, "GET", service_url, scopes=[SCOPE], what="notice-handlers", accept=_MEDIA, max_bytes=256_000
    )
    answer = response.json()
    entries = answer.get("notice_handlers") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise PlatformFailed("bad-notice-handlers", retryable=False, status=response.status)
    found = [entry for entry in entries[:_MAX_HANDLERS] if isinstance(entry, dict)]
    return [
        NoticeHandler(entry["notice_type"], str(entry.get("handler") or ""))
        for entry in found
        if is_identifier(entry.get("notice_type"))
    ]


def _timestamp(claim: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(identifier(claim, "timestamp"))
    except ValueError:
        refuse(LaunchRefusal.BAD_CLAIM, "timestamp")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
