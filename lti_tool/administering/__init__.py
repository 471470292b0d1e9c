"""The admin console: registrations, how each service does, what is missing in the LMS, what was refused, what waits.

Whoever came by a launch sees and changes one registration; whoever came by an invitation, all. Every function takes
that scope, and finds nothing outside it.
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
from lti_tool.administering.overview import Console, PlatformView, console
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
    "self_check",
    "try_again",
    "withdraw",
]
