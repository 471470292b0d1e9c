"""ONE table of every blueprint: where it lives and who may enter. A test walks all routes against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask

from lti_tool.lti.roles import PrincipalRole, may_edit, may_review
from lti_tool.web.admin.sessions import PREFIX as ADMIN_PREFIX
from lti_tool.web.admin.views import blueprint as admin
from lti_tool.web.admin.views import doors as admin_door
from lti_tool.web.admin.views import launched_door as admin_launch
from lti_tool.web.choosing.views import blueprint as choosing
from lti_tool.web.learner.views import blueprint as learner
from lti_tool.web.lti.notices import blueprint as notices
from lti_tool.web.lti.views import blueprint as lti
from lti_tool.web.public.badges import blueprint as badges
from lti_tool.web.public.views import blueprint as public
from lti_tool.web.registration.views import blueprint as registration
from lti_tool.web.sessions import PREFIX, guard
from lti_tool.web.shared.placed import blueprint as placed
from lti_tool.web.shared.views import blueprint as shared
from lti_tool.web.teacher.badges import blueprint as teacher_badges
from lti_tool.web.teacher.copied import blueprint as copied
from lti_tool.web.teacher.gates import blueprint as gates
from lti_tool.web.teacher.gradebook import blueprint as gradebook
from lti_tool.web.teacher.lms_settings import blueprint as lms_settings
from lti_tool.web.teacher.participants import blueprint as participants
from lti_tool.web.teacher.reviews import blueprint as reviews
from lti_tool.web.teacher.setup import blueprint as setup
from lti_tool.web.teacher.setup_badge import blueprint as badge_design


@dataclass(frozen=True)
class Entry:
    """A blueprint and its door. `may_enter` None is the public door: no launch session."""

    blueprint: Blueprint
    prefix: str
    may_enter: Callable[[PrincipalRole], bool] | None


def anyone_launched(_role: PrincipalRole) -> bool:
    """Let everybody in who came by a launch."""
    return True


def is_not_staff(role: PrincipalRole) -> bool:
    """Let learners in, and those who look along with one: observers, test students, people without a known role."""
    return not may_review(role)


def _public(blueprint: Blueprint, prefix: str) -> Entry:
    return Entry(blueprint, prefix, None)


def _behind_launch(blueprint: Blueprint, may_enter: Callable[[PrincipalRole], bool]) -> Entry:
    guard(blueprint, may_enter)
    return Entry(blueprint, PREFIX, may_enter)


ENTRIES = (
    _public(public, ""),
    _public(lti, "/lti"),
    _public(notices, "/lti"),
    _public(registration, "/lti"),
    _public(badges, ""),
    _public(admin_door, ""),
    Entry(admin, ADMIN_PREFIX, None),
    _behind_launch(admin_launch, anyone_launched),
    _behind_launch(shared, anyone_launched),
    _behind_launch(choosing, anyone_launched),
    _behind_launch(placed, anyone_launched),
    _behind_launch(learner, is_not_staff),
    _behind_launch(participants, may_review),
    _behind_launch(reviews, may_review),
    _behind_launch(teacher_badges, may_review),
    _behind_launch(gradebook, may_review),
    _behind_launch(setup, may_edit),
    _behind_launch(gates, may_edit),
    _behind_launch(badge_design, may_edit),
    _behind_launch(lms_settings, may_edit),
    _behind_launch(copied, may_edit),
)


def init_blueprints(app: Flask) -> None:
    """Register every blueprint with its door."""
    for entry in ENTRIES:
        app.register_blueprint(entry.blueprint, url_prefix=entry.prefix)
