"""Who looks at a page, and what they may do there. The person stands in the address; nothing else says who it is."""

from __future__ import annotations

from flask import abort, request

from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import Person, find_person
from lti_tool.demo_platform.settings import PlatformSettings


def get_person(key: str) -> Person:
    """Return the person of an address, in the course or not. Answers 404 when there is nobody of that name."""
    person = find_person(key)
    if person is None:
        abort(404)
    return person


def get_member(platform: Platform, key: str) -> Person:
    """Return the person of an address. Answers 403 with a page when they left the course."""
    person = get_person(key)
    if not platform.enrolment.holds(person):
        abort(render_page(platform.settings, "demo_platform/closed.html", person=person, status=403, notice="left"))
    return person


def get_editor(platform: Platform, key: str) -> Person:
    """Return the person of an address. Answers 403 with a page when they may not change anything."""
    person = get_member(platform, key)
    if not person.may_edit:
        abort(render_page(platform.settings, "demo_platform/closed.html", person=person, status=403, notice="closed"))
    return person


def get_placement(platform: Platform, placement_id: str) -> Placement:
    """Return the placement of an address. Answers 404 when there is none."""
    placement = platform.placements.find(placement_id)
    if placement is None:
        abort(404)
    return placement


def is_foreign_page(settings: PlatformSettings) -> bool:
    """Tell whether a page of another site sent this request: of the tool, for one, which is open in a frame here.

    https://fetch.spec.whatwg.org/#origin-header: browsers send it with every POST, other clients need not.
    """
    return request.headers.get("Origin") not in (None, settings.issuer_url)
