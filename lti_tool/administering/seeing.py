"""What an admin session may see and decide about: one function says so, and everything in the console asks it.

Schools can share a registration (hosted Canvas: one key, many schools). So who came by a launch sees one deployment:
its courses, its promises, and the refusals that name it. The registration itself they may read, not change.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, and_, select, true

from lti_tool.roster.admin_sessions import OneDeployment
from lti_tool.roster.models import Context, Deployment, Registration
from lti_tool.roster.places import OUTSIDE_COURSES
from lti_tool.roster.platform_models import RefusedLaunch
from lti_tool.roster.promises import promises_of


@dataclass(frozen=True)
class Seen:
    """What a session sees of each table, as a condition on it."""

    registrations: ColumnElement[bool]
    deployments: ColumnElement[bool]
    refusals: ColumnElement[bool]
    promises: ColumnElement[bool]

    def courses_of(self, registration_id: uuid.UUID) -> ScalarSelect[uuid.UUID]:
        """Return the query of the courses of a registration that are seen; what stands for no course is none."""
        return (
            select(Context.id)
            .join(Deployment)
            .where(
                self.deployments,
                Deployment.registration_id == registration_id,
                Context.external_context_id != OUTSIDE_COURSES,
            )
            .scalar_subquery()
        )


def seen_by(scope: OneDeployment | None) -> Seen:
    """Return what this scope opens; None is the whole service.

    Of refusals a school sees those that name its own deployment: signed by the platform, or as the login said. Anybody
    can say so, which makes noise and tells nothing. Those that name none could be another school's.
    """
    if scope is None:
        return Seen(true(), true(), true(), true())
    named = select(Deployment.external_deployment_id).where(Deployment.id == scope.id).scalar_subquery()
    return Seen(
        registrations=Registration.id == scope.registration_id,
        deployments=and_(Deployment.id == scope.id, Deployment.registration_id == scope.registration_id),
        refusals=and_(
            RefusedLaunch.registration_id == scope.registration_id,
            RefusedLaunch.external_deployment_id == named,
            RefusedLaunch.external_deployment_id != "",
        ),
        promises=promises_of(scope.id),
    )
