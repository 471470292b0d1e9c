"""Why a dynamic registration did not come to an end: one member for each reason, so that each has words of its own."""

from __future__ import annotations

from enum import StrEnum

from config.errors import ToolError


class RegistrationProblem(StrEnum):
    """The reasons. Values are stable: they are kept with the attempt."""

    # What the platform sent the browser with
    NO_CONFIGURATION_ADDRESS = "no-configuration-address"
    ADDRESS_REFUSED = "address-refused"
    # Reading its configuration
    UNREACHABLE = "unreachable"
    CONFIGURATION_REFUSED = "configuration-refused"
    BEARER_REFUSED = "bearer-refused"
    NOT_A_CONFIGURATION = "not-a-configuration"
    INCOMPLETE = "incomplete"
    ISSUER_ELSEWHERE = "issuer-elsewhere"
    ENDPOINT_ELSEWHERE = "endpoint-elsewhere"
    NOT_SUPPORTED = "not-supported"
    # Asking it to register us
    REFUSED = "refused"
    PLATFORM_BROKEN = "platform-broken"
    OUTCOME_UNKNOWN = "outcome-unknown"
    ANSWER_UNREADABLE = "answer-unreadable"
    # Keeping what it answered
    NOT_SAVED = "not-saved"
    # The page itself
    PAGE_TOO_OLD = "page-too-old"
    ISSUER_TAKEN = "issuer-taken"


class RegistrationFailed(ToolError):
    """A registration that stops here. `said` is what the platform gave as its reason, cleaned for showing."""

    def __init__(self, problem: RegistrationProblem, detail: str = "", *, said: str = "") -> None:
        super().__init__(problem.value, detail)
        self.problem = problem
        self.said = said
