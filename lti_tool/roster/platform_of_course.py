"""Which platform a course is on: its product's name, and the way back to the course there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.platforms.families import family_of
from lti_tool.roster.models import Context, Deployment, Registration

_PRODUCTS = {"moodle": "Moodle", "canvas": "Canvas"}


@dataclass(frozen=True)
class PlatformOfCourse:
    """`name` is empty for a product that people do not know by name; `course_url` where the way there is not known."""

    name: str = ""
    course_url: str = ""


def platform_of_course(tx: Session, context_id: uuid.UUID) -> PlatformOfCourse:
    """Return what the platform of this course is called and where the course is there."""
    row = tx.execute(
        select(Registration.product_family, Registration.issuer, Context.external_context_id)
        .join(Deployment, Deployment.registration_id == Registration.id)
        .join(Context, Context.deployment_id == Deployment.id)
        .where(Context.id == context_id)
    ).one()
    kind, _, number = row.external_context_id.partition(":")
    path = family_of(row.product_family).course_path
    is_known = bool(path) and kind == "context" and number.isascii() and number.isdigit()
    return PlatformOfCourse(
        _PRODUCTS.get(row.product_family.strip().lower(), ""),
        row.issuer.rstrip("/") + path.format(course=number) if is_known else "",
    )
