"""What a deep linking session is for: that follows from the place in the platform from which it was opened."""

from __future__ import annotations

from enum import StrEnum

from lti_tool.platforms.families import family_of
from lti_tool.roster.item_models import DeepLinkingRequest
from lti_tool.roster.models import Registration


class Purpose(StrEnum):
    """What becomes of what is picked."""

    COURSE = "course"
    """Links in the course."""
    TEXT = "text"
    """Words in a text of the course that lead to us: no column comes of it, and nobody can restrict it."""
    HAND_IN = "hand-in"
    """Work of a learner for an assignment of the platform."""


def purpose_of(registration: Registration, request: DeepLinkingRequest) -> Purpose:
    """Return what this session is for."""
    family = family_of(registration.product_family)
    if request.placement in family.places_to_hand_in:
        return Purpose.HAND_IN
    return Purpose.TEXT if request.placement in family.places_in_text else Purpose.COURSE
