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
    MISSING_PARAMETER = "missing-parameter"
    BAD_PARAMETER = "bad-parameter"
    UNREGISTERED_PLATFORM = "unregistered-platform"
    # The login attempt a launch answers to
    STATE_UNKNOWN = "state-unknown"
    STATE_USED = "state-used"
    STATE_EXPIRED = "state-expired"
    OTHER_BROWSER = "other-browser"
    NONCE_MISMATCH = "nonce-mismatch"
    # The token as a signed document
    TOKEN_TOO_LARGE = "token-too-large"  # noqa: S105
    NOT_A_TOKEN = "not-a-token"  # noqa: S105
    ALGORITHM = "algorithm"
    NO_KEY_ID = "no-key-id"
    KEY_UNKNOWN = "key-unknown"
    KEYS_UNREACHABLE = "keys-unreachable"
    SIGNATURE = "signature"
    # Who speaks to whom, and when
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    TOO_OLD = "too-old"
    # The message
    MISSING_CLAIM = "missing-claim"
    BAD_CLAIM = "bad-claim"
    WRONG_VERSION = "wrong-version"
    UNSUPPORTED_MESSAGE = "unsupported-message"
    UNSUPPORTED_NOTICE = "unsupported-notice"
    TARGET_MISMATCH = "target-mismatch"
    # Where the tool is installed
    DEPLOYMENT_MISSING = "deployment-missing"
    DEPLOYMENT_WAITING = "deployment-waiting"
    DEPLOYMENT_HELD = "deployment-held"
    # The platform sent an error instead of a token
    PLATFORM_ERROR = "platform-error"


class LaunchRefused(ToolError):
    """A login or launch that must not continue. `detail` names the claim or parameter, never its value."""

    def __init__(self, reason: LaunchRefusal, detail: str = "") -> None:
        super().__init__(reason.value, detail)
        self.reason = reason
        self.signed_deployment_id = ""
        """The deployment of the launch, where the platform's signature was good; what a login names is unproven."""
