"""The signed answer to a deep linking request.

https://www.imsglobal.org/spec/lti-dl/v2p0/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.choosing.offer import accepted
from lti_tool.lti.content_items import ContentItem, returnable_items
from lti_tool.lti.deep_linking import deep_linking_response
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.item_models import DeepLinkingRequest
from lti_tool.roster.launch_sessions import CurrentSession
from lti_tool.roster.models import Context, Deployment, Registration
from lti_tool.tool import Tool


@dataclass(frozen=True)
class Answer:
    """What the browser posts to the platform, as the field `JWT`, and how many items are in it."""

    return_url: str
    signed: str
    count: int


def sign_answer(
    tx: Session,
    tool: Tool,
    registration: Registration,
    session: CurrentSession,
    request: DeepLinkingRequest,
    items: Sequence[ContentItem],
    *,
    now: datetime,
) -> Answer:
    """Sign what goes back; what this platform cannot take is left out."""
    taken = returnable_items(items, accepted(request))
    endpoint = endpoint_of(tx, tool.box, registration, now=now)
    deployment = tx.execute(
        select(Deployment.external_deployment_id)
        .join(Context, Context.deployment_id == Deployment.id)
        .where(Context.id == session.context_id)
    ).scalar_one()
    signed = deep_linking_response(
        taken,
        issuer=registration.issuer,
        client_id=registration.client_id,
        deployment_id=deployment,
        key_id=endpoint.key_id,
        private_key_pem=endpoint.private_key_pem,
        data=request.data,
        now=now,
    )
    return Answer(request.return_url, signed, len(taken))
