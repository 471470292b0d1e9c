"""Handing in a badge as the answer to an assignment of the platform.

https://developerdocs.instructure.com/services/canvas/external-tools/placements (homework_submission), 2026-11: what
comes back is the work of the learner who picked it, and a file is fetched at once, without any cookie.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from badges import sharing
from badges.award import AwardView, awards_of_person
from config.errors import Conflict, NotAllowed, NotFound
from lti_tool.choosing.answering import Answer, sign_answer
from lti_tool.choosing.offer import accepted
from lti_tool.choosing.purposes import Purpose, purpose_of
from lti_tool.lti.claims import DeepLinkingClaim
from lti_tool.lti.content_items import ContentItem, FileItem, ImageItem, ResourceLinkItem, returnable
from lti_tool.lti.roles import may_earn
from lti_tool.roster.deep_linking_requests import get_request, use_request
from lti_tool.roster.endpoints import registration_of_context
from lti_tool.roster.launch_sessions import CurrentSession
from lti_tool.tool import Tool


@dataclass(frozen=True)
class HandInOffer:
    """The badges that this person holds, of any course, and the forms in which the platform takes one."""

    badges: tuple[AwardView, ...]
    takes_link: bool
    takes_picture: bool


def hand_in_offer(tx: Session, session: CurrentSession) -> HandInOffer:
    """Return what this person can hand in.

    Raises:
        NotFound: the session is not for handing in.
    """
    request = get_request(tx, session.id)
    if purpose_of(registration_of_context(tx, session.context_id), request) is not Purpose.HAND_IN:
        raise NotFound("deep-linking")
    accepts = accepted(request)
    takes_link = not {"ltiResourceLink", "link", "html"}.isdisjoint(accepts.accept_types)
    takes_picture = not {"file", "image"}.isdisjoint(accepts.accept_types)
    return HandInOffer(_held(tx, session.person_id), takes_link, takes_picture)


def hand_in(
    tx: Session, tool: Tool, session: CurrentSession, award_id: uuid.UUID | None, *, as_picture: bool, now: datetime
) -> Answer:
    """Hand in a badge, once: from then on it is shared. None hands in nothing, and goes back.

    Whoever looks at the work has no session of the holder, so what is handed in can only be the public page, or the
    picture behind it. One that was private is shared without a name: the platform says whose work it is.

    Raises:
        NotAllowed: somebody who does not learn here.
        NotFound: the session is not for handing in, or not a badge that this person holds.
        Conflict: `answered-before`; `not-signed-yet`, where a picture is wanted that is still being made.
    """
    offer = hand_in_offer(tx, session)
    request = use_request(tx, session.id, now=now)
    if request is None:
        raise Conflict("answered-before")
    items: list[ContentItem] = []
    if award_id is not None:
        if not may_earn(session.role):
            raise NotAllowed("role")
        award = next((one for one in offer.badges if one.award_id == award_id), None)
        if award is None:
            raise NotFound("award")
        as_picture = offer.takes_picture and (as_picture or not offer.takes_link)
        if as_picture and not award.is_ready:
            raise Conflict("not-signed-yet")
        if award.shared_at is None:
            sharing.share(tx, award_id, session.person_id, shows_name=False, now=now)
        items.append(_item(tool, award, accepted(request), as_picture=as_picture))
    registration = registration_of_context(tx, session.context_id)
    return sign_answer(tx, tool, registration, session, request, items, now=now)


def _item(tool: Tool, award: AwardView, accepts: DeepLinkingClaim, *, as_picture: bool) -> ContentItem:
    page = tool.badge_url(award.award_id)
    if not as_picture:
        link = ResourceLinkItem(award.name, url=page, page_url=page)
        return returnable(link, accepts) or link
    baked = f"{page}/badge.png"
    if "file" in accepts.accept_types:
        return FileItem(baked, f"{award.name}.png", media_type="image/png")
    return ImageItem(baked, award.details.alt_text or award.name)


def _held(tx: Session, person_id: uuid.UUID) -> tuple[AwardView, ...]:
    awards = [one for one in awards_of_person(tx, person_id) if one.is_held and one.erased_at is None]
    return tuple(sorted(awards, key=lambda one: one.awarded_at, reverse=True))
