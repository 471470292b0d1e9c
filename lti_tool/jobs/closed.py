"""Promises of a deployment that is not let in: nothing is sent there until it is, and nothing of it is lost."""

from __future__ import annotations

import uuid
from datetime import timedelta

from config.errors import ToolError
from config.outbox_claiming import Claimed
from config.outbox_finishing import release
from lti_tool.messages import MessageType
from lti_tool.roster.models import DeploymentState
from lti_tool.roster.promises import CLOSED, deployment_of_promise, put_off_promises
from lti_tool.tool import Tool

PAUSE = timedelta(hours=1)
"""Until it is looked at again. Approving wakes what waits at once; this is for what opens it in another way."""
_OWN_WORK = frozenset({MessageType.ISSUE_CREDENTIAL, MessageType.EVALUATE_COURSE, MessageType.COPY_COURSE})
"""Leaves the service with nothing: points and badges go on, so that all is right when it opens again."""


class DeploymentClosed(ToolError):
    """The message is for a platform to which nothing is sent now."""

    def __init__(self, deployment_id: uuid.UUID) -> None:
        super().__init__(CLOSED)
        self.deployment_id = deployment_id


def refuse_closed(tool: Tool, message: Claimed) -> None:
    """Let a message pass whose deployment is let in, or that calls no platform.

    Raises:
        DeploymentClosed: it is to wait.
    """
    if message.type in _OWN_WORK:
        return
    with tool.db.reading() as tx:
        deployment = deployment_of_promise(tx, message.ids)
    if deployment is not None and deployment.state != DeploymentState.ACTIVE:
        raise DeploymentClosed(deployment.id)


def put_off(tool: Tool, message: Claimed, closed: DeploymentClosed) -> bool:
    """Give the message back untried, and let everything else wait with it that is for the same deployment.

    Returns False when the lease was lost. Where the deployment was opened since it was looked at, all goes on.
    """
    now = tool.clock.now()
    is_ours = release(tool.db, message, now=now, due_at=now + PAUSE, why=CLOSED)
    with tool.db.transaction() as tx:
        put_off_promises(tx, closed.deployment_id, spared=_OWN_WORK, now=now, until=now + PAUSE)
    return is_ours
