"""Errors that cross rooms. None of them knows HTTP status codes: lti_tool/web/errors.py maps types to pages."""

from __future__ import annotations


class ToolError(Exception):
    """Something went wrong that we can name.

    `code` is a short stable word for logs and counting; `detail` is for the log only and must hold nothing secret
    or personal. What a person reads is chosen by the pages from the type and the code.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class NotAllowed(ToolError):
    """The person is known but may not do this."""


class NotFound(ToolError):
    """No such thing, or not for this person: the two are not told apart."""


class Conflict(ToolError):
    """The state changed under the request; reading again helps."""


class InputInvalid(ToolError):
    """A person typed something that cannot be kept. `field` names the form field where there is one."""

    def __init__(self, code: str, field: str = "", detail: str = "") -> None:
        super().__init__(code, detail)
        self.field = field


class SettingsInvalid(ToolError):
    """The service cannot start with these settings; the message names each one."""


class PlatformFailed(ToolError):
    """A call to another service did not succeed.

    `retryable` says whether the same call could succeed later; what the outbox makes of it also depends on code and
    status (lti_tool/jobs/settling.py). `status` is the HTTP status, None when there was no answer;
    `retry_after_seconds` is what the other side asked for.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        retryable: bool,
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(code, detail)
        self.retryable = retryable
        self.status = status
        self.retry_after_seconds = retry_after_seconds
