"""Why a login or a launch is refused: one member per reason, so refusals can be counted, translated and explained.

A learner sees a plain sentence with a reference number; an administrator sees the reason.
Rules: https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation and
https://www.imsglobal.org/spec/lti/v1p3/#required-message-claims
"""

from __future__ import annotations

from enum import StrEnum

from config.errors import ToolError


class LaunchRefusal(StrEnum):
    """The reasons. Values are stable: they are counted and stored in logs."""

    # Login initiation
    missing_parameter = "missing-parameter"
    bad_parameter = "bad-parameter"
    unregistered_platform = "unregistered-platform"
    # The login attempt a launch answers to
    state_unknown = "state-unknown"
    state_used = "state-used"
    state_expired = "state-expired"
    other_browser = "other-browser"
    nonce_mismatch = "nonce-mismatch"
    # The token as a signed document
    token_too_large = "token-too-large"  # noqa: S105
    not_a_token = "not-a-token"  # noqa: S105
    algorithm = "algorithm"
    no_key_id = "no-key-id"
    key_unknown = "key-unknown"
    keys_unreachable = "keys-unreachable"
    signature = "signature"
    # Who speaks to whom, and when
    issuer = "issuer"
    audience = "audience"
    expired = "expired"
    not_yet_valid = "not-yet-valid"
    too_old = "too-old"
    # The message
    missing_claim = "missing-claim"
    bad_claim = "bad-claim"
    wrong_version = "wrong-version"
    unsupported_message = "unsupported-message"
    target_mismatch = "target-mismatch"
    # Where the tool is installed
    deployment_missing = "deployment-missing"
    deployment_waiting = "deployment-waiting"
    # The platform sent an error instead of a token
    platform_error = "platform-error"


class LaunchRefused(ToolError):
    """A login or launch that must not continue. `detail` names the claim or parameter, never its value."""

    def __init__(self, reason: LaunchRefusal, detail: str = "") -> None:
        super().__init__(reason.value, detail)
        self.reason = reason
