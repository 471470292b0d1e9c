"""What one launch keeps, in one transaction; the page on which it comes out is of `lti_tool.first_page`."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from gamification.progress import is_behind
from lti_tool.copying import copy_where_it_came_from
from lti_tool.first_page import FirstPage, Launched, first_page, page_of_link
from lti_tool.link_settings import keep_link_setting
from lti_tool.lti.claims import (
    DEEP_LINKING_REQUEST,
    SUBMISSION_REVIEW_REQUEST,
    LaunchClaims,
)
from lti_tool.lti.custom_parameters import HIDE_NUMBERS, HIGH_CONTRAST, TIME_ZONE
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.platform_text import is_identifier
from lti_tool.lti.roles import PrincipalRole, may_administer, may_edit, may_review, principal_role
from lti_tool.noticing import promise_handlers
from lti_tool.platforms.families import family_of
from lti_tool.platforms.family import PlatformFamily
from lti_tool.progress import promise_evaluation, promise_scores
from lti_tool.roster import places
from lti_tool.roster.deep_linking_requests import keep_request
from lti_tool.roster.deployment_origins import keep_origins
from lti_tool.roster.groups import keep_groups_of_launch
from lti_tool.roster.items import keep_item_of_link
from lti_tool.roster.launch_sessions import OpenedSession, Wishes, open_session
from lti_tool.roster.members import find_member
from lti_tool.roster.models import Deployment, Person, Registration
from lti_tool.roster.services import keep_services
from lti_tool.roster.session_models import SessionProof
from lti_tool.tool import Tool
from lti_tool.words import language_of

_YES = {"true", "1", "yes"}


def arrive(
    tx: Session,
    tool: Tool,
    registration: Registration,
    deployment: Deployment,
    claims: LaunchClaims,
    *,
    proof: SessionProof,
    now: datetime,
) -> Launched:
    """Keep what a verified launch tells, and open its session.

    Raises:
        LaunchRefused: a deep linking request without a course, or by somebody who may not edit it.
    """
    registration = places.keep_platform(tx, registration, deployment, claims)
    family = _family(registration, claims)
    if family.schools_have_own_hosts:
        keep_origins(tx, deployment.id, claims, allow_loopback=tool.settings.allow_loopback, now=now)
    if _is_outside_courses(family, claims):
        return _arrive_outside(tx, registration, deployment, claims, proof=proof, now=now)
    if claims.message_type == DEEP_LINKING_REQUEST:
        return _arrive_to_choose(tx, tool, registration, deployment, claims, proof=proof, now=now)
    if claims.message_type == SUBMISSION_REVIEW_REQUEST:
        return _arrive_to_review(tx, registration, deployment, claims, proof=proof, now=now)
    role = principal_role(claims.role_uris)
    place = places.keep_place(tx, deployment.id, claims, now=now)
    context_id, link_id = place.context_id, place.link_id
    has_new_column = places.keep_line_item(tx, context_id, link_id, claims, now=now)
    person, membership, earns_again = places.keep_member(
        tx, registration, context_id, claims, role=role, locale=language_of(claims.locale or ""), now=now
    )
    keep_groups_of_launch(membership, claims)
    keep_services(tx, context_id, claims, now=now)
    promise_handlers(tx, deployment, claims, now=now)
    copy_where_it_came_from(tx, tool, registration, context_id, claims, now=now)
    item = keep_item_of_link(tx, registration.id, context_id, link_id, claims, now=now)
    task_before = place.setting.task_id if place.setting else None
    task_id = keep_link_setting(
        tx,
        place.setting,
        claims,
        context_id=context_id,
        link_id=link_id,
        person_id=person.id,
        item=item,
        now=now,
    )
    if earns_again:
        # Scores were held back while they were away or taught here.
        promise_scores(tx, context_id, [person.id], now=now)
    stands_for_another = task_before not in (None, task_id)
    if has_new_column or stands_for_another or (earns_again and is_behind(tx, context_id, person.id)):
        # What was earned before the column was there, or was about this, belongs in it too; and who did not learn here
        # for a while was passed over when the rules changed. Promised after the rules were locked, in the order in
        # which a teacher publishes: so nobody waits in a circle.
        promise_evaluation(tx, context_id, now=now)
    opened = _open(tx, person, context_id, claims, role=role, proof=proof, link_id=link_id, now=now)
    award_id = _handed_in(claims)
    if award_id is not None:
        return Launched(opened, FirstPage.HANDED_IN, {"award_id": award_id})
    page = first_page(tx, context_id, role, is_welcomed=membership.welcomed_at is not None)
    if may_edit(role) and claims.placement in family.places_of_settings:
        return Launched(opened, FirstPage.SETUP)
    return page_of_link(tx, context_id, opened, page, item, task_id)


def _arrive_to_choose(
    tx: Session,
    tool: Tool,
    registration: Registration,
    deployment: Deployment,
    claims: LaunchClaims,
    *,
    proof: SessionProof,
    now: datetime,
) -> Launched:
    if claims.context is None or claims.deep_linking is None:
        raise LaunchRefused(LaunchRefusal.MISSING_CLAIM, "context")
    role = principal_role(claims.role_uris)
    context_id = places.keep_context(tx, deployment.id, claims.context, now=now).id
    person, _membership, _earns_again = places.keep_member(
        tx, registration, context_id, claims, role=role, locale=language_of(claims.locale or ""), now=now
    )
    can_make_columns = claims.ags is not None and places.keep_grade_service(tx, context_id, claims.ags, now=now)
    keep_services(tx, context_id, claims, now=now)
    promise_handlers(tx, deployment, claims, now=now)
    copy_where_it_came_from(tx, tool, registration, context_id, claims, now=now)
    if can_make_columns:
        promise_evaluation(tx, context_id, now=now)
    opened = _open(tx, person, context_id, claims, role=role, proof=proof, now=now)
    keep_request(tx, opened.id, registration, deployment.id, claims.deep_linking, placement=claims.placement or "")
    hands_in = claims.placement in _family(registration, claims).places_to_hand_in
    return Launched(opened, FirstPage.HAND_IN if hands_in else FirstPage.CHOOSE)


def _arrive_to_review(
    tx: Session,
    registration: Registration,
    deployment: Deployment,
    claims: LaunchClaims,
    *,
    proof: SessionProof,
    now: datetime,
) -> Launched:
    """Open a session that looks at one learner. The column that it names is the one looked at, not that of a link."""
    if claims.context is None:
        raise LaunchRefused(LaunchRefusal.MISSING_CLAIM, "context")
    role = principal_role(claims.role_uris)
    context_id = places.keep_context(tx, deployment.id, claims.context, now=now).id
    person, membership, _earns_again = places.keep_member(
        tx, registration, context_id, claims, role=role, locale=language_of(claims.locale or ""), now=now
    )
    keep_services(tx, context_id, claims, now=now)
    reviewed = find_member(tx, registration.id, context_id, claims.for_user) if claims.for_user else None
    reviewed_id = reviewed.id if reviewed else None
    opened = _open(tx, person, context_id, claims, role=role, proof=proof, for_person_id=reviewed_id, now=now)
    if reviewed_id is not None and may_review(role):
        return Launched(opened, FirstPage.REVIEW, {"person_id": reviewed_id})
    return Launched(opened, first_page(tx, context_id, role, is_welcomed=membership.welcomed_at is not None))


def _arrive_outside(
    tx: Session,
    registration: Registration,
    deployment: Deployment,
    claims: LaunchClaims,
    *,
    proof: SessionProof,
    now: datetime,
) -> Launched:
    """Open a session for what belongs to a person, or to the school: no course comes of it, and nobody has a role."""
    if claims.message_type == DEEP_LINKING_REQUEST:
        raise LaunchRefused(LaunchRefusal.MISSING_CLAIM, "context")
    role = PrincipalRole.NOBODY
    context_id = places.keep_outside(tx, deployment.id, now=now).id
    person, _membership, _earns_again = places.keep_member(
        tx, registration, context_id, claims, role=role, locale=language_of(claims.locale or ""), now=now
    )
    promise_handlers(tx, deployment, claims, now=now)
    opened = _open(tx, person, context_id, claims, role=role, proof=proof, now=now)
    return Launched(opened, FirstPage.ACCOUNT if claims.context is not None else FirstPage.BADGES)


def _open(
    tx: Session,
    person: Person,
    context_id: uuid.UUID,
    claims: LaunchClaims,
    *,
    role: PrincipalRole,
    proof: SessionProof,
    now: datetime,
    link_id: uuid.UUID | None = None,
    for_person_id: uuid.UUID | None = None,
) -> OpenedSession:
    """Open the session of this launch; without a link where it opened none."""
    return open_session(
        tx,
        person_id=person.id,
        context_id=context_id,
        resource_link_id=link_id,
        role=role,
        proof=proof,
        locale=person.locale or person.launch_locale,
        wishes=_wishes(claims),
        is_administrator=may_administer(claims.role_uris),
        for_person_id=for_person_id,
        now=now,
    )


def _family(registration: Registration, claims: LaunchClaims) -> PlatformFamily:
    told = claims.platform.product_family_code if claims.platform else None
    return family_of(told or registration.product_family)


def _is_outside_courses(family: PlatformFamily, claims: LaunchClaims) -> bool:
    types = claims.context.types if claims.context is not None else ()
    return claims.placement in family.places_outside_courses or not family.contexts_outside_courses.isdisjoint(types)


def _handed_in(claims: LaunchClaims) -> uuid.UUID | None:
    """Return the badge whose public page is the address of this link: that is how it was handed in."""
    folder, _, last = urlsplit(claims.target_link_uri).path.rpartition("/")
    try:
        return uuid.UUID(last) if folder.endswith("/badges") else None
    except ValueError:
        return None


def _wishes(claims: LaunchClaims) -> Wishes:
    zone = claims.custom.get(TIME_ZONE, "")
    return Wishes(
        time_zone=zone if is_identifier(zone) and len(zone) <= 60 else "",
        has_high_contrast=claims.custom.get(HIGH_CONTRAST, "").strip().lower() in _YES,
        hides_numbers=claims.custom.get(HIDE_NUMBERS, "").strip().lower() in _YES,
    )
