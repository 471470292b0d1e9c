"""Promises of a deployment that is not let in: nothing is sent there until it is, and nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta

from config.errors import ToolError
from config.outbox_claiming import Claimed
from lti_tool.messages import MessageType
from lti_tool.roster.models import DeploymentState
from lti_tool.roster.promises import state_of_promise
from lti_tool.tool import Tool

PAUSE = timedelta(hours=1)
"""Until it is looked at again. Approving wakes what waits at once; this is for what opens it in another way."""
_OWN_WORK = frozenset({MessageType.ISSUE_CREDENTIAL, MessageType.EVALUATE_COURSE, MessageType.COPY_COURSE})
"""Leaves the service with nothing: points and badges go on, so that all is right when it opens again."""


class DeploymentClosed(ToolError):
    """The message is for a platform to which nothing is sent now."""

    def __init__(self) -> None:
        super().__init__("deployment-closed")


def refuse_closed(tool: Tool, message: Claimed) -> None:
    """Let a message pass whose deployment is let in, or that calls no platform.

    Raises:
        DeploymentClosed: it is to wait.
    """
    if message.type in _OWN_WORK:
        return
    with tool.db.reading() as tx:
        state = state_of_promise(tx, message.ids)
    if state not in {None, DeploymentState.ACTIVE}:
        raise DeploymentClosed
