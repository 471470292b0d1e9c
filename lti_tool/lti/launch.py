"""Verifies a launch: the token a browser carries from the platform to us at the end of the login.

What was asked for at the login (state, nonce, addresses) is the caller's to keep and to spend; here the token is held
against it. https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation and
https://www.imsglobal.org/spec/lti/v1p3/#resource-link-launch-request-message
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pylti1p3.exception import LtiException
from pylti1p3.message_validators.resource_message import ResourceMessageValidator

from lti_tool.lti.claim_reader import read_launch_claims
from lti_tool.lti.claims import MESSAGE_TYPE, RESOURCE_LINK_REQUEST, VERSION, LaunchClaims
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.origin import same_origin
from lti_tool.lti.signed_token import verified_payload

MAX_AGE_SECONDS = 600
_VALIDATORS = {RESOURCE_LINK_REQUEST: ResourceMessageValidator()}
_KNOWN_MESSAGES = {
    RESOURCE_LINK_REQUEST,
    "LtiDeepLinkingRequest",
    "LtiSubmissionReviewRequest",
    "LtiStartProctoring",
    "LtiEndAssessment",
    "DataPrivacyLaunchRequest",
}


@dataclass(frozen=True)
class ExpectedLaunch:
    """What a launch must answer to: the registration, and the login attempt that its state belongs to."""

    issuer: str
    client_id: str
    nonce: str
    jwks_url: str
    tool_url: str
    """Our own public address; only scheme, host and port count."""
    target_link_uri: str
    """What the login initiation named."""
    leeway_seconds: int = 60
    """How far the platform's clock may be off, either way."""


def verify_launch(id_token: str, *, expected: ExpectedLaunch, keys: KeySets, now: datetime) -> LaunchClaims:
    """Return the claims of a launch that holds, or raise LaunchRefused. May fetch the platform's keys."""
    payload = verified_payload(id_token, expected.jwks_url, keys)
    _check_parties(payload, expected)
    _check_times(payload, expected.leeway_seconds, now.timestamp())
    _check_nonce(payload, expected.nonce)
    _check_message(payload)
    claims = read_launch_claims(payload, issuer=expected.issuer, client_id=expected.client_id)
    for ours in (expected.tool_url, expected.target_link_uri):
        if not same_origin(claims.target_link_uri, ours):
            raise LaunchRefused(LaunchRefusal.TARGET_MISMATCH)
    return claims


def _required(payload: dict[str, Any], name: str) -> Any:
    value = payload.get(name)
    if value is None or value == "":
        raise LaunchRefused(LaunchRefusal.MISSING_CLAIM, name.rpartition("/")[2])
    return value


def _check_parties(payload: dict[str, Any], expected: ExpectedLaunch) -> None:
    if _required(payload, "iss") != expected.issuer:
        raise LaunchRefused(LaunchRefusal.ISSUER)
    audience = _required(payload, "aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise LaunchRefused(LaunchRefusal.AUDIENCE, "aud")
    # A list of one says the same as a string; a longer one must say whom the token was made for.
    authorized_party = payload.get("azp")
    if authorized_party is None and len(audiences) > 1:
        raise LaunchRefused(LaunchRefusal.AUDIENCE, "azp absent")
    if authorized_party is not None and authorized_party != expected.client_id:
        raise LaunchRefused(LaunchRefusal.AUDIENCE, "azp")


def _check_times(payload: dict[str, Any], leeway_seconds: float, now: float) -> None:
    expires_at, issued_at = _moment(payload, "exp"), _moment(payload, "iat")
    starts_at = _moment(payload, "nbf") if payload.get("nbf") is not None else issued_at
    if max(issued_at, starts_at) > now + leeway_seconds:
        raise LaunchRefused(LaunchRefusal.NOT_YET_VALID)
    if expires_at + leeway_seconds <= now:
        raise LaunchRefused(LaunchRefusal.EXPIRED)
    if issued_at < now - MAX_AGE_SECONDS:
        raise LaunchRefused(LaunchRefusal.TOO_OLD)


def _moment(payload: dict[str, Any], name: str) -> float:
    value = _required(payload, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise LaunchRefused(LaunchRefusal.BAD_CLAIM, name)
    return float(value)


def _check_nonce(payload: dict[str, Any], nonce: str) -> None:
    given = _required(payload, "nonce")
    if not isinstance(given, str):
        raise LaunchRefused(LaunchRefusal.BAD_CLAIM, "nonce")
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), nonce.encode()):
        raise LaunchRefused(LaunchRefusal.NONCE_MISMATCH)


def _check_message(payload: dict[str, Any]) -> None:
    if _required(payload, VERSION) != "1.3.0":
        raise LaunchRefused(LaunchRefusal.WRONG_VERSION)
    message_type = _required(payload, MESSAGE_TYPE)
    validator = _VALIDATORS.get(message_type) if isinstance(message_type, str) else None
    if validator is None:
        known = isinstance(message_type, str) and message_type in _KNOWN_MESSAGES
        raise LaunchRefused(LaunchRefusal.UNSUPPORTED_MESSAGE, message_type if known else "unknown")
    try:
        validator.validate(payload)
    except LtiException as problem:
        raise LaunchRefused(LaunchRefusal.MISSING_CLAIM, str(problem)) from None
    except (AttributeError, TypeError):  # it takes the types of claims for granted
        raise LaunchRefused(LaunchRefusal.BAD_CLAIM, message_type) from None
