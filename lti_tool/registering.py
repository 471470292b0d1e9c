"""A platform registers us: from the address that an administrator pasted there to a registration that is kept.

In two steps. The first reads who the platform is and shows what would be asked; what was read travels sealed in the
form of that page, so nothing can change before the second. That one asks the platform, and keeps its answer and uses
the invitation up in one transaction. Every try is kept, so that one that stopped halfway can be seen and mended.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from config.errors import ToolError
from config.logging import reference
from lti_tool.lti.dynamic_registration import PersonalData, Registered, compose_registration
from lti_tool.lti.platform_configuration import PlatformConfiguration, SupportedMessage
from lti_tool.lti.registration_calls import fetch_configuration, send_registration
from lti_tool.lti.registration_problems import RegistrationFailed, RegistrationProblem
from lti_tool.roster.invitations import (
    begin_attempt,
    fail_attempt,
    find_invitation,
    finish_attempt,
    send_attempt,
    use_invitation,
)
from lti_tool.roster.models import Registration
from lti_tool.roster.platform_models import InvitationPurpose, RegistrationAttempt
from lti_tool.roster.registrations import find_same_platform, keep_registered
from lti_tool.tool import Tool

logger = logging.getLogger("mijlpaal.registration")

REVIEW_LIFETIME = timedelta(hours=1)
"""A registration token of Moodle holds as long (4.5, 2026-11)."""
_REVIEW = "registration-review"


@dataclass(frozen=True)
class Review:
    """A platform that was read and waits for an administrator's yes."""

    invitation_id: uuid.UUID
    attempt_id: uuid.UUID
    configuration: PlatformConfiguration
    token: str = field(repr=False)
    known_since: datetime | None = None
    """When this platform was registered, where it was: going on brings that registration up to date."""


@dataclass(frozen=True)
class Completed:
    """A registration that is kept."""

    configuration: PlatformConfiguration
    registered: Registered
    personal_data: PersonalData
    was_known: bool


class NotKept(RegistrationFailed):
    """The platform registered us and we could not keep it: what a person needs to add it by hand."""

    def __init__(
        self, detail: str, configuration: PlatformConfiguration, registered: Registered, personal_data: PersonalData
    ) -> None:
        super().__init__(RegistrationProblem.NOT_SAVED, detail)
        self.configuration = configuration
        self.registered = registered
        self.personal_data = personal_data


def check_invitation(tool: Tool, secret: str) -> uuid.UUID:
    """Return the invitation that this address holds.

    Raises:
        InvitationRefused: it opens nothing, or not any more.
    """
    with tool.db.reading() as tx:
        return find_invitation(tx, secret, InvitationPurpose.REGISTER, now=tool.clock.now()).id


def begin_registration(tool: Tool, secret: str, configuration_url: str, token: str) -> Review:
    """Read the platform that the browser came from. Asks nothing of it yet.

    Raises:
        InvitationRefused: see `check_invitation`.
        RegistrationFailed: the platform cannot be read or may not register; the invitation stays as it is.
    """
    invitation_id = check_invitation(tool, secret)
    try:
        configuration = fetch_configuration(
            tool.http, configuration_url, token, allow_loopback=tool.settings.allow_loopback
        )
        with tool.db.reading() as tx:
            known = _known(find_same_platform(tx, configuration), configuration)
    except RegistrationFailed as failed:
        _log(failed)
        with tool.db.transaction() as tx:
            now = tool.clock.now()
            attempt_id = begin_attempt(tx, invitation_id, reference=reference.get(), now=now)
            tx.get_one(RegistrationAttempt, attempt_id).configuration_url = configuration_url.partition("?")[0][:1000]
            fail_attempt(tx, attempt_id, problem=failed.code, reference=reference.get(), now=now)
        raise
    with tool.db.transaction() as tx:
        attempt_id = begin_attempt(tx, invitation_id, reference=reference.get(), now=tool.clock.now())
        attempt = tx.get_one(RegistrationAttempt, attempt_id)
        attempt.issuer = configuration.issuer
        attempt.product_family = configuration.product_family_code
        attempt.configuration_url = configuration.url
    return Review(invitation_id, attempt_id, configuration, token, known.created_at if known else None)


def seal_review(tool: Tool, review: Review) -> str:
    """Return the review for the form of our page, which brings it back unchanged."""
    return tool.sealer.seal_document(
        _REVIEW,
        {
            "i": str(review.invitation_id),
            "a": str(review.attempt_id),
            "c": asdict(review.configuration),
            "t": review.token,
            "k": review.known_since.timestamp() if review.known_since else None,
            "x": int((tool.clock.now() + REVIEW_LIFETIME).timestamp()),
        },
    )


def open_review(tool: Tool, secret: str, sealed: str) -> Review:
    """Return the review that a form brought back, for the invitation in its address.

    Raises:
        InvitationRefused: see `check_invitation`.
        RegistrationFailed: the page is too old, or its form is not ours or of another invitation.
    """
    invitation_id = check_invitation(tool, secret)
    content = tool.sealer.open_document(_REVIEW, sealed)
    if (
        content is None
        or content["i"] != str(invitation_id)
        or datetime.fromtimestamp(content["x"], UTC) <= tool.clock.now()
    ):
        raise RegistrationFailed(RegistrationProblem.PAGE_TOO_OLD)
    known_since = datetime.fromtimestamp(content["k"], UTC) if content["k"] is not None else None
    return Review(invitation_id, uuid.UUID(content["a"]), _configuration(content["c"]), content["t"], known_since)


def confirm_registration(tool: Tool, review: Review, personal_data: PersonalData) -> Completed:
    """Ask the platform to register us and keep what it answers.

    Raises:
        RegistrationFailed: the platform did not do it, or nobody can tell; the invitation can be used again.
        NotKept: it did, and we could not keep it.
    """
    with tool.db.transaction() as tx:
        if not send_attempt(tx, review.attempt_id):
            raise RegistrationFailed(RegistrationProblem.PAGE_TOO_OLD, "sent before")
    configuration = review.configuration
    payload = compose_registration(configuration.family, configuration, tool.settings.public_url, personal_data)
    try:
        registered = send_registration(tool.http, configuration, review.token, payload)
    except RegistrationFailed as failed:
        _log(failed)
        _fail(tool, review, failed)
        raise
    try:
        was_known = _keep(tool, review, registered, personal_data)
    except (ToolError, SQLAlchemyError) as error:
        code = error.code if isinstance(error, ToolError) else type(error).__name__
        not_kept = NotKept(code, configuration, registered, personal_data)
        _log(not_kept)
        _fail(tool, review, not_kept, client_id=registered.client_id)
        raise not_kept from error
    return Completed(configuration, registered, personal_data, was_known)


def _keep(tool: Tool, review: Review, registered: Registered, personal_data: PersonalData) -> bool:
    """Keep the registration, the attempt and that the invitation was used; True where the platform was known."""
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        use_invitation(tx, review.invitation_id, now=now)
        was_known = _known(find_same_platform(tx, review.configuration), review.configuration) is not None
        registration = keep_registered(
            tx,
            review.configuration,
            registered,
            personal_data=personal_data,
            now=now,
        )
        finish_attempt(tx, review.attempt_id, registration, reference=reference.get(), now=now)
    return was_known


def _known(registration: Registration | None, configuration: PlatformConfiguration) -> Registration | None:
    """Return the registration that will be brought up to date; not by a neighbour on the same host."""
    if registration is None or configuration.hosted_issuer is not None or configuration.is_below_issuer:
        return registration
    raise RegistrationFailed(RegistrationProblem.ISSUER_TAKEN)


def _fail(tool: Tool, review: Review, failed: RegistrationFailed, *, client_id: str = "") -> None:
    try:
        with tool.db.transaction() as tx:
            fail_attempt(
                tx,
                review.attempt_id,
                problem=failed.code,
                reference=reference.get(),
                client_id=client_id,
                now=tool.clock.now(),
            )
    except SQLAlchemyError:
        # The database being away can be why it failed: the person is told all the same.
        logger.exception("attempt not kept", extra={"code": failed.code})


def _log(failed: RegistrationFailed) -> None:
    logger.warning("registration stopped", extra={"code": failed.code, "detail": failed.detail})


def _configuration(content: dict[str, Any]) -> PlatformConfiguration:
    messages = tuple(SupportedMessage(entry["type"], tuple(entry["placements"])) for entry in content["messages"])
    lists = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    return PlatformConfiguration(**{**content, **lists, "messages": messages})
