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
from pylti1p3.message_validators.submission_review import SubmissionReviewLaunchValidator

from lti_tool.lti.claim_reader import read_launch_claims
from lti_tool.lti.claims import (
    DEEP_LINKING_REQUEST,
    MESSAGE_TYPE,
    RESOURCE_LINK_REQUEST,
    SUBMISSION_REVIEW_REQUEST,
    VERSION,
    LaunchClaims,
)
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.origin import same_origin
from lti_tool.lti.signed_token import verified_payload
from lti_tool.lti.token_claims import LEEWAY_SECONDS, check_parties, check_times, required

MAX_AGE_SECONDS = 600
_VALIDATORS = {
    RESOURCE_LINK_REQUEST: ResourceMessageValidator(),
    SUBMISSION_REVIEW_REQUEST: SubmissionReviewLaunchValidator(),
    # The library's validator wants `ltiResourceLink` among the types: Canvas asks for others too (2026-11). What the
    # specification wants of this message is read by lti_tool.lti.service_claims.
    DEEP_LINKING_REQUEST: None,
}
_REFUSED_BY_NAME = {
    "LtiStartProctoring",
    "LtiEndAssessment",
    "LtiDataPrivacyLaunchRequest",
    "DataPrivacyLaunchRequest",
    "LtiEulaRequest",
    "LtiAssetProcessorSettingsRequest",
    "LtiReportReviewRequest",
}
"""Messages that exist and that we do not take; any other name is not repeated in a log."""


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
    leeway_seconds: int = LEEWAY_SECONDS


def verify_launch(id_token: str, *, expected: ExpectedLaunch, keys: KeySets, now: datetime) -> LaunchClaims:
    """Return the claims of a launch that holds, or raise LaunchRefused. May fetch the platform's keys."""
    payload = verified_payload(id_token, expected.jwks_url, keys)
    check_parties(payload, issuer=expected.issuer, client_id=expected.client_id)
    check_times(payload, leeway_seconds=expected.leeway_seconds, max_age_seconds=MAX_AGE_SECONDS, now=now.timestamp())
    _check_nonce(payload, expected.nonce)
    _check_message(payload)
    claims = read_launch_claims(
        payload, issuer=expected.issuer, client_id=expected.client_id, login_target=expected.target_link_uri
    )
    for ours in (expected.tool_url, expected.target_link_uri):
        if not same_origin(claims.target_link_uri, ours):
            raise LaunchRefused(LaunchRefusal.TARGET_MISMATCH)
    return claims


def _check_nonce(payload: dict[str, Any], nonce: str) -> None:
    given = required(payload, "nonce")
    if not isinstance(given, str):
        raise LaunchRefused(LaunchRefusal.BAD_CLAIM, "nonce")
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), nonce.encode()):
        raise LaunchRefused(LaunchRefusal.NONCE_MISMATCH)


def _check_message(payload: dict[str, Any]) -> None:
    if required(payload, VERSION) != "1.3.0":
        raise LaunchRefused(LaunchRefusal.WRONG_VERSION)
    message_type = required(payload, MESSAGE_TYPE)
    if not isinstance(message_type, str) or message_type not in _VALIDATORS:
        known = isinstance(message_type, str) and message_type in _REFUSED_BY_NAME
        raise LaunchRefused(LaunchRefusal.UNSUPPORTED_MESSAGE, message_type if known else "unknown")
    validator = _VALIDATORS[message_type]
    try:
        if validator is not None:
            validator.validate(payload)
    except LtiException as problem:
        raise LaunchRefused(LaunchRefusal.MISSING_CLAIM, str(problem)) from None
    except (AttributeError, TypeError):  # it takes the types of claims for granted
        raise LaunchRefused(LaunchRefusal.BAD_CLAIM, message_type) from None
