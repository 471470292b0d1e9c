"""Just enough of Open edX for its LTI platform (lti-consumer-xblock) to run: Django, a database, and courses.

The library is a Django app of its own, with tables, addresses and pages, and all of that is used as it is. What it asks
of the rest of Open edX goes through its module `plugin.compat`; those few questions are answered here.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.management import call_command
from django.urls import include, path
from lti_consumer.data import Lti1p3LaunchData
from lti_consumer.lti_xblock import LtiConsumerXBlock
from lti_consumer.models import CourseAllowPIISharingInLTIFlag, Lti1p3Passport, LtiConfiguration
from lti_consumer.plugin import compat
from opaque_keys.edx.keys import CourseKey, UsageKey
from school_server import CLIENT_ID, LIFTING, PEOPLE, SAFETY, SESSION_COOKIE, Course, Site

COLUMNS = "columns"
_PASSPORT_ID = UUID("0f2b8a52-7d1c-4c0e-9a55-6b1f3f0c1e10")

urlpatterns = [path("api/", include("lti_consumer.plugin.urls", namespace="lti_consumer"))]

published_grades: list[dict[str, Any]] = []
"""What the library published to the grades of the course, oldest first."""


def with_person_of_session(get_response: Any) -> Any:
    """Let requests be of the person whose session it is, as Open edX's own login does."""

    def middleware(request: Any) -> Any:
        known = User.objects.filter(username=request.COOKIES.get(SESSION_COOKIE, "")).first()
        request.user = known or AnonymousUser()
        return get_response(request)

    return middleware


class Block:
    """The library's block in a course, as far as it is asked for from outside; how it publishes a grade is its own."""

    lti_1p3_passport_id = str(_PASSPORT_ID)
    weight = 100
    has_score = True
    accept_grades_past_due = True
    display_name = "Mijlpaal"

    max_score = LtiConsumerXBlock.max_score
    set_user_module_score = LtiConsumerXBlock.set_user_module_score

    def __init__(self, location: UsageKey) -> None:
        self.scope_ids = SimpleNamespace(usage_id=location)
        self.context_id = str(location.course_key)
        rebinding = SimpleNamespace(rebind_noauth_module_to_user=lambda _block, _user: None)
        self.runtime = SimpleNamespace(service=lambda _block, _name: rebinding, publish=self._publish)

    def is_past_due(self) -> bool:
        return False

    def _publish(self, _block: Any, kind: str, event: dict[str, Any]) -> None:
        person = User.objects.get(id=event.pop("user_id")).username
        published_grades.append({"kind": kind, "person": person, "course": self.context_id, **event})


def role_of(person: str) -> str:
    return "instructor" if person == "teacher" else "student"


def _members_of_course(_course_key: CourseKey) -> dict[int, dict[str, Any]]:
    return {
        user.id: {"id": user.id, "name": user.first_name, "email": user.email, "roles": [role_of(user.username)]}
        for user in User.objects.all()
    }


def _external_ids(_users: Any) -> dict[int, SimpleNamespace]:
    return {user.id: SimpleNamespace(external_user_id=user.username) for user in User.objects.all()}


compat.load_enough_xblock = Block
compat.load_block_as_user = Block
compat.get_course_by_id = lambda course_key: SimpleNamespace(id=course_key)
compat.user_course_access = lambda _course, user, *_args, **_options: user.is_authenticated
compat.user_has_access = lambda user, *_args: user.is_authenticated
compat.user_has_studio_write_access = lambda user, _course_key: role_of(user.username) == "instructor"
compat.get_course_members = _members_of_course
compat.batch_get_or_create_externalids = _external_ids
compat.get_user_from_external_user_id = lambda external_id: User.objects.get(username=external_id)


def set_up(site: Site) -> dict[str, LtiConfiguration]:
    """Make the tables, the people, and a block in each course; return the blocks' configurations by course.

    A second block in SAFETY, `COLUMNS`, lets the tool "manage and submit grades"; the others have the default, which is
    to submit only.
    """
    settings.LMS_ROOT_URL = site.url
    call_command("migrate", verbosity=0)
    for person, name in PEOPLE.items():
        User.objects.create(username=person, first_name=name, email=f"{person}@example.org")
    passport = Lti1p3Passport.objects.create(
        passport_id=_PASSPORT_ID, lti_1p3_client_id=CLIENT_ID, lti_1p3_tool_keyset_url=site.tool_keys_url
    )
    for course in (SAFETY, LIFTING):
        CourseAllowPIISharingInLTIFlag.objects.create(course_id=CourseKey.from_string(course.id), enabled=True)
    blocks = {course.id: _block_in(course, site, passport) for course in (SAFETY, LIFTING)}
    manages = LtiConfiguration.LTI_ADVANTAGE_AGS_PROGRAMMATIC
    return blocks | {COLUMNS: _block_in(SAFETY, site, passport, name=COLUMNS, lti_advantage_ags_mode=manages)}


def _block_in(
    course: Course, site: Site, passport: Lti1p3Passport, *, name: str = "mijlpaal", **choices: str
) -> LtiConfiguration:
    """Add the tool to a course, as a teacher does on the page of the block."""
    return LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=CourseKey.from_string(course.id).make_usage_key("lti_consumer", name),
        lti_1p3_passport=passport,
        lti_1p3_oidc_url=site.login_url,
        lti_1p3_launch_url=site.launch_url,
        lti_advantage_enable_nrps=True,
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=site.launch_url,
        **choices,
    )


def launch_data(person: str, course: Course, block: LtiConfiguration) -> Lti1p3LaunchData:
    """Return what the page of the block tells about who opens it where."""
    user = User.objects.get(username=person)
    return Lti1p3LaunchData(
        user_id=user.id,
        external_user_id=user.username,
        user_role=role_of(person),
        name=user.first_name,
        email=user.email,
        config_id=block.config_id,
        resource_link_id=str(block.location),
        launch_presentation_document_target="iframe",
        context_id=course.id,
        context_type=["course_offering"],
        context_title=course.title,
        context_label=course.label,
    )
