"""The admin console: registrations, how each service does, what is missing in the LMS, what was refused, what waits.

Whoever came by a launch sees one deployment; whoever came by an invitation, everything. Every function takes that
scope, and finds nothing outside it (`seeing`).
"""

from lti_tool.administering.deciding import (
    approve,
    enter_by_invitation,
    enter_by_launch,
    hold,
    invite,
    try_again,
    withdraw,
)
from lti_tool.administering.overview import Console, PlatformView, console, name_to_show
from lti_tool.administering.refusing import keep_refusal
from lti_tool.administering.self_check import Check, CheckResult, self_check

__all__ = [
    "Check",
    "CheckResult",
    "Console",
    "PlatformView",
    "approve",
    "console",
    "enter_by_invitation",
    "enter_by_launch",
    "hold",
    "invite",
    "keep_refusal",
    "name_to_show",
    "self_check",
    "try_again",
    "withdraw",
]
