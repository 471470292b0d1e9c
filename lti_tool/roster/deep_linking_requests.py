"""Sessions in which a teacher picks what to place: where the answer goes, and that it counts once."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import NotFound
from lti_tool.lti.claims import DeepLinkingClaim
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.origin import is_of_platform
from lti_tool.platforms.families import family_of
from lti_tool.roster.deployment_origins import origins_of_deployment
from lti_tool.roster.item_models import DeepLinkingRequest
from lti_tool.roster.models import LONGEST_ADDRESS, Registration


def keep_request(
    tx: Session,
    session_id: uuid.UUID,
    registration: Registration,
    deployment_id: uuid.UUID,
    asked: DeepLinkingClaim,
    *,
    placement: str,
) -> None:
    """Keep what the platform asks for in this session. The hosts of this launch were kept before: they count.

    Raises:
        LaunchRefused: the answer would go to a place that is not the platform's.
    """
    of_school = origins_of_deployment(tx, registration, deployment_id)
    places = (registration.issuer, registration.auth_login_url, registration.auth_token_url, *of_school)
    hosts = family_of(registration.product_family).frame_ancestors
    if len(asked.return_url) > LONGEST_ADDRESS or not is_of_platform(asked.return_url, places, hosts):
        raise LaunchRefused(LaunchRefusal.BAD_CLAIM, "deep_link_return_url")
    tx.flush()
    tx.add(
        DeepLinkingRequest(
            session_id=session_id,
            return_url=asked.return_url,
            data=asked.data,
            accept_types=list(asked.accept_types),
            accept_targets=list(asked.accept_targets),
            accepts_multiple=asked.accepts_multiple,
            accepts_line_item=asked.accepts_line_item,
            placement=placement[:60],
            title=(asked.title or "")[:300],
            text=asked.text or "",
        )
    )


def get_request(tx: Session, session_id: uuid.UUID) -> DeepLinkingRequest:
    """Return what this session is asked for.

    Raises:
        NotFound: it is not for picking.
    """
    found = tx.get(DeepLinkingRequest, session_id)
    if found is None:
        raise NotFound("deep-linking")
    return found


def use_request(tx: Session, session_id: uuid.UUID, *, now: datetime) -> DeepLinkingRequest | None:
    """Use the request up and return it; None when it was answered before."""
    found = tx.execute(
        select(DeepLinkingRequest).where(DeepLinkingRequest.session_id == session_id).with_for_update()
    ).scalar_one_or_none()
    if found is None or found.answered_at is not None:
        return None
    found.answered_at = now
    return found
