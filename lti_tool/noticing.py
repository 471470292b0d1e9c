"""Notices of platforms: asking for them, taking them in once, and acting on them in the background.

https://www.imsglobal.org/spec/lti-pns/v1p0/main/
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

import jwt
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config import outbox
from config.errors import PlatformFailed
from config.forgetting import delete_some
from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.copying import copy_course, find_course
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.notices import (
    CONTEXT_COPY,
    HELLO_WORLD,
    ExpectedNotice,
    Notice,
    register_notice_handler,
    verify_notice,
)
from lti_tool.lti.platform_text import is_identifier, is_storable
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster import places
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.models import Context, Deployment, DeploymentState, Registration
from lti_tool.roster.platform_models import NoticeHandler, PlatformNotice
from lti_tool.roster.registrations import find_deployment, find_registration
from lti_tool.tool import Tool

NOTICES_PATH = "/lti/notices"
WANTED = (CONTEXT_COPY, HELLO_WORLD)
MOST_IN_ONE = 100
"""Notices in one request."""
KEPT = timedelta(days=1)
"""Longer than a notice holds: until then a second one with its id is known."""

logger = logging.getLogger("mijlpaal.notices")


def promise_handlers(tx: Session, deployment: Deployment, claims: LaunchClaims, *, now: datetime) -> None:
    """Promise to ask for the notices that this launch offers and that we do not get yet."""
    service = claims.notice_service
    if service is None:
        return
    offered = [wanted for wanted in WANTED if wanted in service.types]
    known = {
        row.notice_type: row
        for row in tx.execute(select(NoticeHandler).where(NoticeHandler.deployment_id == deployment.id)).scalars()
    }
    missing = [wanted for wanted in offered if wanted not in known or known[wanted].service_url != service.url]
    if not missing:
        return
    for wanted in missing:
        tx.execute(
            delete(NoticeHandler).where(
                NoticeHandler.deployment_id == deployment.id, NoticeHandler.notice_type == wanted
            )
        )
        key = ("deployment_id", "notice_type")
        values = {"deployment_id": deployment.id, "notice_type": wanted, "service_url": service.url, "problem": ""}
        insert_unless_present(tx, NoticeHandler, values, key=key)
    outbox.put(
        tx,
        MessageType.ASK_FOR_NOTICES,
        {"deployment_id": deployment.id},
        now=now,
        coalesce_key=f"notices:{deployment.id}",
        lane=platform_lane(deployment.registration_id),
    )


def ask_for_notices(tool: Tool, deployment_id: uuid.UUID) -> None:
    """Tell the platform where its notices go, for each type that it offers and was not told about.

    Raises:
        PlatformFailed: what was told until then is kept, and the reason, for the administrator.
    """
    now = tool.clock.now()
    with tool.db.reading() as tx:
        deployment = tx.get(Deployment, deployment_id)
        if deployment is None:
            return
        rows = tx.execute(
            select(NoticeHandler.notice_type, NoticeHandler.service_url).where(
                NoticeHandler.deployment_id == deployment_id, NoticeHandler.registered_at.is_(None)
            )
        ).all()
        if not rows:
            return
        endpoint = endpoint_of(tx, tool.box, tx.get_one(Registration, deployment.registration_id), now=now)
    for notice_type, service_url in rows:
        try:
            register_notice_handler(tool.platform_http, endpoint, service_url, notice_type, tool.url(NOTICES_PATH))
        except PlatformFailed as failed:
            _keep_outcome(tool, deployment_id, notice_type, failed.code)
            raise
        _keep_outcome(tool, deployment_id, notice_type, "")


def receive_notices(tool: Tool, tokens: list[str]) -> int:
    """Take these notices in; returns how many were news. What does not hold is logged and left.

    Verified outside any transaction; what follows from them is work for the background.
    """
    taken = 0
    for token in tokens[:MOST_IN_ONE]:
        try:
            registration, notice = _verified(tool, token)
        except LaunchRefused as refused:
            logger.warning("notice refused", extra={"reason": refused.reason.value, "detail": refused.detail})
            continue
        with tool.db.transaction() as tx:
            taken += _keep(tx, registration, notice, now=tool.clock.now())
    return taken


def copy_promised_course(tool: Tool, origin_id: uuid.UUID, context_id: uuid.UUID) -> None:
    """Keep the promise that a notice made: take over the other course where this one has no rules of its own yet."""
    with tool.db.transaction() as tx:
        copy_course(tx, tool, origin_id, context_id, now=tool.clock.now())


def forget_old_notices(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` notices that are too old to hold if they came again; returns how many."""
    return delete_some(tx, PlatformNotice.id, PlatformNotice.received_at < now - KEPT, limit=limit)


def _keep_outcome(tool: Tool, deployment_id: uuid.UUID, notice_type: str, problem: str) -> None:
    with tool.db.transaction() as tx:
        row = tx.get(NoticeHandler, (deployment_id, notice_type))
        if row is not None:
            row.problem = problem[:60]
            row.registered_at = None if problem else tool.clock.now()


def _verified(tool: Tool, token: str) -> tuple[Registration, Notice]:
    """Return whose notice it is, and what it says: who sent it is only believed after its signature."""
    try:
        claimed = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        raise LaunchRefused(LaunchRefusal.NOT_A_TOKEN, "notice") from None
    issuer, audience = claimed.get("iss"), claimed.get("aud")
    candidates = audience if isinstance(audience, list) else [audience]
    with tool.db.reading() as tx:
        registration = next(
            (
                found
                for client_id in candidates[:10]
                if isinstance(issuer, str) and is_storable(issuer) and is_identifier(client_id)
                if (found := find_registration(tx, issuer, client_id)) is not None
            ),
            None,
        )
    if registration is None:
        raise LaunchRefused(LaunchRefusal.UNREGISTERED_PLATFORM)
    expected = ExpectedNotice(
        issuer=registration.issuer,
        client_id=registration.client_id,
        jwks_url=registration.jwks_url,
        leeway_seconds=registration.leeway_seconds,
    )
    return registration, verify_notice(token, expected=expected, keys=tool.key_sets, now=tool.clock.now())


def _keep(tx: Session, registration: Registration, notice: Notice, *, now: datetime) -> bool:
    """Keep that this notice came, and promise what follows; False where it came before or its place is not ours."""
    values = {
        "id": new_id(),
        "registration_id": registration.id,
        "external_notice_id": notice.id,
        "notice_type": notice.type,
        "received_at": now,
    }
    if insert_unless_present(tx, PlatformNotice, values, key=("registration_id", "external_notice_id")) is None:
        return False
    deployment = find_deployment(tx, registration.id, notice.deployment_id)
    if deployment is None or deployment.state == DeploymentState.WAITING:
        return False
    # Also while the place is closed: the notice comes once, and copying sends nothing to the platform.
    if notice.type == CONTEXT_COPY and notice.context is not None:
        origin = next(
            (found for name in notice.origin_contexts if (found := find_course(tx, deployment.id, name)) is not None),
            None,
        )
        if origin is not None:
            copy = places.keep_context(tx, deployment.id, notice.context, now=now)
            _promise_copy(tx, origin, copy, now=now)
    return True


def _promise_copy(tx: Session, origin: Context, copy: Context, *, now: datetime) -> None:
    if origin.id == copy.id:
        return
    outbox.put(
        tx,
        MessageType.COPY_COURSE,
        {"origin_id": origin.id, "context_id": copy.id},
        now=now,
        coalesce_key=f"copy:{copy.id}",
    )
