"""The hosts at which a school opens us, where many schools share an issuer and each can have a host of its own.

Hosted Canvas calls every school by one issuer, and shows the school's pages at a name that the school chose. Nothing in
the registration tells that name; the addresses in a verified launch do. They count for the deployment that was
launched, never for the others of the registration: those are other schools.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.upsert import insert_many_unless_present
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.origin import safe_origin
from lti_tool.platforms.families import family_of
from lti_tool.roster.models import Registration
from lti_tool.roster.platform_models import DeploymentOrigin

MOST_ORIGINS = 20
"""Of one deployment. They stand in a header of every page: who has more forgets the one that was not seen longest."""
_SEEN_AGAIN = timedelta(days=1)
_LONGEST = 300


def origins_in(claims: LaunchClaims, *, allow_loopback: bool) -> set[str]:
    """Return the hosts of the addresses that only the platform itself writes into its messages.

    Its services, and the page it wants people back on. Not custom parameters, titles, links and the target, which
    people type. And not where the answer of deep linking goes: that one is judged by these, for with it goes a signed
    answer, and who is asked to send it must not be believed on its own word.
    """
    ags, groups = claims.ags, claims.groups
    addresses = (
        ags.lineitems if ags else None,
        ags.lineitem if ags else None,
        claims.nrps_url,
        groups.groups_url if groups else None,
        claims.notice_service.url if claims.notice_service else None,
        claims.return_url,
    )
    found = {safe_origin(address, allow_loopback=allow_loopback) for address in addresses if address}
    return {origin for origin in found if origin and len(origin) <= _LONGEST}


def keep_origins(
    tx: Session, deployment_id: uuid.UUID, claims: LaunchClaims, *, allow_loopback: bool, now: datetime
) -> None:
    """Keep the hosts that a verified launch of this deployment names. Writes only what is new or a day old.

    A whole class launches at once and would wait for each other at the row of its school.
    """
    named = sorted(origins_in(claims, allow_loopback=allow_loopback))
    if not named:
        return
    query = select(DeploymentOrigin.origin, DeploymentOrigin.last_seen_at).where(
        DeploymentOrigin.deployment_id == deployment_id, DeploymentOrigin.origin.in_(named)
    )
    known = {row[0]: row[1] for row in tx.execute(query)}
    rows = [
        {"deployment_id": deployment_id, "origin": origin, "first_seen_at": now, "last_seen_at": now}
        for origin in named
        if origin not in known
    ]
    if rows:
        insert_many_unless_present(tx, DeploymentOrigin, rows, key=("deployment_id", "origin"))
        _forget_oldest(tx, deployment_id)
    for origin in named:
        if origin in known and now - known[origin] >= _SEEN_AGAIN:
            tx.execute(
                update(DeploymentOrigin)
                .where(DeploymentOrigin.deployment_id == deployment_id, DeploymentOrigin.origin == origin)
                .values(last_seen_at=now)
                .execution_options(synchronize_session=False)
            )


def origins_of_deployment(tx: Session, registration: Registration, deployment_id: uuid.UUID) -> tuple[str, ...]:
    """Return the hosts of this school; nothing for products whose registration names them all."""
    if not family_of(registration.product_family).schools_have_own_hosts:
        return ()
    query = select(DeploymentOrigin.origin).where(DeploymentOrigin.deployment_id == deployment_id)
    return tuple(sorted(tx.execute(query).scalars()))


def _forget_oldest(tx: Session, deployment_id: uuid.UUID) -> None:
    here = DeploymentOrigin.deployment_id == deployment_id
    kept = (
        select(DeploymentOrigin.origin)
        .where(here)
        .order_by(DeploymentOrigin.last_seen_at.desc(), DeploymentOrigin.first_seen_at.desc(), DeploymentOrigin.origin)
        .limit(MOST_ORIGINS)
    )
    tx.execute(
        delete(DeploymentOrigin)
        .where(here, DeploymentOrigin.origin.not_in(kept))
        .execution_options(synchronize_session=False)
    )
