"""Keeping that a login or launch was refused, for the administrator who is asked about the number."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from lti_tool.login import peek_login
from lti_tool.lti.errors import LaunchRefused
from lti_tool.roster.refusals import note_refusal
from lti_tool.roster.registrations import find_registration
from lti_tool.tool import Tool

logger = logging.getLogger("mijlpaal.web")


def keep_refusal(tool: Tool, refused: LaunchRefused, told: Mapping[str, str], *, reference: str) -> None:
    """Keep why somebody was refused, with whose platform it was where that can be known from what was `told`.

    What the platform signed goes before what a login said: by the deployment it comes into a school's console.

    Never fails: the person is to see their page whatever the database does.
    """
    now = tool.clock.now()
    registration_id, deployment = _place_in_state(tool, told.get("state", ""))
    issuer, client_id = told.get("iss", ""), told.get("client_id", "")
    try:
        with tool.db.transaction() as tx:
            if registration_id is None and issuer:
                found = find_registration(tx, issuer[:500], client_id[:255] or None)
                registration_id = found.id if found else None
            note_refusal(
                tx,
                refused,
                reference=reference,
                registration_id=registration_id,
                issuer=issuer,
                client_id=client_id,
                external_deployment_id=(
                    refused.signed_deployment_id
                    or deployment
                    or told.get("lti_deployment_id", "")
                    or told.get("deployment_id", "")
                ),
                now=now,
            )
    except (SQLAlchemyError, ValueError):
        logger.exception("refusal not kept")


def _place_in_state(tool: Tool, state: str) -> tuple[uuid.UUID | None, str]:
    if not state:
        return None, ""
    try:
        login = peek_login(tool.sealer, state, now=tool.clock.now())
    except LaunchRefused:
        return None, ""
    return login.registration_id, login.external_deployment_id
